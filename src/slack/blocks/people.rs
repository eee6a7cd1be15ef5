//! Who the users of other systems are here, each with the way to correct it.

use super::kit::{actions, button, context, plain, section, section_beside};
use crate::slack::ids::{FIELD, MATCH_PERSON, MATCH_PERSON_MODAL, SystemUser, UNMATCH_PERSON};
use crate::slack::mrkdwn::{clip, escape};
use crate::slack::text;
use serde_json::{Value, json};

/// Two blocks each at most, and a message has fifty.
pub const SHOWN: usize = 20;
const NAME_CHARS: usize = 80;
const TITLE_CHARS: usize = 24;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    pub user: SystemUser<'a>,
    /// The system as people know it.
    pub system: &'a str,
    pub name: &'a str,
    pub email: Option<&'a str>,
    /// Markup.
    pub person: Option<String>,
    pub is_corrected: bool,
}

pub fn people(heading: &str, rows: &[Row<'_>], more: i64) -> Vec<Value> {
    let mut blocks = vec![section(heading)];
    blocks.extend(rows.iter().take(SHOWN).flat_map(row));
    if more > 0 {
        blocks.push(context(&text::more_people(more)));
    }
    blocks
}

fn row(row: &Row<'_>) -> Vec<Value> {
    let mut line = format!("*{}*", escape(&clip(row.name, NAME_CHARS)));
    if let Some(email) = row.email.filter(|email| *email != row.name) {
        line.push_str(&format!(" ({})", escape(&clip(email, NAME_CHARS))));
    }
    let person = row.person.as_deref();
    let how = match (person, row.is_corrected) {
        (Some(person), true) => format!("{person}, as an admin said"),
        (Some(person), false) => format!("{person}, by mail address"),
        (None, true) => "no colleague, as an admin said".to_owned(),
        (None, false) => "nobody that I know".to_owned(),
    };
    line.push_str(&format!(" in {} → {how}", escape(row.system)));
    let value = row.user.value();
    let label = match person {
        None if !row.is_corrected => text::MATCH_PERSON,
        _ => text::CHANGE_MATCH,
    };
    let change = button(label, MATCH_PERSON, &value);
    if !row.is_corrected {
        return vec![section_beside(&line, change)];
    }
    let undo = button(text::UNMATCH_PERSON, UNMATCH_PERSON, &value);
    vec![section(&line), actions(vec![change, undo])]
}

/// Who is this? Left empty, it is no colleague.
pub fn match_window(user: SystemUser<'_>, name: &str, system: &str) -> Value {
    json!({
        "type": "modal",
        "callback_id": MATCH_PERSON_MODAL,
        "private_metadata": user.value(),
        "title": plain(text::WHO_IS_THIS, TITLE_CHARS),
        "submit": plain(text::SAVE, TITLE_CHARS),
        "close": plain(text::CANCEL, TITLE_CHARS),
        "blocks": [
            section(&text::who_is(&clip(name, NAME_CHARS), system)),
            {
                "type": "input", "block_id": FIELD, "optional": true,
                "label": plain(text::COLLEAGUE, 100),
                "hint": plain(text::NO_COLLEAGUE, 150),
                "element": {"type": "users_select", "action_id": FIELD},
            },
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unmatched_can_be_matched_and_what_was_corrected_can_be_undone() {
        let user = SystemUser {
            system: "hubspot",
            user: "7",
        };
        let mut ann = Row {
            user,
            system: "HubSpot",
            name: "Ann <!channel>",
            email: Some("ann@x.example"),
            person: None,
            is_corrected: false,
        };
        let blocks = people("Here.", std::slice::from_ref(&ann), 3);
        let line = blocks[1]["text"]["text"].as_str().unwrap();
        assert_eq!(
            line,
            "*Ann &lt;!channel&gt;* (ann@x.example) in HubSpot → nobody that I know"
        );
        assert_eq!(blocks[1]["accessory"]["value"], "hubspot 7");
        assert_eq!(blocks.len(), 3);
        ann.is_corrected = true;
        ann.person = Some("<@U1>".to_owned());
        let blocks = people("Here.", &[ann], 0);
        assert_eq!(blocks[2]["elements"][1]["action_id"], UNMATCH_PERSON);
    }

    #[test]
    fn a_full_list_fits_into_a_message() {
        let user = SystemUser {
            system: "x",
            user: "1",
        };
        let row = Row {
            user,
            system: "X",
            name: "N",
            email: None,
            person: None,
            is_corrected: true,
        };
        assert!(people("Here.", &vec![row; 60], 40).len() <= 50);
    }
}
