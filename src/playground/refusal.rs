//! How Slack says no: an error code, and sometimes fields that explain it.

use serde_json::{Map, Value, json};
use std::borrow::Cow;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}")]
pub struct Refusal {
    pub code: Cow<'static, str>,
    pub fields: Map<String, Value>,
    /// Seconds to wait: the answer becomes a 429 with `Retry-After`.
    pub retry_after: Option<u64>,
}

impl Refusal {
    pub fn code(code: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: code.into(),
            fields: Map::new(),
            retry_after: None,
        }
    }

    pub fn rate_limited(retry_after: u64) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::code("ratelimited")
        }
    }

    pub fn missing_scope(needed: &str, provided: &str) -> Self {
        Self::code("missing_scope")
            .with("needed", json!(needed))
            .with("provided", json!(provided))
    }

    /// `messages` end in their JSON pointer, as Slack writes them.
    pub fn explained(code: &'static str, messages: &[String]) -> Self {
        let tagged: Vec<String> = messages
            .iter()
            .map(|message| format!("[ERROR] {message}"))
            .collect();
        let refusal = Self::code(code).with("response_metadata", json!({"messages": tagged}));
        if code == "invalid_blocks" {
            return refusal.with("errors", json!(messages));
        }
        refusal
    }

    pub fn bad_argument(message: impl Into<String>) -> Self {
        Self::explained("invalid_arguments", &[message.into()])
    }

    pub fn missing(field: &str) -> Self {
        Self::bad_argument(format!("missing required field: {field}"))
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.fields.insert(name.to_owned(), value);
        self
    }

    pub fn into_body(self) -> Value {
        let mut body = self.fields;
        body.insert("ok".to_owned(), Value::Bool(false));
        body.insert("error".to_owned(), Value::String(self.code.into_owned()));
        Value::Object(body)
    }
}
