//! A conversation's entries as the messages that a provider accepts: roles alternate, and every call
//! has its result.

use super::{Input, ToolResult};
use crate::agent::untrusted;
use crate::models::{Block, Message, Reply, Role, Stop};

impl Input {
    pub(super) fn blocks(&self) -> Vec<Block> {
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
        match text.trim_end() {
            // A stop, for instance, says nothing else.
            "" => Vec::new(),
            text => vec![Block::text(text)],
        }
    }
}

/// Builds alternating messages; results come before anything that people said meanwhile.
#[derive(Default)]
pub(super) struct Messages {
    done: Vec<Message>,
    /// Calls of the last reply that wait for their results.
    expected: Vec<String>,
    held_back: Vec<Block>,
}

impl Messages {
    fn add(&mut self, role: Role, blocks: Vec<Block>) {
        if blocks.is_empty() {
            return;
        }
        match self.done.last_mut() {
            Some(last) if last.role == role => last.content.extend(blocks),
            _ => self.done.push(Message {
                role,
                content: blocks,
            }),
        }
    }

    pub fn user(&mut self, blocks: Vec<Block>) {
        if self.expected.is_empty() {
            self.add(Role::User, blocks);
        } else {
            self.held_back.extend(blocks);
        }
    }

    pub fn assistant(&mut self, reply: &Reply) {
        self.close_calls();
        let is_empty =
            |block: &&Block| matches!(block, Block::Text { text } if text.trim().is_empty());
        let content = reply.content.iter().filter(|block| !is_empty(block));
        let mut blocks: Vec<_> = content.cloned().collect();
        // A thought that led to nothing yet: providers take it back only with what it led to.
        while reply.stop != Stop::Pause && blocks.last().is_some_and(Block::is_thought) {
            blocks.pop();
        }
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

    pub fn result(&mut self, result: &ToolResult) {
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

    pub fn note(&mut self, text: &str) {
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

    pub fn finish(mut self) -> Vec<Message> {
        self.close_calls();
        self.done
    }
}
