//! The windows of proposals: asking twice, a reason for a no, everything in full, a standing
//! grant, and who decides.

use super::change::{rich, section as pieces, text, whole};
use super::form::{Input, Inputs, input};
use super::single::{heading, inert};
use super::{Card, words};
use crate::slack::blocks::kit::{actions, button, context, plain, section};
use crate::slack::ids::{
    APPROVE_MODAL, EDIT_PROPOSAL_MODAL, FIELD, GRANT_MODAL, POLICY_MODAL, REJECT_MODAL,
    SHOW_ALL_MODAL, SHOW_PAGE, numbered,
};
use crate::slack::text as sentences;
use chrono::NaiveDate;
use serde_json::{Value, json};

const TITLE_CHARS: usize = 24;
const REASON_CHARS: usize = 500;
/// Well below Slack's hundred blocks, and what it takes of characters.
const PAGE_BLOCKS: usize = 60;
const PAGE_CHARS: usize = 50_000;

struct Window<'a> {
    callback_id: &'a str,
    title: &'a str,
    /// None: there is only something to read.
    submit: Option<&'a str>,
    carries: &'a str,
    blocks: Vec<Value>,
}

impl Window<'_> {
    fn view(self) -> Value {
        let close = match self.submit {
            Some(_) => sentences::CANCEL,
            None => words::CLOSE,
        };
        let mut view = json!({
            "type": "modal",
            "callback_id": self.callback_id,
            "private_metadata": self.carries,
            "title": plain(self.title, TITLE_CHARS),
            "close": plain(close, TITLE_CHARS),
            "blocks": self.blocks,
        });
        if let Some(submit) = self.submit {
            view["submit"] = plain(submit, TITLE_CHARS);
        }
        view
    }
}

/// Whether something shall be done for good.
pub fn sure(card: &Card) -> Value {
    let question = words::sure(&card.title, &card.system);
    Window {
        callback_id: APPROVE_MODAL,
        title: words::SURE_TITLE,
        submit: Some(words::APPROVE),
        carries: &card.ticket,
        blocks: vec![
            rich(heading(card)),
            json!({"type": "section", "text": plain(&question, 300)}),
        ],
    }
    .view()
}

/// Why not, if somebody wants to say.
pub fn why_not(card: &Card) -> Value {
    let reason = json!({
        "type": "input", "block_id": FIELD, "optional": true,
        "label": plain(words::REASON, 100),
        "hint": plain(words::REASON_HINT, 200),
        "element": {
            "type": "plain_text_input", "action_id": FIELD, "multiline": true,
            "focus_on_load": true, "max_length": REASON_CHARS,
        },
    });
    Window {
        callback_id: REJECT_MODAL,
        title: words::REJECT_TITLE,
        submit: Some(words::REJECT),
        carries: &card.ticket,
        blocks: vec![rich(heading(card)), reason],
    }
    .view()
}

/// The fields of a change to be worded anew; those that are too long for that are only named.
pub fn edit(card: &Card, inputs: &[Input], too_long: &[&str]) -> Value {
    let mut blocks = vec![rich(heading(card))];
    blocks.extend(inputs.iter().map(input));
    if !too_long.is_empty() {
        blocks.push(context(&words::too_long_to_edit(too_long)));
    }
    blocks.push(context(words::EDIT_MAKES_A_VERSION));
    Window {
        callback_id: EDIT_PROPOSAL_MODAL,
        title: words::EDIT_TITLE,
        submit: Some(words::EDIT_SUBMIT),
        carries: &card.ticket,
        blocks,
    }
    .view()
}

/// What an auditor wants to know of a version.
#[derive(Debug, Clone)]
pub struct Particulars {
    /// Of the record, over there.
    pub id: Option<String>,
    /// What the connected account is called over there.
    pub account: Option<String>,
    pub version: u32,
    pub seal: String,
}

/// Everything that would be done, every character of it, in as many pages as it takes.
pub fn everything(card: &Card, particulars: &Particulars, page: usize) -> Value {
    let pages = pages(&card.changes);
    let page = page.min(pages.len().saturating_sub(1));
    let mut blocks = vec![rich(heading(card))];
    let count = pages.len();
    blocks.extend(pages.into_iter().nth(page).unwrap_or_default());
    let stage = words::stage(&card.stage, &card.system);
    if !stage.is_empty() {
        blocks.push(inert(section(&stage)));
    }
    blocks.push(section(&card.deciders));
    let seal = words::particulars(particulars);
    blocks.push(rich(vec![pieces(vec![text(&seal, &["italic"])])]));
    let mut turns = Vec::new();
    let mut offer = |label: &str, to: usize| {
        turns.push(button(label, &numbered(SHOW_PAGE, to), &card.ticket));
    };
    if page > 0 {
        offer(words::PREVIOUS_PAGE, page - 1);
    }
    if page + 1 < count {
        offer(words::NEXT_PAGE, page + 1);
    }
    if !turns.is_empty() {
        blocks.push(context(&words::page(page + 1, count)));
        blocks.push(actions(turns));
    }
    Window {
        callback_id: SHOW_ALL_MODAL,
        title: words::EVERYTHING_TITLE,
        submit: None,
        carries: "",
        blocks,
    }
    .view()
}

fn pages(changes: &[super::Change]) -> Vec<Vec<Value>> {
    let mut pages: Vec<Vec<Value>> = vec![Vec::new()];
    let mut chars = 0;
    for block in whole(changes) {
        let more = block.to_string().chars().count();
        let is_full = |page: &Vec<Value>| {
            !page.is_empty() && (page.len() >= PAGE_BLOCKS || chars + more > PAGE_CHARS)
        };
        if pages.last().is_some_and(is_full) {
            pages.push(Vec::new());
            chars = 0;
        }
        chars += more;
        if let Some(page) = pages.last_mut() {
            page.push(block);
        }
    }
    pages
}

/// What is allowed beforehand: how often, until when, up to how much.
#[derive(Debug, Clone)]
pub struct NewGrant<'a> {
    pub requester: &'a str,
    pub until: NaiveDate,
    /// Set where money moves; without a cap nothing that moves money is covered.
    pub currency: Option<&'a str>,
    /// Set where the run of a workflow has asked: then it is for the runs of that one alone.
    pub workflow: Option<&'a str>,
}

pub const USES: &str = "uses";
pub const UNTIL: &str = "until";
pub const AMOUNT: &str = "amount";
pub const TARGETS: &str = "targets";

pub fn grant(card: &Card, grant: &NewGrant<'_>) -> Value {
    let about = words::grant_about(&card.title, &card.system, grant.requester, grant.workflow);
    let mut fields = vec![
        Input {
            hint: Some(words::USES_HINT.to_owned()),
            ..Input::required(
                USES,
                words::USES_LABEL,
                Inputs::Number(Some("10".to_owned())),
            )
        },
        Input::required(
            UNTIL,
            words::UNTIL_LABEL,
            Inputs::Date(Some(grant.until.to_string())),
        ),
    ];
    if let Some(currency) = grant.currency {
        let label = words::amount_label(currency);
        fields.push(Input::required(AMOUNT, &label, Inputs::Decimal(None)));
    }
    if grant.workflow.is_some() {
        fields.push(Input {
            hint: Some(words::TARGETS_HINT.to_owned()),
            is_optional: true,
            ..Input::required(TARGETS, words::TARGETS_LABEL, Inputs::Text(None))
        });
    }
    let mut blocks = vec![section(&about)];
    blocks.extend(fields.iter().map(input));
    blocks.push(context(words::GRANT_NOTE));
    Window {
        callback_id: GRANT_MODAL,
        title: words::GRANT_TITLE,
        submit: Some(words::GRANT_SUBMIT),
        carries: &card.ticket,
        blocks,
    }
    .view()
}

/// The fields of the window that sets who decides.
pub fn policy(inputs: &[Input]) -> Value {
    let mut blocks = vec![section(words::POLICY_ABOUT)];
    blocks.extend(inputs.iter().map(input));
    Window {
        callback_id: POLICY_MODAL,
        title: words::POLICY_TITLE,
        submit: Some(words::SAVE),
        carries: "",
        blocks,
    }
    .view()
}
