//! What stands under an answer: thumbs and Retry.

use super::Block;
use super::kit::{actions, button};
use crate::base::ids::TurnId;
use crate::slack::ids::{FEEDBACK, RETRY, Verdict};
use crate::slack::text;
use serde_json::{Value, json};

/// 👍 and 👎.
pub fn feedback(turn: TurnId) -> Block {
    let thumb = |label: &str, is_good| {
        json!({
            "text": {"type": "plain_text", "text": label},
            "value": Verdict { turn, is_good }.value(),
            "accessibility_label": label,
        })
    };
    Block::Unknown(json!({
        "type": "context_actions",
        "elements": [{
            "type": "feedback_buttons",
            "action_id": FEEDBACK,
            "positive_button": thumb(text::GOOD_ANSWER, true),
            "negative_button": thumb(text::BAD_ANSWER, false),
        }],
    }))
}

/// Asks the same once more.
pub fn retry(turn: TurnId) -> Block {
    Block::Unknown(actions(vec![retry_button(turn)]))
}

fn retry_button(turn: TurnId) -> Value {
    button(text::RETRY, RETRY, &turn.to_string())
}

/// All that stands under a finished answer.
pub fn under_answer(turn: TurnId) -> Vec<Block> {
    vec![feedback(turn), retry(turn)]
}
