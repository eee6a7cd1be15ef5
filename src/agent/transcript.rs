//! The stored entries of a conversation, and how they become the messages that a model reads.

use super::untrusted;
use crate::base::ids::TurnId;
use crate::models::{Block, Message, Reply, Role, Stop};
use crate::store::conversations;
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
    /// Takes back all else that its turn wrote: something in there defeats whoever works on it.
    GivenUp {
        note: String,
    },
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

    /// The answer of a turn as far as it is written, without its first `skip` replies.
    pub fn answer_of(&self, turn: TurnId, skip: usize) -> String {
        let mut answer = String::new();
        let replies = self
            .of_turn(turn)
            .filter(|entry| matches!(entry, Entry::Reply(_)));
        for entry in replies.skip(skip) {
            if let Entry::Reply(reply) = entry {
                for block in &reply.content {
                    if let Block::Text { text } = block {
                        push_paragraph(&mut answer, text);
                    }
                }
            }
        }
        answer
    }

    /// How many times the model has spoken in a turn.
    pub fn replies_of(&self, turn: TurnId) -> usize {
        self.of_turn(turn)
            .filter(|entry| matches!(entry, Entry::Reply(_)))
            .count()
    }

    /// Tool calls of the last reply that have no result yet.
    pub fn open_calls(&self) -> Vec<(String, String, Value)> {
        let mut open: Vec<(String, String, Value)> = Vec::new();
        for (_, entry) in &self.entries {
            match entry {
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
                self.open_calls().is_empty() && reply.stop != Stop::Pause
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
                Entry::Reply(reply) => messages.assistant(&reply.content),
                Entry::ToolResult(result) => messages.result(result),
                Entry::Summary(summary) => messages.user(vec![Block::text(format!(
                    "<summary_of_earlier_conversation>\n{}\n</summary_of_earlier_conversation>",
                    summary.text
                ))]),
                Entry::Note { text } | Entry::GivenUp { note: text } => messages.note(text),
            }
        }
        messages.finish()
    }
}

/// Appends as a paragraph of its own.
pub fn push_paragraph(answer: &mut String, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    if !answer.is_empty() {
        answer.push_str("\n\n");
    }
    answer.push_str(text.trim_end());
}

impl Input {
    fn blocks(&self) -> Vec<Block> {
        let mut text = String::new();
        if let Some(surroundings) = &self.surroundings {
            text.push_str(&untrusted::fence("surroundings", surroundings));
            text.push('\n');
        }
        for said in &self.messages {
            let aside = if said.overheard { " (not to you)" } else { "" };
            let words = untrusted::clean(&said.text);
            text.push_str(&format!("[{} · {}{aside}] {words}\n", said.name, said.at));
            for file in &said.files {
                text.push_str(&format!(
                    "  (attached: {} · {})\n",
                    file.name, file.media_type
                ));
            }
        }
        vec![Block::text(text.trim_end())]
    }
}

/// Builds alternating messages; results come before anything that people said meanwhile.
#[derive(Default)]
struct Messages {
    done: Vec<Message>,
    /// Calls of the last reply that wait for their results.
    expected: Vec<String>,
    held_back: Vec<Block>,
}

impl Messages {
    fn add(&mut self, role: Role, blocks: Vec<Block>) {
        match self.done.last_mut() {
            Some(last) if last.role == role => last.content.extend(blocks),
            _ => self.done.push(Message {
                role,
                content: blocks,
            }),
        }
    }

    fn user(&mut self, blocks: Vec<Block>) {
        if self.expected.is_empty() {
            self.add(Role::User, blocks);
        } else {
            self.held_back.extend(blocks);
        }
    }

    fn assistant(&mut self, content: &[Block]) {
        self.close_calls();
        let blocks: Vec<_> = content
            .iter()
            .filter(|block| !matches!(block, Block::Text { text } if text.trim().is_empty()))
            .cloned()
            .collect();
        if blocks.is_empty() || self.done.is_empty() {
            return;
        }
        self.expected = blocks
            .iter()
            .filter_map(|block| match block {
                Block::ToolUse { id, .. } => Some(id.clone()),
                _ => None,
            })
            .collect();
        self.add(Role::Assistant, blocks);
    }

    fn result(&mut self, result: &ToolResult) {
        let Some(place) = self
            .expected
            .iter()
            .position(|id| *id == result.tool_use_id)
        else {
            return;
        };
        self.expected.remove(place);
        let content = if result.is_error {
            untrusted::clean(&result.content)
        } else {
            untrusted::fence(&result.name, &result.content)
        };
        self.add(
            Role::User,
            vec![Block::ToolResult {
                tool_use_id: result.tool_use_id.clone(),
                content,
                is_error: result.is_error,
            }],
        );
        if self.expected.is_empty() {
            let held_back = std::mem::take(&mut self.held_back);
            if !held_back.is_empty() {
                self.add(Role::User, held_back);
            }
        }
    }

    fn note(&mut self, text: &str) {
        self.close_calls();
        self.add(Role::User, vec![Block::text(format!("(Note: {text})"))]);
    }

    /// A turn that was stopped leaves calls without results, which no provider accepts.
    fn close_calls(&mut self) {
        for id in std::mem::take(&mut self.expected) {
            self.add(
                Role::User,
                vec![Block::ToolResult {
                    tool_use_id: id,
                    content: "Not run: the turn ended before.".to_owned(),
                    is_error: true,
                }],
            );
        }
        let held_back = std::mem::take(&mut self.held_back);
        if !held_back.is_empty() {
            self.add(Role::User, held_back);
        }
    }

    fn finish(mut self) -> Vec<Message> {
        self.close_calls();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Entry {
        Entry::Input(Input {
            messages: vec![Said {
                user: "U1".to_owned(),
                name: "Maya".to_owned(),
                at: "Mon 2 Mar 2026 09:30 UTC".to_owned(),
                text: text.to_owned(),
                overheard: false,
                files: Vec::new(),
            }],
            ..Input::default()
        })
    }

    #[test]
    fn a_turn_that_is_given_up_takes_back_its_words_and_keeps_what_others_said_before() {
        let (before, given_up, after) = (TurnId::fresh(), TurnId::fresh(), TurnId::fresh());
        let mut transcript = Transcript::default();
        transcript.push(before, asked("how many deals?"));
        transcript.push(given_up, asked("the straw"));
        let summary = Summary {
            text: "Maya asked for deals.".to_owned(),
            carried: vec![asked("the straw")],
        };
        transcript.push(given_up, Entry::Summary(summary));
        let note = "left out".to_owned();
        transcript.push(given_up, Entry::GivenUp { note });
        assert!(transcript.is_answered());
        transcript.push(after, asked("and now?"));
        let read = format!("{:?}", transcript.messages());
        for kept in ["Maya asked for deals.", "left out", "and now?"] {
            assert!(read.contains(kept), "{read}");
        }
        assert!(!read.contains("the straw"), "{read}");
    }
}
