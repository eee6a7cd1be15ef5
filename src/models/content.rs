//! What a conversation with a model is made of. This is also what is stored of a turn,
//! so a variant or field may be added but never renamed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    User,
    Assistant,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub role: Role,
    pub content: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    Text {
        text: String,
    },
    /// Returned to the provider unchanged, signature included, or it rejects the conversation.
    Thinking {
        thinking: String,
        signature: String,
    },
    RedactedThinking {
        data: String,
    },
    /// `input` is a JSON object. Only when the model wrote something else (broken JSON, or JSON
    /// cut off by the token limit) is it a JSON string that holds what was written; see
    /// [`Block::malformed_input`].
    ToolUse {
        id: String,
        name: String,
        input: Value,
    },
    ToolResult {
        tool_use_id: String,
        content: String,
        #[serde(default)]
        is_error: bool,
    },
    /// Base64 of an image (`image/png` …) or of a PDF (`application/pdf`). Filled in just
    /// before a call; the stored conversation holds only a reference to the file.
    Media {
        media_type: String,
        data: String,
        title: Option<String>,
    },
}

impl Block {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    pub fn is_thought(&self) -> bool {
        matches!(self, Self::Thinking { .. } | Self::RedactedThinking { .. })
    }

    /// What the model wrote as the input of a tool call, if that is no JSON object. The tool must
    /// not run; its result tells the model what was wrong.
    pub fn malformed_input(&self) -> Option<&str> {
        match self {
            Self::ToolUse {
                input: Value::String(written),
                ..
            } => Some(written),
            _ => None,
        }
    }
}

/// The `input` of a tool call out of the text that the model wrote for it. A tool without
/// arguments is often called with no text at all.
pub(super) fn tool_input(written: String) -> Value {
    if written.trim().is_empty() {
        return Value::Object(serde_json::Map::new());
    }
    match serde_json::from_str(&written) {
        Ok(Value::Object(fields)) => Value::Object(fields),
        _ => Value::String(written),
    }
}

/// The same input in the shape that providers demand when the conversation goes back to them.
pub(super) fn sendable_input(input: &Value) -> Value {
    match input {
        Value::Object(_) => input.clone(),
        other => serde_json::json!({ "unparsable_input": other }),
    }
}

impl Message {
    pub fn user(text: impl Into<String>) -> Self {
        Self {
            role: Role::User,
            content: vec![Block::text(text)],
        }
    }

    pub fn assistant(text: impl Into<String>) -> Self {
        Self {
            role: Role::Assistant,
            content: vec![Block::text(text)],
        }
    }
}
