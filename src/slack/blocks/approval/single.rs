//! The card of one proposal: what would change where and for whom, and who decides until when;
//! later what came of it, in the place of the buttons.

use super::change::{is_shortened, rich, section, short, text};
use super::{Card, Stage, words};
use crate::slack::blocks::kit::{actions, button, context, plain, section as markup};
use crate::slack::blocks::{Block, raw};
use crate::slack::ids::{
    ALWAYS_ALLOW, APPROVE, EDIT_PROPOSAL, IT_DID_NOT_HAPPEN, IT_HAPPENED, MenuChoice,
    PROPOSAL_MENU, PROPOSE_AGAIN, REJECT, SHOW_ALL, TAKE_BACK,
};
use crate::slack::markdown::reveal_invisible;
use crate::slack::mrkdwn::clip;
use serde_json::{Value, json};

const NAME_CHARS: usize = 200;
/// What Slack takes as an address; a longer one is left out.
const LINK_CHARS: usize = 3_000;

/// The text for notifications, and the blocks.
pub fn card(card: &Card) -> (String, Vec<Block>) {
    let mut parts = heading(card);
    parts.extend(short(&card.changes));
    let mut blocks = vec![rich(parts)];
    if card.is_irreversible && matches!(card.stage, Stage::Open { .. }) {
        blocks.push(markup(words::IRREVERSIBLE));
    }
    blocks.extend(standing(card));
    let buttons = buttons_of(card);
    if !buttons.is_empty() {
        blocks.push(actions(buttons));
    }
    let text = words::notification(&card.title, &card.record, &card.stage);
    (text, raw(blocks))
}

/// What and where. The name stands beside the link and not in it, so that it cannot pretend to
/// lead elsewhere.
pub(super) fn heading(card: &Card) -> Vec<Value> {
    let headline = words::headline(&card.title, &card.system);
    let mut record = vec![text(&shown_name(&card.record), &[])];
    if let Some(link) = link(card.link.as_deref(), &card.system) {
        record.extend([text("  ", &[]), link]);
    }
    record.push(text("\n", &[]));
    vec![section(vec![text(&headline, &["bold"])]), section(record)]
}

pub(super) fn shown_name(record: &str) -> String {
    let name = clip(&reveal_invisible(record).replace('\n', " "), NAME_CHARS);
    if name.is_empty() {
        "–".to_owned()
    } else {
        name
    }
}

fn link(address: Option<&str>, system: &str) -> Option<Value> {
    let address = address.filter(|it| it.starts_with("https://") && it.len() <= LINK_CHARS)?;
    Some(json!({"type": "link", "url": address, "text": words::open_in(system)}))
}

fn standing(card: &Card) -> Vec<Value> {
    let asked = words::asked_by(&card.requester, &card.edited_by, card.version);
    let Stage::Open {
        expires_at,
        agreed,
        needed,
    } = &card.stage
    else {
        let mut outcome = words::stage(&card.stage, &card.system);
        if let Stage::Done {
            link: Some(link), ..
        } = &card.stage
            && link.starts_with("https://")
            && card.link.is_none()
        {
            let there = link.replace(['|', '>', '<'], "");
            outcome.push_str(&format!(" <{there}|{}>", words::open_in(&card.system)));
        }
        return vec![inert(markup(&outcome)), context(&asked)];
    };
    let undo = match (card.is_irreversible, card.can_be_undone) {
        (true, _) => None,
        (false, true) => Some(words::CAN_BE_UNDONE),
        (false, false) => Some(words::CANNOT_BE_UNDONE),
    };
    let mut lines = vec![
        format!("{asked} · {}", words::expires(*expires_at)),
        card.deciders.clone(),
    ];
    if !agreed.is_empty() {
        lines.push(words::agreed(agreed, *needed));
    }
    let notes = [
        undo,
        is_shortened(&card.changes).then_some(words::SHORTENED),
    ];
    let notes: Vec<&str> = notes.into_iter().flatten().collect();
    if !notes.is_empty() {
        lines.push(notes.join(" "));
    }
    vec![context(&lines.join("\n"))]
}

/// Nothing in the block becomes a link or a mention that was not written as one.
pub(super) fn inert(mut block: Value) -> Value {
    block["text"]["verbatim"] = true.into();
    block
}

/// What can be done about the card now.
pub fn buttons_of(card: &Card) -> Vec<Value> {
    let ticket = &card.ticket;
    match &card.stage {
        Stage::Open { .. } => open_buttons(card),
        Stage::Done { .. } if card.can_be_undone => {
            vec![
                button(words::UNDO, TAKE_BACK, ticket),
                button(words::SHOW_ALL, SHOW_ALL, ticket),
            ]
        }
        Stage::Unknown => vec![
            button(words::IT_HAPPENED, IT_HAPPENED, ticket),
            button(words::IT_DID_NOT_HAPPEN, IT_DID_NOT_HAPPEN, ticket),
            button(words::SHOW_ALL, SHOW_ALL, ticket),
        ],
        _ if card.can_be_proposed_again() => vec![
            button(words::PROPOSE_AGAIN, PROPOSE_AGAIN, ticket),
            button(words::SHOW_ALL, SHOW_ALL, ticket),
        ],
        _ => vec![button(words::SHOW_ALL, SHOW_ALL, ticket)],
    }
}

fn open_buttons(card: &Card) -> Vec<Value> {
    let ticket = &card.ticket;
    let styled = |mut button: Value, style: &str| {
        button["style"] = style.into();
        button
    };
    let mut approve = styled(button(words::APPROVE, APPROVE, ticket), "primary");
    if card.asks_twice() {
        approve["confirm"] = confirm(&words::sure(&card.title, &card.system));
    }
    let mut buttons = vec![approve];
    if !card.is_undo {
        buttons.push(button(words::EDIT, EDIT_PROPOSAL, ticket));
    }
    buttons.push(styled(button(words::REJECT, REJECT, ticket), "danger"));
    buttons.push(button(words::SHOW_ALL, SHOW_ALL, ticket));
    if card.can_be_granted {
        let entries = [(words::ALWAYS_ALLOW, ALWAYS_ALLOW)];
        buttons.push(menu(PROPOSAL_MENU, &entries, ticket));
    }
    buttons
}

pub(super) fn confirm(question: &str) -> Value {
    json!({
        "title": plain(words::SURE_TITLE, 100),
        "text": plain(question, 300),
        "confirm": plain(words::APPROVE, 30),
        "deny": plain(words::NOT_YET, 30),
        "style": "danger",
    })
}

/// A menu of up to five entries, of which each does what a button of that name would.
pub(super) fn menu(action_id: &str, entries: &[(&str, &str)], ticket: &str) -> Value {
    let options: Vec<Value> = entries
        .iter()
        .map(|(label, action)| {
            let choice = MenuChoice { action, ticket };
            json!({"text": plain(label, 75), "value": choice.value()})
        })
        .collect();
    json!({"type": "overflow", "action_id": action_id, "options": options})
}
