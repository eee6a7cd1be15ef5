//! The events of a stream, gathered into one reply. Blocks are told apart by their index, tool
//! input is parsed only once it is whole, and counts that are missing never erase those known.

use crate::models::attempt::{Failure, Sink};
use crate::models::content::tool_input;
use crate::models::{Block, Delta, Reply, Stop, Usage};
use anthropic_sdk::types::messages::{
    MessageDeltaUsage, RawContentBlockDelta, RawMessageStreamEvent,
};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Accumulator {
    model: String,
    blocks: BTreeMap<usize, Growing>,
    usage: Usage,
    stop_reason: Option<String>,
}

#[derive(Debug)]
struct Growing {
    block: Block,
    /// The text of a tool's input so far; the block gets it when it is whole.
    written: String,
    is_open: bool,
    /// A kind of block that is of no use here, such as a tool of the provider's own.
    is_foreign: bool,
}

impl Accumulator {
    pub fn new(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            blocks: BTreeMap::new(),
            usage: Usage::default(),
            stop_reason: None,
        }
    }

    /// Whether the reply is complete with this event.
    pub fn take(&mut self, event: RawMessageStreamEvent, on: Sink<'_>) -> Result<bool, Failure> {
        match event {
            RawMessageStreamEvent::MessageStart { message } => {
                if !message.model.is_empty() {
                    self.model = message.model;
                }
                self.count_start(&message.usage);
            }
            RawMessageStreamEvent::ContentBlockStart {
                index,
                content_block,
            } => self.begin(index, &content_block, on),
            RawMessageStreamEvent::ContentBlockDelta { index, delta } => {
                self.grow(index, delta, on)?;
            }
            RawMessageStreamEvent::ContentBlockStop { index } => self.close(index)?,
            RawMessageStreamEvent::MessageDelta { delta, usage } => {
                self.stop_reason = delta.stop_reason.or(self.stop_reason.take());
                self.count_end(&usage);
            }
            RawMessageStreamEvent::MessageStop => {
                if self.blocks.values().any(|growing| growing.is_open) {
                    return Err(Failure::broken("it stopped inside a block"));
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn begin(&mut self, index: usize, start: &Value, on: Sink<'_>) {
        let text = |field: &str| start[field].as_str().unwrap_or_default().to_owned();
        let mut is_foreign = false;
        let block = match start["type"].as_str() {
            Some("text") => Block::Text { text: text("text") },
            Some("thinking") => Block::Thinking {
                thinking: text("thinking"),
                signature: text("signature"),
            },
            Some("redacted_thinking") => Block::RedactedThinking { data: text("data") },
            Some("tool_use") => Block::ToolUse {
                id: text("id"),
                name: text("name"),
                input: start["input"].clone(),
            },
            _ => {
                is_foreign = true;
                Block::text("")
            }
        };
        match &block {
            Block::Text { text } if !text.is_empty() => on(Delta::Text(text.clone())),
            Block::Thinking { thinking, .. } if !thinking.is_empty() => {
                on(Delta::Thinking(thinking.clone()));
            }
            Block::ToolUse { id, name, .. } => on(Delta::ToolStarted {
                id: id.clone(),
                name: name.clone(),
            }),
            _ => {}
        }
        let growing = Growing {
            block,
            written: String::new(),
            is_open: true,
            is_foreign,
        };
        self.blocks.insert(index, growing);
    }

    fn grow(
        &mut self,
        index: usize,
        delta: RawContentBlockDelta,
        on: Sink<'_>,
    ) -> Result<(), Failure> {
        let growing = self.open(index)?;
        if growing.is_foreign {
            return Ok(());
        }
        match (&mut growing.block, delta) {
            (Block::Text { text }, RawContentBlockDelta::TextDelta { text: more }) => {
                text.push_str(&more);
                on(Delta::Text(more));
            }
            (
                Block::Thinking { thinking, .. },
                RawContentBlockDelta::ThinkingDelta { thinking: more },
            ) => {
                thinking.push_str(&more);
                on(Delta::Thinking(more));
            }
            (
                Block::Thinking { signature, .. },
                RawContentBlockDelta::SignatureDelta { signature: more },
            ) => signature.push_str(&more),
            (Block::ToolUse { .. }, RawContentBlockDelta::InputJsonDelta { partial_json }) => {
                growing.written.push_str(&partial_json);
            }
            (_, RawContentBlockDelta::CitationsDelta { .. } | RawContentBlockDelta::Unknown) => {}
            _ => return Err(Failure::broken("a piece does not fit its block")),
        }
        Ok(())
    }

    fn close(&mut self, index: usize) -> Result<(), Failure> {
        let growing = self.open(index)?;
        growing.is_open = false;
        if let Block::ToolUse { input, .. } = &mut growing.block {
            let came_whole = growing.written.is_empty() && input.is_object();
            if !came_whole {
                *input = tool_input(std::mem::take(&mut growing.written));
            }
        }
        Ok(())
    }

    fn open(&mut self, index: usize) -> Result<&mut Growing, Failure> {
        self.blocks
            .get_mut(&index)
            .filter(|growing| growing.is_open)
            .ok_or_else(|| Failure::broken("a piece belongs to no open block"))
    }

    fn count_start(&mut self, usage: &Value) {
        let count = |field: &str| usage[field].as_u64().unwrap_or_default();
        self.usage = Usage {
            input: count("input_tokens"),
            output: count("output_tokens"),
            cache_read: count("cache_read_input_tokens"),
            cache_write: count("cache_creation_input_tokens"),
        };
    }

    /// Counts here are of the whole message so far, and mostly only that of the output is given.
    fn count_end(&mut self, usage: &MessageDeltaUsage) {
        let counts = &mut self.usage;
        counts.output = usage.output_tokens;
        counts.input = usage.input_tokens.unwrap_or(counts.input);
        counts.cache_read = usage.cache_read_input_tokens.unwrap_or(counts.cache_read);
        counts.cache_write = usage
            .cache_creation_input_tokens
            .unwrap_or(counts.cache_write);
    }

    pub fn finish(self) -> Reply {
        let content: Vec<Block> = self
            .blocks
            .into_values()
            .filter(|growing| !growing.is_foreign)
            .map(|growing| growing.block)
            // The API sends empty text, but does not take it back.
            .filter(|block| !matches!(block, Block::Text { text } if text.trim().is_empty()))
            .collect();
        let calls = content
            .iter()
            .any(|block| matches!(block, Block::ToolUse { .. }));
        let stop = match self.stop_reason.as_deref() {
            Some("max_tokens" | "model_context_window_exceeded") => Stop::MaxTokens,
            Some("refusal") => Stop::Refusal,
            Some("pause_turn") => Stop::Pause,
            _ if calls => Stop::ToolUse,
            _ => Stop::EndTurn,
        };
        Reply {
            model: self.model,
            content,
            stop,
            usage: self.usage,
            cost_micros: None,
        }
    }
}
