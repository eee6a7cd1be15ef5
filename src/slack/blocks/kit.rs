//! The few shapes that all cards are made of, with Slack's limits kept by construction.

use crate::slack::mrkdwn::clip;
use crate::slack::text;
use serde_json::{Value, json};

const SECTION_CHARS: usize = 3_000;
const HEADER_CHARS: usize = 150;
const LABEL_CHARS: usize = 75;

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
