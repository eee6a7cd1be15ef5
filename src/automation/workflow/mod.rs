//! Workflows: what starts one, and the steps that it is made of. A definition is data and never
//! code: its expressions are references and comparisons (`expression`), so it always ends, and
//! what is wrong with it is said with its place before it is stored (`parse`).

mod expression;
mod filter;
pub mod given;
mod parse;
mod schema;
pub mod templates;

pub use expression::{Scope, Template, references};
pub use filter::{Condition, Filter};
pub use parse::{KINDS, Problem, parse};
pub use schema::{Property, Schema, example};

use crate::slack::mrkdwn::clip;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// More steps than this nobody oversees, and a picture cannot show.
pub const MOST_STEPS: usize = 60;
/// Items of one loop.
pub const MOST_ITEMS: usize = 10_000;
/// Items of a loop that are worked on at once.
pub const MOST_AT_ONCE: usize = 16;
/// How deep workflows may start others.
pub const MOST_DEPTH: i32 = 5;
/// Runs that one run may lead to, over all depths.
pub const MOST_DESCENDANTS: i64 = 200;
/// How long a run waits for somebody to say whether it goes on, unless its step says otherwise.
pub const APPROVAL_LASTS: TimeDelta = TimeDelta::days(7);
/// Notes of one workflow that are kept, the newest ones.
pub const MOST_NOTES: i32 = 50;
const NOTE_CHARS: usize = 2_000;

/// What a run leaves to those to come.
pub fn note(text: &str, at: DateTime<Utc>) -> Value {
    json!({ "at": at.format("%Y-%m-%d").to_string(), "text": clip(text, NOTE_CHARS) })
}

#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    pub about: String,
    pub trigger: Trigger,
    /// Of an event's fields; empty for every event of the name.
    pub filter: Filter,
    pub input: Option<Schema>,
    pub output: Option<Schema>,
    /// What one run may cost, with those that its steps start, in millionths of a dollar.
    pub budget_micros: Option<i64>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    ByHand,
    /// A time as somebody writes it; read by [`super::spoken::when`] in their zone.
    Schedule(String),
    /// The name of an event, such as `deal.stage_changed`.
    Event(String),
    /// The name of the workflow whose good end starts this one.
    After(String),
}

impl Trigger {
    /// `by hand`, `event deal.stage_changed`, `after stale-deals`, or a time.
    pub fn read(words: &str) -> Self {
        let words = words.trim();
        let rest = |word: &str| {
            let (first, rest) = words.split_once(char::is_whitespace)?;
            (first.eq_ignore_ascii_case(word)).then(|| rest.trim().to_owned())
        };
        if words.is_empty() || words.eq_ignore_ascii_case("by hand") {
            return Self::ByHand;
        }
        if let Some(name) = rest("event") {
            return Self::Event(name);
        }
        match rest("after") {
            Some(typed) => Self::After(name(&typed).unwrap_or(typed)),
            None => Self::Schedule(words.to_owned()),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::ByHand => "hand",
            Self::Schedule(_) => "schedule",
            Self::Event(_) => "event",
            Self::After(_) => "after",
        }
    }

    /// What it waits for, where that has a name.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Event(name) | Self::After(name) => Some(name),
            Self::ByHand | Self::Schedule(_) => None,
        }
    }

    pub fn words(&self) -> String {
        match self {
            Self::ByHand => "by hand".to_owned(),
            Self::Schedule(words) => words.clone(),
            Self::Event(name) => format!("event {name}"),
            Self::After(name) => format!("after {name}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Unique within the workflow.
    pub id: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Reads the company's data, with the owner's rights.
    Query(Template),
    /// One question to the model, about nothing but what stands in it.
    Model {
        prompt: Template,
        answer: Option<Schema>,
    },
    /// A question to Penny with all her tools, in the run's thread.
    Prompt(Template),
    Branch {
        condition: Condition,
        then: Vec<Step>,
        otherwise: Vec<Step>,
    },
    ForEach(ForEach),
    Wait(TimeDelta),
    /// A person says whether it goes on; nobody's answer in time is a no.
    Approve {
        question: Template,
        within: TimeDelta,
    },
    /// Into the run's own thread.
    Message(Template),
    /// A change in a connected system, mails, text messages and calls of webhooks included: always
    /// a proposal.
    Change {
        system: String,
        operation: String,
        arguments: Template,
    },
    /// Another workflow of the same owner, waited for.
    Workflow {
        name: String,
        input: Template,
    },
    /// Kept for the runs to come.
    Note(Template),
    Set(Template),
}

#[derive(Debug, Clone, PartialEq)]
pub struct ForEach {
    pub over: Template,
    /// What an item is called within the body.
    pub name: String,
    pub body: Vec<Step>,
    pub at_once: usize,
    pub per_minute: Option<u32>,
}

impl Kind {
    /// As the definition and the picture call it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Query(_) => "query",
            Self::Model { .. } => "model",
            Self::Prompt(_) => "prompt",
            Self::Branch { .. } => "if",
            Self::ForEach(_) => "foreach",
            Self::Wait(_) => "wait",
            Self::Approve { .. } => "approve",
            Self::Message(_) => "message",
            Self::Change { .. } => "change",
            Self::Workflow { .. } => "workflow",
            Self::Note(_) => "note",
            Self::Set(_) => "set",
        }
    }
}

impl Workflow {
    /// All steps, those within others included, in the order in which they are written.
    pub fn all_steps(&self) -> Vec<&Step> {
        let mut found = Vec::new();
        gather(&self.steps, &mut found);
        found
    }

    /// A single question to Penny: its run is shown as that.
    pub fn is_one_prompt(&self) -> bool {
        matches!(
            self.steps.as_slice(),
            [Step {
                kind: Kind::Prompt(_),
                ..
            }]
        )
    }
}

fn gather<'a>(steps: &'a [Step], found: &mut Vec<&'a Step>) {
    for step in steps {
        found.push(step);
        match &step.kind {
            Kind::Branch {
                then, otherwise, ..
            } => {
                gather(then, found);
                gather(otherwise, found);
            }
            Kind::ForEach(each) => gather(&each.body, found),
            _ => {}
        }
    }
}

/// A name that can be typed and is the same for everybody: `stale-deals`.
pub fn name(typed: &str) -> Option<String> {
    let name = typed.trim().to_lowercase().replace([' ', '_'], "-");
    let fits = (1..=40).contains(&name.len())
        && name
            .chars()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
        && !name.starts_with('-');
    fits.then_some(name)
}

#[cfg(test)]
mod tests;
