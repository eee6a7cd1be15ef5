//! Reads out of a request what the demo model has to know: who asked what, what they asked
//! before, and what the tools have answered since.

use crate::models::{Block, Request, Role};
use serde_json::Value;

/// One thing somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub name: String,
    /// Their IANA time zone, as the line before their words tells it.
    pub time_zone: Option<String>,
    pub text: String,
    pub is_overheard: bool,
}

/// A tool's answer, beside the call that it answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub tool: String,
    pub input: Value,
    pub content: String,
    pub is_error: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conversation {
    /// Everything that people said to Penny and around her, oldest first; the last one asks.
    pub said: Vec<Said>,
    /// What stood in the channel or thread before Penny was asked.
    pub surroundings: String,
    /// What the tools answered since the last question, in order.
    pub answered: Vec<Answered>,
}

impl Conversation {
    pub fn read(request: &Request) -> Self {
        let mut conversation = Self::default();
        let mut calls: Vec<(&str, &str, &Value)> = Vec::new();
        for message in &request.messages {
            for block in &message.content {
                match (message.role, block) {
                    (Role::User, Block::Text { text }) => conversation.hear(text),
                    (Role::Assistant, Block::ToolUse { id, name, input }) => {
                        calls.push((id.as_str(), name.as_str(), input));
                    }
                    (
                        Role::User,
                        Block::ToolResult {
                            tool_use_id,
                            content,
                            is_error,
                        },
                    ) => {
                        let call = calls.iter().find(|(id, ..)| id == tool_use_id);
                        let Some((_, name, input)) = call else {
                            continue;
                        };
                        conversation.answered.push(Answered {
                            tool: (*name).to_owned(),
                            input: (*input).clone(),
                            content: without_marks(content),
                            is_error: *is_error,
                        });
                    }
                    _ => {}
                }
            }
        }
        conversation
    }

    /// Whoever asked last.
    pub fn question(&self) -> Option<&Said> {
        self.said.iter().rfind(|said| !said.is_overheard)
    }

    /// What was asked before, newest first.
    pub fn earlier(&self) -> impl Iterator<Item = &Said> {
        self.said
            .iter()
            .rev()
            .filter(|said| !said.is_overheard)
            .skip(1)
    }

    fn hear(&mut self, text: &str) {
        let (surroundings, text) = split_surroundings(text);
        if !surroundings.is_empty() {
            self.surroundings = surroundings;
        }
        let mut is_new_question = false;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match (speaker(line), self.said.last_mut()) {
                (Some(said), _) => {
                    is_new_question |= !said.is_overheard;
                    self.said.push(said);
                }
                (None, _) if line.starts_with("(Note:") || line.starts_with("  (attached:") => {}
                (None, Some(last)) if is_new_question => {
                    last.text.push('\n');
                    last.text.push_str(line);
                }
                (None, _) => {
                    is_new_question = true;
                    self.said.push(Said {
                        name: String::new(),
                        time_zone: None,
                        text: line.to_owned(),
                        is_overheard: false,
                    });
                }
            }
        }
        if is_new_question {
            self.answered.clear();
        }
    }
}

/// `[Maya Lindqvist · Sat 21 Nov 2026 10:12 Europe/Berlin] text`.
fn speaker(line: &str) -> Option<Said> {
    let (head, text) = line.strip_prefix('[')?.split_once("] ")?;
    let (name, when) = head.split_once(" · ")?;
    let is_overheard = when.ends_with("(not to you)");
    let when = when.trim_end_matches("(not to you)").trim_end();
    let zone = when.rsplit(' ').next().filter(|zone| {
        *zone == "UTC"
            || zone.contains('/')
                && zone
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "/_-+".contains(c))
    });
    Some(Said {
        name: name.to_owned(),
        time_zone: zone.map(str::to_owned),
        text: text.to_owned(),
        is_overheard,
    })
}

/// The data before a question is apart from the question.
fn split_surroundings(text: &str) -> (String, &str) {
    let data = text
        .strip_prefix("<data")
        .and_then(|rest| rest.split_once("</data>"));
    match data {
        Some((data, question)) => {
            let inside = data.split_once(">\n").map_or(data, |(_, inside)| inside);
            (inside.trim().to_owned(), question)
        }
        None => (String::new(), text),
    }
}

fn without_marks(content: &str) -> String {
    match content
        .strip_prefix("<data")
        .and_then(|rest| rest.split_once(">\n"))
    {
        Some((_, inside)) => inside.trim_end_matches("</data>").trim().to_owned(),
        None => content.trim().to_owned(),
    }
}
