//! Slash commands and shortcuts.

use super::payload;
use super::speak::{visible, whisper, writable};
use super::{Denied, Human, unanswered};
use crate::base::ids::ChannelId;
use crate::playground::api::response_url::respond;
use crate::playground::events::deliver::{Answer, Missed};
use crate::playground::events::{COMMANDS, FORM, Outgoing};
use crate::playground::state::channel::{Channel, Kind};
use crate::playground::state::stamp::Stamp;
use crate::playground::state::view::ResponseUrl;
use crate::playground::state::world::World;
use axum::body::Bytes;
use serde_json::{Value, json};
use url::form_urlencoded;

impl Human {
    /// `/penny help`. What comes back is shown to the person or, if Penny says so, to all.
    pub async fn command(&self, channel: &ChannelId, typed: &str) -> Result<Answer, Denied> {
        let (name, text) = typed
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or((typed.trim(), ""));
        let (request, entry) = self.slack.edit(|world| {
            writable(world, &self.id, channel)?;
            if !world
                .app
                .commands
                .iter()
                .any(|known| known["command"] == *name)
            {
                let sentence = format!("{name} is not a command that this workspace knows.");
                return Err(Denied(sentence));
            }
            let url = world.mint_response_url(channel, &self.id, None, None);
            let entry = world.use_response_url(url.rsplit('/').next().unwrap_or_default())?;
            let form = self.command_form(world, channel, name, text.trim(), &url)?;
            Ok((form, entry))
        })?;
        match self.slack.ask_penny(request).await {
            Ok(answer) => {
                self.slack
                    .edit(|world| answer_command(world, &entry, &answer));
                Ok(answer)
            }
            Err(missed) => {
                let word = if missed == Missed::Timeout {
                    "operation_timeout"
                } else {
                    "dispatch_failed"
                };
                let text = format!("{name} failed with the error \"{word}\"");
                self.slack
                    .edit(|world| whisper(world, &self.id, channel, &text));
                Err(unanswered(&self.app_name(), &missed))
            }
        }
    }

    fn command_form(
        &self,
        world: &mut World,
        channel: &ChannelId,
        name: &str,
        text: &str,
        response_url: &str,
    ) -> Result<Outgoing, Denied> {
        let team = self.team(world)?;
        let trigger = world.mint_trigger(&self.id, &team, false);
        let org_wide = world
            .installation_of(&team)
            .is_some_and(|installation| installation.team.is_none());
        let handle = world
            .people
            .get(&self.id)
            .map_or("", |person| &person.handle);
        let domain = world.teams.get(&team).map_or("", |team| &team.domain);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", "playground-verification-token")
            .append_pair("team_id", team.as_str())
            .append_pair("team_domain", domain)
            .append_pair("channel_id", channel.as_str())
            .append_pair(
                "channel_name",
                command_channel_name(world.channel(channel)?),
            )
            .append_pair("user_id", self.id.as_str())
            .append_pair("user_name", handle)
            .append_pair("command", name)
            .append_pair("text", text)
            .append_pair("api_app_id", &world.app.id)
            .append_pair(
                "is_enterprise_install",
                if org_wide { "true" } else { "false" },
            )
            .append_pair("response_url", response_url)
            .append_pair("trigger_id", &trigger);
        if let Some(enterprise) = &world.enterprise {
            form.append_pair("enterprise_id", &enterprise.id)
                .append_pair("enterprise_name", &enterprise.name);
        }
        let body = Bytes::from(form.finish());
        Ok(Outgoing {
            path: COMMANDS,
            id: world.fresh_id("Cm"),
            content_type: FORM,
            body,
        })
    }

    pub async fn message_shortcut(
        &self,
        channel: &ChannelId,
        ts: Stamp,
        callback_id: &str,
    ) -> Result<(), Denied> {
        let request = self.slack.edit(|world| {
            visible(world, &self.id, channel)?;
            let message = world.message(channel, ts)?.clone();
            let mut payload = self.shortcut_payload(world, "message_action", callback_id)?;
            payload["message_ts"] = json!(ts.to_string());
            payload["channel"] = payload::channel(world, channel);
            payload["message"] = payload::message(world, &message);
            payload["response_url"] =
                json!(world.mint_response_url(channel, &self.id, None, message.root));
            Ok::<_, Denied>(payload::interaction(world, &payload))
        })?;
        self.asks_penny(request).await.map(drop)
    }

    pub async fn global_shortcut(&self, callback_id: &str) -> Result<(), Denied> {
        let request = self.slack.edit(|world| {
            let payload = self.shortcut_payload(world, "shortcut", callback_id)?;
            Ok::<_, Denied>(payload::interaction(world, &payload))
        })?;
        self.asks_penny(request).await.map(drop)
    }

    fn shortcut_payload(
        &self,
        world: &mut World,
        kind: &str,
        callback_id: &str,
    ) -> Result<Value, Denied> {
        let listed = if kind == "shortcut" {
            "global"
        } else {
            "message"
        };
        let known = |shortcut: &Value| {
            shortcut["type"] == listed && shortcut["callback_id"] == *callback_id
        };
        if !world.app.shortcuts.iter().any(known) {
            return Err(Denied::because("That shortcut does not exist."));
        }
        let team = self.team(world)?;
        let mut payload = payload::base(world, &self.id, kind);
        payload["callback_id"] = json!(callback_id);
        payload["trigger_id"] = json!(world.mint_trigger(&self.id, &team, false));
        payload["action_ts"] = json!(world.fresh_ts().to_string());
        Ok(payload)
    }
}

fn command_channel_name(channel: &Channel) -> &str {
    match channel.kind {
        Kind::Im => "directmessage",
        Kind::Private => "privategroup",
        Kind::Public | Kind::Mpim => &channel.name,
    }
}

/// Penny's immediate answer to a command: nothing, plain text, or a message.
fn answer_command(world: &mut World, entry: &ResponseUrl, answer: &Answer) {
    let text = answer.text();
    if text.trim().is_empty() {
        return;
    }
    let message = match serde_json::from_str::<Value>(&text) {
        Ok(message) if message.is_object() => message,
        _ => json!({"text": text}),
    };
    if message.as_object().is_some_and(serde_json::Map::is_empty) {
        return;
    }
    if let Err(refusal) = respond(world, entry, &message) {
        whisper(
            world,
            &entry.user,
            &entry.channel,
            &format!("Slack could not show the answer: {refusal}"),
        );
    }
}
