//! The window that takes a system's key, while the key is tried, and what came of it.

use super::kit::{actions, button, context, plain, section};
use crate::slack::ids::{CONNECT_MODAL, CONNECT_WITH_KEY, CONSENT, KEY};
use crate::slack::mrkdwn::escape;
use crate::slack::text;
use serde_json::{Value, json};

const TITLE_CHARS: usize = 24;
/// Longer than any key that a person copies.
const KEY_CHARS: usize = 3_000;

#[derive(Debug, Clone, Copy)]
pub struct KeyForm<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    /// What the key is called over there, and where to find it.
    pub label: &'a str,
    pub hint: &'a str,
    /// What was wrong with the last one, if there was one.
    pub error: Option<&'a str>,
}

pub fn key_form(form: &KeyForm<'_>) -> Value {
    // Slack keeps what was typed in a block whose name stays, and a wrong key is of no use.
    let block = match form.error {
        None => KEY.to_owned(),
        Some(_) => format!("{KEY}:again"),
    };
    let mut blocks = vec![
        section(&escape(form.hint)),
        json!({
            "type": "input", "block_id": block, "label": plain(form.label, 2_000),
            "element": {
                "type": "plain_text_input", "action_id": KEY, "focus_on_load": true,
                "min_length": 1, "max_length": KEY_CHARS,
            },
        }),
    ];
    if let Some(error) = form.error {
        blocks.push(section(&format!(":warning: {}", escape(error))));
    }
    blocks.push(context(text::KEY_IS_SEALED));
    let mut view = window(form.name, text::CANCEL, blocks);
    view["callback_id"] = CONNECT_MODAL.into();
    view["private_metadata"] = form.slug.into();
    view["submit"] = plain(text::CONNECT, TITLE_CHARS);
    view
}

/// The private link to a system's page of consent, and the other way where there is one.
pub fn consent(slug: &str, name: &str, link: &str, has_key: bool) -> Vec<Value> {
    let mut go = button(&format!("{} {name}", text::CONNECT), CONSENT, slug);
    go["url"] = link.into();
    go["style"] = "primary".into();
    let mut buttons = vec![go];
    if has_key {
        buttons.push(button(text::USE_A_KEY, CONNECT_WITH_KEY, slug));
    }
    vec![
        section(&text::consent_link(name)),
        actions(buttons),
        context(text::LINK_IS_YOURS),
    ]
}

/// The same, as a window.
pub fn consent_window(name: &str, blocks: Vec<Value>) -> Value {
    window(name, text::CLOSE, blocks)
}

/// While a key is tried, and when there is nothing left to type.
pub fn said(name: &str, sentence: &str) -> Value {
    window(name, text::CLOSE, vec![section(sentence)])
}

fn window(name: &str, close: &str, blocks: Vec<Value>) -> Value {
    json!({
        "type": "modal",
        "title": plain(&format!("{} {name}", text::CONNECT), TITLE_CHARS),
        "close": plain(close, TITLE_CHARS),
        "blocks": blocks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_key_is_said_right_under_the_field_which_is_empty_again() {
        let mut form = KeyForm {
            slug: "hubspot",
            name: "HubSpot",
            label: "Access token",
            hint: "Under Settings.",
            error: None,
        };
        let first = key_form(&form);
        form.error = Some("HubSpot did not accept it.");
        let again = key_form(&form);
        assert_ne!(
            first["blocks"][1]["block_id"],
            again["blocks"][1]["block_id"]
        );
        let under = again["blocks"][2]["text"]["text"].as_str().unwrap();
        assert!(under.contains("did not accept"), "{under}");
        assert_eq!(again["private_metadata"], "hubspot");
    }
}
