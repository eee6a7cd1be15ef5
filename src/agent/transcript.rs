//! The stored entries of a conversation, and how they become the messages that a model reads.

mod messages;

use crate::base::ids::TurnId;
use crate::models::{Block, Message, Reply, Stop};
use crate::store::conversations;
use messages::Messages;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One line of a conversation. Stored as JSON: add variants and fields, never rename them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum Entry {
    Input(Input),
    Reply(Reply),
    ToolResult(ToolResult),
    /// Stands for everything before it.
    Summary(Summary),
    /// Why a turn ended without an answer, so that the next turn knows.
    Note {
        text: String,
    },
    /// The model stopped before it had said everything, and is asked to go on.
    GoOn {
        note: String,
    },
    /// Takes back all else that its turn wrote: something in there defeats whoever works on it.
    GivenUp {
        note: String,
    },
}

impl Entry {
    /// Whether this file came along with it.
    pub fn brings(&self, file: &str) -> bool {
        let Self::Input(input) = self else {
            return false;
        };
        let mut files = input.messages.iter().flat_map(|said| &said.files);
        files.any(|known| known.id == file)
    }
}

/// What people said, in one go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub messages: Vec<Said>,
    /// What was said around the question: the channel, or the thread before Penny was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surroundings: Option<String>,
    /// Addresses that people wrote there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub user: String,
    pub name: String,
    /// When, in the speaker's own time zone, as the model shall read it.
    pub at: String,
    pub text: String,
    /// Not said to Penny.
    #[serde(default)]
    pub overheard: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<AttachedFile>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttachedFile {
    pub id: String,
    pub name: String,
    pub media_type: String,
    pub url: String,
    #[serde(default)]
    pub size: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolResult {
    pub tool_use_id: String,
    pub name: String,
    pub content: String,
    #[serde(default)]
    pub is_error: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub text: String,
    /// What had to stay word for word: the unfinished turn.
    pub carried: Vec<Entry>,
}

/// The conversation so far: what the store had, and what this turn adds.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    entries: Vec<(TurnId, Entry)>,
    pub next_seq: i64,
}

impl Transcript {
    pub fn read(stored: Vec<conversations::Entry>) -> Result<Self, serde_json::Error> {
        let mut transcript = Self::default();
        for line in stored {
            transcript.next_seq = line.seq + 1;
            let entry = serde_json::from_value(
                serde_json::json!({ "kind": line.kind, "body": line.body }),
            )?;
            transcript.push(line.turn, entry);
        }
        Ok(transcript)
    }

    pub fn push(&mut self, turn: TurnId, entry: Entry) {
        match &entry {
            Entry::Summary(summary) => {
                // Carried entries follow the summary as if they had been written after it.
                let carried = summary.carried.clone();
                self.entries.clear();
                self.entries.push((turn, entry));
                self.entries
                    .extend(carried.into_iter().map(|entry| (turn, entry)));
            }
            Entry::GivenUp { .. } => {
                // A summary stands for what others said before.
                self.entries
                    .retain(|(of, entry)| *of != turn || matches!(entry, Entry::Summary(_)));
                self.entries.push((turn, entry));
            }
            _ => self.entries.push((turn, entry)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(|(_, entry)| entry)
    }

    pub fn of_turn(&self, turn: TurnId) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |(of, _)| *of == turn)
            .map(|(_, entry)| entry)
    }

    fn replies(&self, turn: TurnId) -> impl Iterator<Item = &Reply> {
        self.of_turn(turn).filter_map(|entry| match entry {
            Entry::Reply(reply) => Some(reply),
            _ => None,
        })
    }

    /// The answer of a turn as far as it is written, without its first `skip` replies. A reply that
    /// was cut off is one text with what the model went on with.
    pub fn answer_of(&self, turn: TurnId, mut skip: usize) -> String {
        let mut answer = String::new();
        let (mut is_half, mut goes_on) = (false, false);
        for entry in self.of_turn(turn) {
            match entry {
                Entry::Reply(_) if skip > 0 => skip -= 1,
                Entry::Reply(reply) => {
                    for text in reply.texts() {
                        if std::mem::take(&mut goes_on) {
                            answer.push_str(text);
                        } else {
                            push_paragraph(&mut answer, text);
                        }
                    }
                    is_half = reply.is_cut_off() && (is_half || !reply.is_silent());
                }
                Entry::GoOn { .. } => goes_on = is_half,
                Entry::Input(_) => (is_half, goes_on) = (false, false),
                _ => {}
            }
        }
        answer.truncate(answer.trim_end().len());
        answer
    }

    /// What a turn has said that is yet to be gone on with.
    pub fn half_said(&self, turn: TurnId) -> String {
        let mut half = String::new();
        for entry in self.of_turn(turn) {
            match entry {
                Entry::Reply(reply) if reply.is_cut_off() => half.extend(reply.texts()),
                Entry::Reply(_) | Entry::Input(_) => half.clear(),
                _ => {}
            }
        }
        half
    }

    /// What wrote the answer of a turn: the last that spoke in it.
    pub fn writer_of(&self, turn: TurnId) -> Option<&str> {
        self.replies(turn).last().map(|reply| reply.model.as_str())
    }

    /// How many times the model has spoken in a turn.
    pub fn replies_of(&self, turn: TurnId) -> usize {
        self.replies(turn).count()
    }

    /// How many times the model was asked in a turn to go on.
    pub fn asked_on(&self, turn: TurnId) -> usize {
        let asked = |entry: &&Entry| matches!(entry, Entry::GoOn { .. });
        self.of_turn(turn).filter(asked).count()
    }

    /// The last word is Penny's, and more should follow.
    pub fn unfinished(&self) -> Option<&Reply> {
        match self.entries.last() {
            Some((_, Entry::Reply(reply))) => Some(reply).filter(|reply| reply.is_unfinished()),
            _ => None,
        }
    }

    /// Tool calls of the last reply that have no result yet. What was stopped, declined or given up
    /// is over: it is not to be carried out by whatever is said next.
    pub fn open_calls(&self) -> Vec<(String, String, Value)> {
        let mut open: Vec<(String, String, Value)> = Vec::new();
        for (_, entry) in &self.entries {
            match entry {
                Entry::Reply(reply) if reply.stop == Stop::Refusal => open.clear(),
                Entry::Note { .. } | Entry::GivenUp { .. } => open.clear(),
                Entry::Reply(reply) => {
                    open = reply
                        .content
                        .iter()
                        .filter_map(|block| match block {
                            Block::ToolUse { id, name, input } => {
                                Some((id.clone(), name.clone(), input.clone()))
                            }
                            _ => None,
                        })
                        .collect();
                }
                Entry::ToolResult(result) => open.retain(|(id, ..)| *id != result.tool_use_id),
                _ => {}
            }
        }
        open
    }

    /// The last word is Penny's, and it is a whole one.
    pub fn is_answered(&self) -> bool {
        match self.entries.last() {
            Some((_, Entry::Reply(reply))) => {
                let is_whole = reply.stop != Stop::Pause && !reply.is_unfinished();
                is_whole && self.open_calls().is_empty()
            }
            Some((_, Entry::Note { .. } | Entry::GivenUp { .. })) => true,
            _ => false,
        }
    }

    /// The conversation as a model wants it: roles alternate, every call has its result.
    pub fn messages(&self) -> Vec<Message> {
        let mut messages = Messages::default();
        for (_, entry) in &self.entries {
            match entry {
                Entry::Input(input) => messages.user(input.blocks()),
                Entry::Reply(reply) => messages.assistant(reply),
                Entry::ToolResult(result) => messages.result(result),
                Entry::Summary(summary) => messages.user(vec![Block::text(format!(
                    "<summary_of_earlier_conversation>\n{}\n</summary_of_earlier_conversation>",
                    summary.text
                ))]),
                Entry::Note { text: note } | Entry::GoOn { note } | Entry::GivenUp { note } => {
                    messages.note(note);
                }
            }
        }
        messages.finish()
    }
}

/// Appends as a paragraph of its own.
fn push_paragraph(answer: &mut String, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    answer.truncate(answer.trim_end().len());
    if !answer.is_empty() {
        answer.push_str("\n\n");
    }
    answer.push_str(text);
}

#[cfg(test)]
mod tests;
