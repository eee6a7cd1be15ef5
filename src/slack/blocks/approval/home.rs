//! Approvals in App Home, and the lists of `/penny undo`, `/penny policy` and `/penny audit`.

use super::single::inert;
use super::words;
use crate::slack::blocks::kit::{button, context, divider, header, section, section_beside};
use crate::slack::ids::{CHANGE_POLICY, GO_TO_CARD, REVOKE_GRANT, TAKE_BACK, numbered};
use serde_json::Value;

/// Lines are markup.
#[derive(Debug, Clone, Default)]
pub struct Approvals {
    pub waiting: Vec<Waiting>,
    /// That wait, too, and are not listed.
    pub more: usize,
    pub under_way: Vec<Waiting>,
    pub lately: Vec<Done>,
    pub grants: Vec<Granted>,
}

#[derive(Debug, Clone)]
pub struct Waiting {
    pub line: String,
    /// To its card.
    pub link: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Done {
    pub line: String,
    /// The ticket, if it can be undone.
    pub undo: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Granted {
    pub id: String,
    pub line: String,
}

pub fn approvals(of: &Approvals) -> Vec<Value> {
    let mut blocks = vec![divider(), header(words::HOME_WAITING)];
    if of.waiting.is_empty() {
        blocks.push(section(words::NOTHING_WAITS));
    }
    blocks.extend(of.waiting.iter().enumerate().map(waiting));
    if of.more > 0 {
        blocks.push(context(&words::and_more(of.more)));
    }
    if !of.under_way.is_empty() {
        let lines: Vec<String> = of.under_way.iter().map(linked).collect();
        blocks.push(inert(section(&words::under(words::HOME_ASKED, &lines))));
    }
    if !of.lately.is_empty() {
        blocks.push(section(words::HOME_LATELY));
        blocks.extend(done(&of.lately));
    }
    if !of.grants.is_empty() {
        blocks.push(section(words::HOME_GRANTS));
        blocks.extend(of.grants.iter().enumerate().map(|(place, grant)| {
            let revoke = button(words::REVOKE, &numbered(REVOKE_GRANT, place), &grant.id);
            inert(section_beside(&grant.line, revoke))
        }));
    }
    blocks
}

fn waiting((place, one): (usize, &Waiting)) -> Value {
    let Some(link) = &one.link else {
        return inert(section(&one.line));
    };
    let mut button = button(words::LOOK, &numbered(GO_TO_CARD, place), "");
    button["url"] = link.as_str().into();
    inert(section_beside(&one.line, button))
}

fn linked(one: &Waiting) -> String {
    match &one.link {
        Some(link) => format!(
            "• {} · <{}|{}>",
            one.line,
            link.replace(['|', '>'], ""),
            words::CARD
        ),
        None => format!("• {}", one.line),
    }
}

/// What was carried out, each with Undo where there is a way back.
fn done(done: &[Done]) -> Vec<Value> {
    let row = |(place, one): (usize, &Done)| {
        inert(match &one.undo {
            Some(ticket) => {
                let undo = button(words::UNDO, &numbered(TAKE_BACK, place), ticket);
                section_beside(&one.line, undo)
            }
            None => section(&one.line),
        })
    };
    done.iter().enumerate().map(row).collect()
}

/// What can be undone, for `/penny undo`.
pub fn undoable(listed: &[Done]) -> Vec<Value> {
    let mut blocks = vec![section(words::CAN_UNDO)];
    blocks.extend(done(listed));
    blocks
}

/// Who decides, rule by rule, above them what holds where there is none.
pub fn rules(lines: &[String], can_change: bool) -> Vec<Value> {
    let mut blocks = vec![section(words::RULES_BY_DEFAULT)];
    blocks.extend(lines.iter().take(40).map(|line| section(line)));
    if can_change {
        let change = button(words::CHANGE_RULES, CHANGE_POLICY, "");
        blocks.push(section_beside(words::CHANGE_RULES_ABOUT, change));
    }
    blocks
}

/// The latest entries of the ledger, whether it is whole, and how to take it away.
pub fn audit(lines: &[String], verdict: &str, export: &str) -> Vec<Value> {
    let listed = match lines {
        [] => words::NOTHING_IN_LEDGER.to_owned(),
        lines => lines.join("\n"),
    };
    vec![section(verdict), inert(section(&listed)), context(export)]
}
