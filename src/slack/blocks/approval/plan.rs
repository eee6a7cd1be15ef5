//! Several proposals of one turn as one card: a row each with its own choice, one button for all
//! that are open, and how far it has come.

use super::change::in_one_line;
use super::single::{confirm, inert, menu, shown_name};
use super::{Card, Stage, words};
use crate::slack::blocks::kit::{actions, button, context, header, section};
use crate::slack::blocks::{Block, raw};
use crate::slack::ids::{
    ALWAYS_ALLOW, APPROVE, APPROVE_ALL, EDIT_PROPOSAL, IT_DID_NOT_HAPPEN, IT_HAPPENED,
    PROPOSAL_MENU, PROPOSE_AGAIN, REJECT, SHOW_ALL, TAKE_BACK, numbered,
};
use crate::slack::mrkdwn::{clip, escape};
use serde_json::{Value, json};

/// Slack shows 50 blocks and some 13,000 characters in a message.
pub const MOST_ROWS: usize = 20;
const ROWS_CHARS: usize = 6_400;
const ROW_CHARS: usize = 1_500;
const NAME_CHARS: usize = 90;

/// The text for notifications, and the blocks. `seal` names what “Approve all” would approve.
pub fn plan(cards: &[Card], seal: &str) -> (String, Vec<Block>) {
    let title = words::plan_title(cards.len());
    let open = cards.iter().filter(|card| is_open(card)).count();
    let is_done = |card: &&Card| matches!(card.stage, Stage::Done { .. } | Stage::Undone);
    let done = cards.iter().filter(is_done).count();
    let progress = words::plan_progress(done, open, cards.len());
    let mut blocks = vec![header(&title), context(&progress)];
    let room = (ROWS_CHARS / cards.len().max(1)).min(ROW_CHARS);
    let rows = cards.iter().enumerate();
    blocks.extend(rows.map(|(place, card)| row(place, card, room)));
    blocks.extend(footing(cards));
    if open > 1 {
        let mut all = button(words::APPROVE_ALL, APPROVE_ALL, seal);
        all["style"] = "primary".into();
        all["confirm"] = confirm(&words::sure_of_all(open, &for_good(cards)));
        blocks.push(actions(vec![all]));
    }
    (format!("{title}. {progress}"), raw(blocks))
}

/// What “Approve all” would do that nobody can take back.
fn for_good(cards: &[Card]) -> Vec<String> {
    let named = |card: &Card| format!("{}: {}", card.title, shown_name(&card.record));
    let cards = cards
        .iter()
        .filter(|card| is_open(card) && card.asks_twice());
    cards.map(named).collect()
}

fn is_open(card: &Card) -> bool {
    matches!(card.stage, Stage::Open { .. })
}

/// While it is open, the row is plain text: nothing that a model wrote is markup in it. Later it
/// tells who decided, by name.
fn row(place: usize, card: &Card, room: usize) -> Value {
    let headline = words::headline(&card.title, &card.system);
    let record = clip(&shown_name(&card.record), NAME_CHARS);
    let mut row = match &card.stage {
        Stage::Open { .. } => {
            let warning = words::warning(card.asks_twice());
            let changes = in_one_line(&card.changes, room);
            let line = format!("⚪ {headline}: {record}{warning}\n{changes}");
            json!({"type": "section", "text": {"type": "plain_text", "text": line, "emoji": false}})
        }
        stage => {
            let record = escape(&record);
            let outcome = words::stage(stage, &card.system);
            inert(section(&format!("*{headline}:* {record}\n{outcome}")))
        }
    };
    let id = numbered(PROPOSAL_MENU, place);
    row["accessory"] = menu(&id, choices(card), &card.ticket);
    row
}

fn choices(card: &Card) -> &'static [(&'static str, &'static str)] {
    match &card.stage {
        Stage::Open { .. } if card.can_be_granted => &[
            (words::APPROVE, APPROVE),
            (words::EDIT, EDIT_PROPOSAL),
            (words::REJECT, REJECT),
            (words::SHOW_ALL, SHOW_ALL),
            (words::ALWAYS_ALLOW, ALWAYS_ALLOW),
        ],
        Stage::Open { .. } => &[
            (words::APPROVE, APPROVE),
            (words::EDIT, EDIT_PROPOSAL),
            (words::REJECT, REJECT),
            (words::SHOW_ALL, SHOW_ALL),
        ],
        Stage::Done { .. } if card.can_be_undone => {
            &[(words::UNDO, TAKE_BACK), (words::SHOW_ALL, SHOW_ALL)]
        }
        Stage::Unknown => &[
            (words::IT_HAPPENED, IT_HAPPENED),
            (words::IT_DID_NOT_HAPPEN, IT_DID_NOT_HAPPEN),
            (words::SHOW_ALL, SHOW_ALL),
        ],
        _ if card.can_be_proposed_again() => &[
            (words::PROPOSE_AGAIN, PROPOSE_AGAIN),
            (words::SHOW_ALL, SHOW_ALL),
        ],
        _ => &[(words::SHOW_ALL, SHOW_ALL)],
    }
}

/// Who decides until when: once where it is the same for all that are open, else by system.
fn footing(cards: &[Card]) -> Option<Value> {
    let mut lines: Vec<String> = Vec::new();
    for card in cards {
        let Stage::Open { expires_at, .. } = &card.stage else {
            continue;
        };
        let line = format!("{} {}", card.deciders, words::expires(*expires_at));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let asked = cards.first().map(|card| {
        let asked = words::asked_by(&card.requester, "", 1);
        format!("{asked}. {}", words::SHORTENED)
    })?;
    lines.truncate(4);
    lines.push(asked);
    Some(context(&lines.join("\n")))
}
