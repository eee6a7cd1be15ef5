//! The few shapes that all cards are made of, with Slack's limits kept by construction.

use crate::slack::text;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const SECTION_CHARS: usize = 3_000;
const HEADER_CHARS: usize = 150;
const LABEL_CHARS: usize = 75;

/// Text that people or systems wrote, so that it can stand in Slack's markup: it names nobody,
/// links nowhere and calls no channel.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What was escaped, as somebody typed it.
pub fn unescape(markup: &str) -> String {
    markup
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// At most `chars` characters, with an ellipsis where something is missing.
pub fn clip(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A moment, which Slack shows in each reader's own time zone.
pub fn moment(at: DateTime<Utc>) -> String {
    format!(
        "<!date^{}^{{date_short_pretty}} at {{time}}|{} UTC>",
        at.timestamp(),
        at.format("%-d %b %Y %H:%M")
    )
}

pub fn header(text: &str) -> Value {
    json!({"type": "header", "text": plain(text, HEADER_CHARS)})
}

pub fn section(markup: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": clip(markup, SECTION_CHARS)}})
}

/// A section with a button at its right.
pub fn section_beside(markup: &str, accessory: Value) -> Value {
    let mut block = section(markup);
    block["accessory"] = accessory;
    block
}

pub fn context(markup: &str) -> Value {
    json!({"type": "context", "elements": [{"type": "mrkdwn", "text": clip(markup, SECTION_CHARS)}]})
}

pub fn divider() -> Value {
    json!({"type": "divider"})
}

pub fn actions(elements: Vec<Value>) -> Value {
    json!({"type": "actions", "elements": elements})
}

pub fn button(label: &str, action_id: &str, value: &str) -> Value {
    json!({
        "type": "button", "text": plain(label, LABEL_CHARS), "action_id": action_id, "value": value,
    })
}

/// A red button for what takes something away: it asks first, and says what will be gone.
pub fn removal(label: &str, (action_id, value): (&str, &str), sure: &str, means: &str) -> Value {
    let mut button = button(label, action_id, value);
    button["style"] = "danger".into();
    button["confirm"] = json!({
        "title": plain(sure, 100),
        "text": plain(means, 300),
        "confirm": plain(label, 30),
        "deny": plain(text::KEEP, 30),
        "style": "danger",
    });
    button
}

pub fn plain(text: &str, chars: usize) -> Value {
    json!({"type": "plain_text", "text": clip(text, chars), "emoji": true})
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_wrote_cannot_call_anybody() {
        assert_eq!(
            escape("<!channel> & <@U1>"),
            "&lt;!channel&gt; &amp; &lt;@U1&gt;"
        );
    }

    proptest! {
        #[test]
        fn clipped_text_is_never_too_long_and_short_text_never_changed(text in ".{0,80}", chars in 1usize..60) {
            let clipped = clip(&text, chars);
            prop_assert!(clipped.chars().count() <= chars);
            if text.chars().count() <= chars {
                prop_assert_eq!(clipped, text);
            }
        }
    }
}
