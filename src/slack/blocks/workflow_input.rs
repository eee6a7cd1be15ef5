//! The window that asks what a workflow is to be started with, one field for each property that its
//! `input` has.

use super::kit::{context, plain};
use crate::slack::ids::{FIELD, WORKFLOW_INPUT_MODAL};
use crate::slack::text;
use serde_json::{Value, json};

/// A window has a hundred blocks, and a list a hundred options.
pub const MOST: usize = 90;
const MOST_CHOICES: usize = 100;
/// Of an option's value.
const CHOICE_CHARS: usize = 150;

#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    pub block: String,
    pub label: &'a str,
    pub hint: &'a str,
    /// As somebody would type it.
    pub initial: String,
    /// As JSON, to be chosen from; empty for what is typed.
    pub choices: Vec<String>,
    pub is_long: bool,
    pub is_optional: bool,
}

/// `carries` comes back with what was filled in.
pub fn window(carries: &str, about: &str, fields: &[Asked<'_>]) -> Value {
    let mut blocks = vec![context(about)];
    blocks.extend(fields.iter().take(MOST).map(input));
    json!({
        "type": "modal", "callback_id": WORKFLOW_INPUT_MODAL, "private_metadata": carries,
        "title": plain(text::WORKFLOW_INPUT_TITLE, 24), "submit": plain(text::RUN_NOW, 24),
        "close": plain(text::CANCEL, 24), "blocks": blocks,
    })
}

fn input(asked: &Asked<'_>) -> Value {
    let mut input = json!({
        "type": "input", "block_id": asked.block, "label": plain(asked.label, 200),
        "optional": asked.is_optional, "element": element(asked),
    });
    if !asked.hint.is_empty() {
        input["hint"] = plain(asked.hint, 600);
    }
    input
}

fn element(asked: &Asked<'_>) -> Value {
    let fit = |choice: &String| choice.chars().count() <= CHOICE_CHARS;
    let is_list =
        (1..=MOST_CHOICES).contains(&asked.choices.len()) && asked.choices.iter().all(fit);
    if !is_list {
        let mut element = json!({
            "type": "plain_text_input", "action_id": FIELD, "max_length": 3_000,
            "multiline": asked.is_long,
        });
        if !asked.initial.is_empty() {
            element["initial_value"] = asked.initial.as_str().into();
        }
        return element;
    }
    let option = |choice: &String| {
        let shown = serde_json::from_str::<Value>(choice).unwrap_or_default();
        let shown = shown.as_str().unwrap_or(choice);
        json!({"text": plain(shown, 75), "value": choice})
    };
    let options: Vec<Value> = asked.choices.iter().map(option).collect();
    let mut element = json!({"type": "static_select", "action_id": FIELD, "options": options});
    if let Some(initial) = asked.choices.iter().find(|it| **it == asked.initial) {
        element["initial_option"] = option(initial);
    }
    element
}
