//! Language models behind one trait: a request in, deltas while it thinks, one whole reply out.
//! The agent knows nothing of a provider; a provider knows nothing of Slack.

pub mod anthropic;
mod attempt;
pub mod build;
pub mod content;
pub mod demo;
mod exchange;
pub mod fallback;
pub mod openai;
pub mod price;
mod refusal;
pub mod scripted;
#[cfg(test)]
mod testing;

pub use content::{Block, Message, Role};
pub use exchange::SetupError;

use crate::base::metrics as names;
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The models that there are to think with.
#[derive(Debug, Clone)]
pub struct Models {
    pub usual: Arc<dyn Model>,
    /// Those that people may choose instead, by the names under which they are offered.
    pub others: BTreeMap<String, Arc<dyn Model>>,
}

impl Models {
    /// Those whose price is not known, each once.
    pub fn unpriced(&self) -> Vec<String> {
        let all = std::iter::once(&self.usual).chain(self.others.values());
        let unpriced: BTreeSet<String> = all.flat_map(|model| model.unpriced()).collect();
        unpriced.into_iter().collect()
    }
}

impl From<Arc<dyn Model>> for Models {
    fn from(usual: Arc<dyn Model>) -> Self {
        Self {
            usual,
            others: BTreeMap::new(),
        }
    }
}

/// What the model may call. `input_schema` is a JSON Schema object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    pub name: String,
    pub description: String,
    pub input_schema: Value,
}

impl ToolSpec {
    /// Of a tool whose arguments are read into `Input`. What only validators read is left out of
    /// its schema.
    pub fn of<Input: JsonSchema>(name: &str, description: impl Into<String>) -> Self {
        let mut schema = schemars::schema_for!(Input).to_value();
        if let Some(object) = schema.as_object_mut() {
            object.remove("$schema");
            object.remove("title");
        }
        Self {
            name: name.to_owned(),
            description: description.into(),
            input_schema: schema,
        }
    }
}

/// One call of a model. `system` and `tools` are the stable prefix that providers cache.
#[derive(Debug, Clone)]
pub struct Request {
    pub system: Vec<SystemPart>,
    pub tools: Arc<[ToolSpec]>,
    pub messages: Vec<Message>,
    pub max_tokens: u32,
}

/// A piece of the system prompt. Pieces that change seldom come first and are cached.
#[derive(Debug, Clone, PartialEq)]
pub struct SystemPart {
    pub text: String,
    pub cache: bool,
}

/// What arrives while the model is still at work.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    Text(String),
    Thinking(String),
    /// A tool call has begun; its input follows with the whole reply.
    ToolStarted {
        id: String,
        name: String,
    },
    /// Everything sent since the request began is void: the attempt is made again.
    Restarted,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What wrote it: a fallback, where that stepped in.
    pub model: String,
    pub content: Vec<Block>,
    pub stop: Stop,
    pub usage: Usage,
    /// In millionths of a dollar, where the price of what wrote it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_micros: Option<u64>,
}

impl Reply {
    #[must_use]
    fn priced(mut self, price: Option<Price>) -> Self {
        self.cost_micros = price.map(|price| price.micros(self.usage));
        self
    }

    /// What it took. Asked once for each reply: it is counted with this.
    pub fn counted(&self) -> Cost {
        let micros = self.cost_micros.unwrap_or_default();
        metrics::counter!(names::TOKENS).increment(self.usage.total());
        metrics::counter!(names::COST).increment(micros);
        Cost {
            tokens: i64::try_from(self.usage.total()).unwrap_or(i64::MAX),
            micros: i64::try_from(micros).unwrap_or(i64::MAX),
        }
    }

    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.content.iter().filter_map(|block| match block {
            Block::Text { text } => Some(text.as_str()),
            _ => None,
        })
    }

    fn has_calls(&self) -> bool {
        let is_call = |block: &Block| matches!(block, Block::ToolUse { .. });
        self.content.iter().any(is_call)
    }

    /// Not a word was said, and nothing called.
    pub fn is_silent(&self) -> bool {
        !self.has_calls() && self.texts().all(|text| text.trim().is_empty())
    }

    /// The limit on its length ended it in the middle of a text.
    pub fn is_cut_off(&self) -> bool {
        self.stop == Stop::MaxTokens && !self.has_calls()
    }

    /// The model has more to say: it was cut off, or has thought and said nothing.
    pub fn is_unfinished(&self) -> bool {
        let has_thought = self.content.iter().any(Block::is_thought);
        self.is_cut_off() || (self.stop == Stop::EndTurn && self.is_silent() && has_thought)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    EndTurn,
    ToolUse,
    MaxTokens,
    Refusal,
    /// The provider paused a long turn; send the conversation back to go on.
    Pause,
}

/// Tokens of one call. Cached input is counted apart from `input`, as providers bill it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input: u64,
    pub output: u64,
    pub cache_read: u64,
    pub cache_write: u64,
}

impl Usage {
    pub fn total(&self) -> u64 {
        self.input + self.output + self.cache_read + self.cache_write
    }

    pub fn add(&mut self, other: Usage) {
        self.input += other.input;
        self.output += other.output;
        self.cache_read += other.cache_read;
        self.cache_write += other.cache_write;
    }
}

/// Why a call failed, in the terms in which the agent has to act.
/// Adapters retry what is worth it themselves; what reaches the agent is final for this call.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("the model is overloaded")]
    Overloaded,
    #[error("the model's rate limit is reached")]
    RateLimited { retry_after: Option<Duration> },
    #[error("the model account is out of credit")]
    OutOfCredit,
    #[error("the model refused the key")]
    Unauthorized,
    #[error("the conversation is too long for the model")]
    ContextTooLong,
    /// The server has none, or too many to choose from.
    #[error(
        "PENNY_MODEL has to name a model of the OpenAI-compatible server, such as gpt-5 or llama3.3: the server lists no single one to take"
    )]
    Unnamed,
    #[error("the model could not be reached: {0}")]
    Unreachable(String),
    /// The stream stopped or broke in the middle.
    #[error("the model's answer broke off: {0}")]
    Broken(String),
    #[error("the model rejected the request: {0}")]
    Rejected(String),
}

impl ModelError {
    /// Another model, or the same one a little later, may well succeed.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Overloaded | Self::RateLimited { .. } | Self::Unreachable(_) | Self::Broken(_)
        )
    }
}

#[async_trait]
pub trait Model: Send + Sync + std::fmt::Debug {
    /// The name for footers and the ledger, such as `claude-sonnet-4-5`.
    fn name(&self) -> String;

    /// The names of those that may answer and whose price is not known: no bound on money holds for
    /// them.
    fn unpriced(&self) -> Vec<String>;

    /// One call. `on` is told of every delta in order; dropping the future cancels the call.
    async fn reply(
        &self,
        request: &Request,
        on: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError>;
}

/// What calls of models took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    pub tokens: i64,
    /// Millionths of a dollar.
    pub micros: i64,
}

/// Dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    pub input: f64,
    pub output: f64,
    pub cache_read: f64,
    pub cache_write: f64,
}

impl Price {
    /// The cost in millionths of a dollar: dollars per million tokens, times tokens.
    pub fn micros(&self, usage: Usage) -> u64 {
        let cost = self.input * usage.input as f64
            + self.output * usage.output as f64
            + self.cache_read * usage.cache_read as f64
            + self.cache_write * usage.cache_write as f64;
        cost.ceil() as u64
    }
}
