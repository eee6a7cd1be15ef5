//! The chunks of a streamed completion, gathered into one reply. Servers disagree on what a tool
//! call carries: some leave out its id, some its index, some give every call the index 0.

use crate::models::attempt::{Failure, Sink};
use crate::models::content::tool_input;
use crate::models::{Block, Delta, Reply, Request, Stop, Usage};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Where a server does not count, four characters are taken for a token.
const CHARACTERS_PER_TOKEN: u64 = 4;

#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    #[serde(default, deserialize_with = "if_it_fits")]
    model: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    choices: Vec<Choice>,
    #[serde(default, deserialize_with = "if_it_fits")]
    usage: Option<Counts>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default, deserialize_with = "null_is_default")]
    delta: ChoiceDelta,
    #[serde(default, deserialize_with = "if_it_fits")]
    finish_reason: Option<String>,
}

/// Some servers send a thought under both of its names at once.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChoiceDelta {
    content: Value,
    refusal: Value,
    reasoning_content: Value,
    reasoning: Value,
    #[serde(deserialize_with = "null_is_default")]
    tool_calls: Vec<CallDelta>,
}

#[derive(Debug, Deserialize)]
struct CallDelta {
    #[serde(default, deserialize_with = "if_it_fits")]
    index: Option<usize>,
    #[serde(default, deserialize_with = "if_it_fits")]
    id: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    function: FunctionDelta,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FunctionDelta {
    #[serde(deserialize_with = "if_it_fits")]
    name: Option<String>,
    /// Text by the book; some servers send the object itself.
    arguments: Value,
}

#[derive(Debug, Deserialize)]
struct Counts {
    #[serde(default, deserialize_with = "null_is_default")]
    prompt_tokens: u64,
    #[serde(default, deserialize_with = "null_is_default")]
    completion_tokens: u64,
    #[serde(default, deserialize_with = "if_it_fits")]
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

/// What is of another kind than agreed is as if it were not there.
fn if_it_fits<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    value: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(value)?;
    Ok(serde_json::from_value(value).ok())
}

/// Text, or a list of its parts; none if there is nothing in it.
fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
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
    has_thought: bool,
    refused: bool,
    finish_reason: Option<String>,
    usage: Option<Usage>,
}

#[derive(Debug)]
struct Call {
    index: Option<usize>,
    id: String,
    /// The server gave none.
    is_id_ours: bool,
    name: String,
    arguments: String,
}

impl Call {
    /// Whether a piece belongs to this call. One that brings a name begins another call, unless
    /// this one has none yet, or the same one and is still being written.
    fn goes_on_with(&self, index: Option<usize>, id: Option<&str>, name: Option<&str>) -> bool {
        let is_known = match id {
            Some(id) => id == self.id || (self.is_id_ours && name.is_none()),
            None => true,
        };
        let is_whole = || serde_json::from_str::<Map<String, Value>>(&self.arguments).is_ok();
        let is_same = match name {
            // What has an id or a place of its own is told apart by that.
            Some(name) if id.is_none() && !self.name.is_empty() => {
                index.is_some() && name == self.name && !is_whole()
            }
            _ => true,
        };
        self.index == index.or(self.index) && is_known && is_same
    }
}

impl Accumulator {
    pub fn new(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            text: String::new(),
            calls: Vec::new(),
            has_thought: false,
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
        if let Some(thought) = words(&delta.reasoning_content).or_else(|| words(&delta.reasoning)) {
            self.has_thought = true;
            on(Delta::Thinking(thought));
        }
        let refusal = words(&delta.refusal);
        self.refused |= refusal.is_some();
        for text in [words(&delta.content), refusal].into_iter().flatten() {
            self.text.push_str(&text);
            on(Delta::Text(text));
        }
        for call in delta.tool_calls {
            self.grow(call, on);
        }
        let finish_reason = choice.finish_reason.filter(|reason| !reason.is_empty());
        self.finish_reason = finish_reason.or(self.finish_reason.take());
    }

    fn grow(&mut self, delta: CallDelta, on: Sink<'_>) {
        let id = delta.id.filter(|id| !id.is_empty());
        let name = delta.function.name.filter(|name| !name.is_empty());
        let same = |call: &Call| call.goes_on_with(delta.index, id.as_deref(), name.as_deref());
        // A piece without a place or a name can only belong to what came last.
        let position = match delta.index {
            None if id.is_none() => self
                .calls
                .len()
                .checked_sub(1)
                .filter(|&at| same(&self.calls[at])),
            _ => self.calls.iter().rposition(same),
        };
        let position = position.unwrap_or_else(|| {
            self.calls.push(Call {
                index: delta.index,
                is_id_ours: id.is_none(),
                id: id.unwrap_or_else(|| format!("call_{}", Uuid::now_v7().simple())),
                name: String::new(),
                arguments: String::new(),
            });
            self.calls.len() - 1
        });
        let call = &mut self.calls[position];
        if let Some(name) = name
            && call.name.is_empty()
        {
            call.name = name;
            on(Delta::ToolStarted {
                id: call.id.clone(),
                name: call.name.clone(),
            });
        }
        match delta.function.arguments {
            Value::String(more) => call.arguments.push_str(&more),
            Value::Null => {}
            whole => call.arguments = whole.to_string(),
        }
    }

    /// Fails if a call never got a name, or nothing came but thoughts: nothing could be done with it.
    pub fn finish(self, request: &Request) -> Result<Reply, Failure> {
        if self.calls.iter().any(|call| call.name.is_empty()) {
            return Err(Failure::broken("a tool call has no name"));
        }
        let is_silent = self.calls.is_empty() && self.text.trim().is_empty();
        let has_ended = !matches!(
            self.finish_reason.as_deref(),
            Some("length" | "content_filter")
        );
        if self.has_thought && is_silent && has_ended {
            return Err(Failure::broken("it thought, and said nothing"));
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
            cost_micros: None,
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
