//! What stands under an answer: what it took, thumbs and Retry.

use super::Block;
use super::kit::{actions, button, context, section_beside};
use crate::base::ids::TurnId;
use crate::slack::ids::{FEEDBACK, RETRY, Verdict};
use crate::slack::text;
use serde_json::json;

/// 👍 and 👎.
fn feedback(turn: TurnId) -> Block {
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

/// All that stands under a finished answer. Beside its thumbs Slack allows nothing but icons,
/// of which none means “once more”, so Retry stands beside what the answer took.
pub fn under_answer(footer: Option<&str>, turn: Option<TurnId>) -> Vec<Block> {
    let retry = turn.map(|turn| button(text::RETRY, RETRY, &turn.to_string()));
    let line = match (footer, retry) {
        (Some(footer), Some(retry)) => Some(section_beside(footer, retry)),
        (None, Some(retry)) => Some(actions(vec![retry])),
        (Some(footer), None) => Some(context(footer)),
        (None, None) => None,
    };
    let line = line.map(Block::Unknown);
    line.into_iter().chain(turn.map(feedback)).collect()
}
