//! The app's manifest, which Slack turns into an app with the right scopes, events and
//! addresses. `manifest.yml` is this for an address to be replaced.

use super::ids::ASK_ABOUT_MESSAGE;
use super::oauth::{BOT_SCOPES, CALLBACK_PATH};
use super::prompts;
use url::Url;

const NAME: &str = "Penny";
const DESCRIPTION: &str = "A colleague who answers from the company's own data.";
const LONG_DESCRIPTION: &str = "Mention Penny in a channel or write to her directly, and she answers from what your company's tools know: customers and deals, mails and meetings, issues and code, files and Slack itself. Each thread is one conversation. What a channel is told is only what everybody in it may see, and every number comes from a query that she can show.";
const AGENT_DESCRIPTION: &str =
    "Answers questions from your company's data, with its sources, in the thread where you ask.";

/// The events that Penny listens to, each of which `inbound` understands.
pub const BOT_EVENTS: [&str; 24] = [
    "agent_session_stopped",
    "agent_session_title_changed",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "tokens_revoked",
];

/// The manifest for Penny at `public`, as YAML.
pub fn manifest(public: &Url) -> String {
    let base = public.as_str().trim_end_matches('/');
    let prompts: String = prompts::of_the_app()
        .iter()
        .map(|prompt| {
            format!(
                "      - title: {}\n        message: {}\n",
                quoted(prompt.title),
                quoted(prompt.message)
            )
        })
        .collect();
    format!(
        r##"# Create Penny's Slack app from this: https://api.slack.com/apps → Create New App → From a manifest.
display_information:
  name: {name}
  description: {description}
  long_description: {long_description}
  background_color: "#1f4d3a"
features:
  agent_view:
    agent_description: {agent_description}
    suggested_prompts:
{prompts}  app_home:
    home_tab_enabled: true
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false
  bot_user:
    display_name: {name}
    always_online: true
  slash_commands:
    - command: /penny
      url: {commands}
      description: "Ask Penny, or see what she can do"
      usage_hint: "help | ask <question> | status | undo | policy"
      should_escape: true
  shortcuts:
    - name: "Ask Penny about this"
      type: message
      callback_id: {shortcut}
      description: "Asks Penny about a message"
oauth_config:
  redirect_urls:
    - {callback}
  scopes:
    bot:
{scopes}settings:
  event_subscriptions:
    request_url: {events_url}
    bot_events:
{events}  interactivity:
    is_enabled: true
    request_url: {interactions}
    message_menu_options_url: {options}
  org_deploy_enabled: true
  socket_mode_enabled: false
  token_rotation_enabled: false
"##,
        name = quoted(NAME),
        description = quoted(DESCRIPTION),
        long_description = quoted(LONG_DESCRIPTION),
        agent_description = quoted(AGENT_DESCRIPTION),
        commands = quoted(&format!("{base}/slack/commands")),
        shortcut = quoted(ASK_ABOUT_MESSAGE),
        callback = quoted(&format!("{base}{CALLBACK_PATH}")),
        scopes = list(&BOT_SCOPES),
        events_url = quoted(&format!("{base}/slack/events")),
        events = list(&BOT_EVENTS),
        interactions = quoted(&format!("{base}/slack/interactions")),
        options = quoted(&format!("{base}/slack/options")),
    )
}

/// JSON's strings are YAML's double-quoted ones.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(entries: &[&str]) -> String {
    entries
        .iter()
        .map(|entry| format!("      - {entry}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::inbound::Event;
    use serde_json::json;

    fn made() -> String {
        manifest(&Url::parse("https://penny.example.com/").unwrap())
    }

    #[test]
    fn the_manifest_in_the_repository_is_what_is_made_today() {
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/manifest.yml");
        assert_eq!(
            std::fs::read_to_string(kept).unwrap(),
            made(),
            "run `cargo run -- manifest --url https://penny.example.com > manifest.yml`"
        );
    }

    #[test]
    fn every_address_is_below_the_public_one() {
        let made = made();
        for path in [
            "/slack/events",
            "/slack/interactions",
            "/slack/commands",
            "/slack/options",
            "/slack/oauth/callback",
        ] {
            let address = format!("\"https://penny.example.com{path}\"");
            assert!(made.contains(&address), "{address}");
        }
        assert!(made.contains("agent_view:"));
        assert!(!made.contains("assistant_view"));
    }

    #[test]
    fn slacks_limits_are_kept() {
        let chars = |text: &str| text.chars().count();
        assert!(chars(NAME) <= 35);
        assert!(chars(DESCRIPTION) <= 140);
        assert!((175..=4000).contains(&chars(LONG_DESCRIPTION)));
        assert!(chars(AGENT_DESCRIPTION) <= 300);
        assert!(prompts::of_the_app().len() <= 4);
    }

    #[test]
    fn every_event_that_penny_subscribes_to_is_one_that_she_understands() {
        for name in BOT_EVENTS {
            let kind = name.split('.').next().unwrap();
            let event = json!({
                "type": kind, "user": "U1", "channel": "C1", "ts": "1.0", "thread_ts": "1.0",
            });
            let raw = serde_json::value::to_raw_value(&event).unwrap();
            let read = Event::parse(&raw);
            assert!(!matches!(read, Event::Unknown { .. }), "{name}");
        }
    }

    #[test]
    fn lines_are_indented_by_twos_and_hold_no_tabs() {
        for line in made().lines() {
            let indent = line.len() - line.trim_start().len();
            assert!(indent % 2 == 0 && !line.contains('\t'), "{line}");
        }
    }
}
