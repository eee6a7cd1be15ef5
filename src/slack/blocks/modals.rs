//! Penny's windows. Each asks for one text.

use super::kit::plain;
use crate::slack::ids::{ASK_ABOUT_MODAL, ASK_MODAL, FEEDBACK_MODAL, FIELD};
use crate::slack::text;
use serde_json::{Value, json};

const TITLE_CHARS: usize = 24;
const ANSWER_CHARS: usize = 3_000;

struct Window<'a> {
    callback_id: &'a str,
    title: &'a str,
    submit: &'a str,
    /// What comes back with the submission.
    carries: &'a str,
    label: &'a str,
    hint: Option<&'a str>,
    initial: Option<&'a str>,
}

/// A question to ask in a channel.
pub fn ask(carries: &str) -> Value {
    window(&Window {
        callback_id: ASK_MODAL,
        title: text::ASK_TITLE,
        submit: text::ASK_SUBMIT,
        carries,
        label: text::ASK_LABEL,
        hint: None,
        initial: None,
    })
}

/// A question about a message, with one to start from.
pub fn ask_about(carries: &str) -> Value {
    window(&Window {
        callback_id: ASK_ABOUT_MODAL,
        title: text::ASK_TITLE,
        submit: text::ASK_SUBMIT,
        carries,
        label: text::ASK_ABOUT_LABEL,
        hint: None,
        initial: Some(text::ASK_ABOUT_DEFAULT),
    })
}

/// What was wrong with an answer.
pub fn feedback(carries: &str) -> Value {
    window(&Window {
        callback_id: FEEDBACK_MODAL,
        title: text::FEEDBACK_TITLE,
        submit: text::SEND,
        carries,
        label: text::WHAT_WAS_WRONG,
        hint: Some(text::WHAT_WAS_WRONG_HINT),
        initial: None,
    })
}

fn window(window: &Window<'_>) -> Value {
    let mut element = json!({
        "type": "plain_text_input", "action_id": FIELD, "multiline": true, "focus_on_load": true,
        "min_length": 1, "max_length": ANSWER_CHARS, "placeholder": plain(text::ASK_PLACEHOLDER, 150),
    });
    if let Some(initial) = window.initial {
        element["initial_value"] = initial.into();
    }
    let mut input = json!({
        "type": "input", "block_id": FIELD, "label": plain(window.label, 2_000), "element": element,
    });
    if let Some(hint) = window.hint {
        input["hint"] = plain(hint, 2_000);
    }
    json!({
        "type": "modal",
        "callback_id": window.callback_id,
        "private_metadata": window.carries,
        "title": plain(window.title, TITLE_CHARS),
        "submit": plain(window.submit, TITLE_CHARS),
        "close": plain(text::CANCEL, TITLE_CHARS),
        "blocks": [input],
    })
}
