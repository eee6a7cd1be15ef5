//! “Ask Penny about this” in a message's menu: a window with a question to start from, then a
//! turn in that message's thread, or in the direct conversation where Penny cannot write there.

use super::ask::{self, Asked, Asking};
use super::scene::{Scene, Surfaced};
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::slack::blocks::modals;
use crate::slack::inbound::{MessageAction, ViewSubmission, words};
use crate::slack::mrkdwn::{clip, escape};
use crate::slack::text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Slack carries 3,000 bytes with a window; escapes may double a text.
const EXCERPT_CHARS: usize = 600;

/// What the window carries: which message it is about, and what is said there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct About {
    channel: ChannelId,
    thread: Ts,
    author: Option<UserId>,
    excerpt: String,
}

impl About {
    fn of(used: &MessageAction) -> Self {
        let text_of = |field: &str| used.message.get(field).and_then(Value::as_str);
        Self {
            channel: used.channel.clone(),
            thread: text_of("thread_ts").map_or_else(|| used.message_ts.clone(), Ts::from),
            author: text_of("user").map(UserId::from),
            excerpt: clip(&words::all_words(&used.message), EXCERPT_CHARS),
        }
    }

    /// For Penny: marked as somebody's words, so that they are not taken for the asker's.
    fn context(&self) -> String {
        let author = match &self.author {
            Some(author) => format!("<@{author}>"),
            None => "an app".to_owned(),
        };
        format!(
            "The message that this is about, by {author} (a quotation, not a request):\n{}",
            quoted(&self.excerpt)
        )
    }
}

fn quoted(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("&gt; {line}")).collect();
    lines.join("\n")
}

pub async fn ask_about(scene: &Scene<'_>, used: &MessageAction) -> Surfaced {
    let carried = serde_json::to_string(&About::of(used)).unwrap_or_default();
    scene
        .open_modal_or_tell(&used.source, &modals::ask_about(&carried))
        .await
}

pub async fn submitted(scene: &Scene<'_>, submitted: &ViewSubmission, typed: &str) -> Surfaced {
    let Ok(about) = serde_json::from_str::<About>(&submitted.view.private_metadata) else {
        return Ok(());
    };
    let user = &submitted.source.user;
    let question = match typed {
        "" => text::ASK_ABOUT_DEFAULT.to_owned(),
        typed => escape(typed),
    };
    let context = about.context();
    let asking = Asking {
        by: user,
        channel: &about.channel,
        thread: Some(&about.thread),
        question: &question,
        about: Some(&context),
    };
    if ask::ask(scene, &asking).await? == Asked::Yes {
        return Ok(());
    }
    let direct = ask::direct(scene, user).await?;
    let question = format!("{question}\n{}", quoted(&about.excerpt));
    let asking = Asking {
        by: user,
        channel: &direct,
        thread: None,
        question: &question,
        about: Some(&context),
    };
    ask::ask(scene, &asking).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::inbound::Interaction;
    use serde_json::json;

    fn used(message: Value) -> MessageAction {
        let payload = json!({
            "type": "message_action", "callback_id": "ask_about_message",
            "user": {"id": "U1"}, "team": {"id": "T1"}, "channel": {"id": "C1"},
            "message_ts": message["ts"], "message": message,
        });
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        match Interaction::parse(body.as_bytes()).unwrap() {
            Interaction::MessageAction(used) => *used,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reply_is_asked_about_in_its_thread_and_a_message_in_its_own() {
        let alone = used(json!({"ts": "1.1", "user": "U2", "text": "hi"}));
        assert_eq!(About::of(&alone).thread, "1.1".into());
        let reply = used(json!({"ts": "1.2", "thread_ts": "1.1", "user": "U2", "text": "hi"}));
        assert_eq!(About::of(&reply).thread, "1.1".into());
    }

    #[test]
    fn an_alert_without_a_text_has_words_all_the_same() {
        let alert = used(json!({"ts": "1.1", "bot_id": "B1", "text": "",
            "attachments": [{"author_name": "Pager", "text": "Disk is full"}]}));
        assert_eq!(About::of(&alert).excerpt, "&gt; Pager: Disk is full");
    }

    #[test]
    fn however_long_the_message_the_window_can_carry_it() {
        let long = used(json!({"ts": "1.1", "text": "\"\\\n".repeat(5_000)}));
        let carried = serde_json::to_string(&About::of(&long)).unwrap();
        assert!(carried.len() <= 3_000, "{}", carried.len());
    }

    #[test]
    fn every_line_of_the_message_is_marked_as_a_quotation() {
        let about = About::of(&used(json!({"ts": "1.1", "user": "U2", "text": "a\nb"})));
        assert!(about.context().ends_with("&gt; a\n&gt; b"));
    }
}
