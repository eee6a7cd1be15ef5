//! The chunks of a streamed completion, gathered into one reply. Servers disagree on what a tool
//! call carries: some leave out its id, some its index, some give every call the index 0.

use crate::models::attempt::{Failure, Sink};
use crate::models::content::tool_input;
use crate::models::{Block, Delta, Reply, Request, Stop, Usage};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use uuid::Uuid;

/// Where a server does not count, four characters are taken for a token.
const CHARACTERS_PER_TOKEN: u64 = 4;

#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    model: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    choices: Vec<Choice>,
    usage: Option<Counts>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default, deserialize_with = "null_is_default")]
    delta: ChoiceDelta,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct ChoiceDelta {
    content: Option<String>,
    refusal: Option<String>,
    #[serde(alias = "reasoning")]
    reasoning_content: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    tool_calls: Vec<CallDelta>,
}

#[derive(Debug, Deserialize)]
struct CallDelta {
    index: Option<usize>,
    id: Option<String>,
    #[serde(default)]
    function: FunctionDelta,
}

#[derive(Debug, Default, Deserialize)]
struct FunctionDelta {
    name: Option<String>,
    /// Text by the book; some servers send the object itself.
    arguments: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Counts {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Debug, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    value: D,
) -> Result<T, D::Error> {
    Option::deserialize(value).map(Option::unwrap_or_default)
}

impl Chunk {
    /// An error that came in place of a chunk is handed back as it is.
    pub fn read(data: Value) -> Result<Self, Value> {
        if data.get("error").is_some_and(|error| !error.is_null()) {
            return Err(data);
        }
        serde_json::from_value(data).map_err(|_| {
            serde_json::json!({ "error": { "type": "api_error",
                "message": "a chunk is not of the agreed shape" } })
        })
    }
}

#[derive(Debug)]
pub(super) struct Accumulator {
    model: String,
    text: String,
    calls: Vec<Call>,
    refused: bool,
    finish_reason: Option<String>,
    usage: Option<Usage>,
}

#[derive(Debug)]
struct Call {
    index: Option<usize>,
    id: String,
    name: String,
    arguments: String,
}

impl Accumulator {
    pub fn new(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            text: String::new(),
            calls: Vec::new(),
            refused: false,
            finish_reason: None,
            usage: None,
        }
    }

    pub fn has_ended(&self) -> bool {
        self.finish_reason.is_some()
    }

    pub fn take(&mut self, chunk: Chunk, on: Sink<'_>) {
        if let Some(model) = chunk.model.filter(|model| !model.is_empty()) {
            self.model = model;
        }
        if let Some(counts) = chunk.usage {
            self.usage = Some(counts.into());
        }
        // Only one answer was asked for.
        let Some(choice) = chunk.choices.into_iter().next() else {
            return;
        };
        let delta = choice.delta;
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        if let Some(thought) = given(delta.reasoning_content) {
            on(Delta::Thinking(thought));
        }
        let refusal = given(delta.refusal);
        self.refused |= refusal.is_some();
        for text in [given(delta.content), refusal].into_iter().flatten() {
            self.text.push_str(&text);
            on(Delta::Text(text));
        }
        for call in delta.tool_calls {
            self.grow(call, on);
        }
        self.finish_reason = choice.finish_reason.or(self.finish_reason.take());
    }

    fn grow(&mut self, delta: CallDelta, on: Sink<'_>) {
        let id = delta.id.filter(|id| !id.is_empty());
        let name = delta.function.name.filter(|name| !name.is_empty());
        let position = self.position(delta.index, id.as_deref(), name.is_some());
        let call = match position {
            Some(position) => &mut self.calls[position],
            None => {
                let id = id.unwrap_or_else(|| format!("call_{}", Uuid::now_v7().simple()));
                let name = name.unwrap_or_default();
                on(Delta::ToolStarted {
                    id: id.clone(),
                    name: name.clone(),
                });
                self.calls.push(Call {
                    index: delta.index,
                    id,
                    name,
                    arguments: String::new(),
                });
                let last = self.calls.len() - 1;
                &mut self.calls[last]
            }
        };
        match delta.function.arguments {
            Some(Value::String(more)) => call.arguments.push_str(&more),
            Some(Value::Null) | None => {}
            Some(whole) => call.arguments = whole.to_string(),
        }
    }

    /// Which of the calls so far a piece continues.
    fn position(&self, index: Option<usize>, id: Option<&str>, is_named: bool) -> Option<usize> {
        let same_id = |call: &Call| id.is_none_or(|id| id == call.id);
        match index {
            Some(_) => self
                .calls
                .iter()
                .rposition(|call| call.index == index && same_id(call)),
            None if id.is_none() && is_named => None,
            None => self.calls.iter().rposition(same_id),
        }
    }

    /// Fails if a call never got a name: nothing could be done with it.
    pub fn finish(self, request: &Request) -> Result<Reply, Failure> {
        if self.calls.iter().any(|call| call.name.is_empty()) {
            return Err(Failure::broken("a tool call has no name"));
        }
        let usage = self.usage.unwrap_or_else(|| self.estimate(request));
        let stop = match self.finish_reason.as_deref() {
            Some("length") => Stop::MaxTokens,
            Some("content_filter") => Stop::Refusal,
            _ if self.refused => Stop::Refusal,
            _ if self.calls.is_empty() => Stop::EndTurn,
            _ => Stop::ToolUse,
        };
        let mut content = Vec::new();
        if !self.text.trim().is_empty() {
            content.push(Block::Text { text: self.text });
        }
        content.extend(self.calls.into_iter().map(|call| Block::ToolUse {
            id: call.id,
            name: call.name,
            input: tool_input(call.arguments),
        }));
        Ok(Reply {
            model: self.model,
            content,
            stop,
            usage,
        })
    }

    fn estimate(&self, request: &Request) -> Usage {
        let asked: usize = request
            .messages
            .iter()
            .flat_map(|message| &message.content)
            .map(length)
            .chain(request.system.iter().map(|part| part.text.len()))
            .sum();
        let calls = self.calls.iter().map(|call| call.arguments.len());
        let said = self.text.len() + calls.sum::<usize>();
        Usage {
            input: (asked as u64).div_ceil(CHARACTERS_PER_TOKEN),
            output: (said as u64).div_ceil(CHARACTERS_PER_TOKEN),
            ..Usage::default()
        }
    }
}

fn length(block: &Block) -> usize {
    match block {
        Block::Text { text } => text.len(),
        Block::ToolResult { content, .. } => content.len(),
        Block::ToolUse { input, .. } => input.to_string().len(),
        _ => 0,
    }
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        let details = counts.prompt_tokens_details;
        let cached = details
            .and_then(|details| details.cached_tokens)
            .unwrap_or_default();
        Self {
            input: counts.prompt_tokens.saturating_sub(cached),
            output: counts.completion_tokens,
            cache_read: cached,
            cache_write: 0,
        }
    }
}
