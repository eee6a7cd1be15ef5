//! A request in the words of the Messages API, with the marks that tell it what to cache.

use super::thinking::Thinking;
use crate::models::content::sendable_input;
use crate::models::{Block, Message, Request, Role, SystemPart, ToolSpec};
use anthropic_sdk::types::messages::{MessageContent, MessageCreateParams, MessageParam};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The API allows four marks: one stands on the tools, one on the messages.
const MARKS_ON_SYSTEM: usize = 2;

pub(super) fn params(model: &str, thinking: Thinking, request: &Request) -> MessageCreateParams {
    let mut extra = BTreeMap::new();
    if !request.system.is_empty() {
        extra.insert("system".to_owned(), system(&request.system));
    }
    if !request.tools.is_empty() {
        extra.insert("tools".to_owned(), tools(&request.tools));
    }
    if let Some(parameter) = thinking.parameter(request.max_tokens, &request.messages) {
        extra.insert("thinking".to_owned(), parameter);
    }
    MessageCreateParams {
        model: model.to_owned(),
        max_tokens: u64::from(request.max_tokens),
        messages: messages(&request.messages, extra.contains_key("thinking")),
        stream: Some(true),
        extra,
    }
}

fn system(parts: &[SystemPart]) -> Value {
    let mut marks = MARKS_ON_SYSTEM;
    let mut blocks: Vec<Value> = parts
        .iter()
        .rev()
        .filter(|part| !part.text.trim().is_empty())
        .map(|part| {
            let mut block = json!({ "type": "text", "text": part.text });
            if part.cache && marks > 0 {
                marks -= 1;
                mark(&mut block);
            }
            block
        })
        .collect();
    blocks.reverse();
    Value::Array(blocks)
}

fn tools(specs: &[ToolSpec]) -> Value {
    let mut tools: Vec<Value> = specs
        .iter()
        .map(|spec| {
            json!({
                "name": spec.name,
                "description": spec.description,
                "input_schema": spec.input_schema,
            })
        })
        .collect();
    if let Some(last) = tools.last_mut() {
        mark(last);
    }
    Value::Array(tools)
}

/// The mark stands on the last block, so that the next step of the turn reads all before it.
fn messages(messages: &[Message], with_thinking: bool) -> Vec<MessageParam> {
    let mut converted: Vec<(Role, Vec<Value>)> = messages
        .iter()
        .map(|message| {
            let blocks = message.content.iter();
            let blocks = blocks.filter_map(|content| block(content, with_thinking));
            (message.role, blocks.collect())
        })
        .filter(|(_, blocks): &(Role, Vec<Value>)| !blocks.is_empty())
        .collect();
    let markable = |block: &&mut Value| {
        !matches!(
            block["type"].as_str(),
            Some("thinking" | "redacted_thinking")
        )
    };
    let last = converted.last_mut();
    if let Some(block) = last.and_then(|(_, blocks)| blocks.iter_mut().rev().find(markable)) {
        mark(block);
    }
    converted
        .into_iter()
        .map(|(role, blocks)| MessageParam {
            role: match role {
                Role::User => "user".to_owned(),
                Role::Assistant => "assistant".to_owned(),
            },
            content: MessageContent::Blocks(blocks),
        })
        .collect()
}

fn mark(block: &mut Value) {
    block["cache_control"] = json!({ "type": "ephemeral" });
}

/// `None` for what the API would reject: empty text, and thinking where it is switched off or
/// comes from elsewhere and bears no signature.
fn block(block: &Block, with_thinking: bool) -> Option<Value> {
    Some(match block {
        Block::Text { text } if text.trim().is_empty() => return None,
        Block::Text { text } => json!({ "type": "text", "text": text }),
        Block::Thinking { signature, .. } if !with_thinking || signature.is_empty() => return None,
        Block::Thinking {
            thinking,
            signature,
        } => json!({ "type": "thinking", "thinking": thinking, "signature": signature }),
        Block::RedactedThinking { .. } if !with_thinking => return None,
        Block::RedactedThinking { data } => json!({ "type": "redacted_thinking", "data": data }),
        Block::ToolUse { id, name, input } => {
            json!({ "type": "tool_use", "id": id, "name": name, "input": sendable_input(input) })
        }
        Block::ToolResult {
            tool_use_id,
            content,
            is_error,
        } => json!({
            "type": "tool_result",
            "tool_use_id": tool_use_id,
            "content": content,
            "is_error": is_error,
        }),
        Block::Media {
            media_type,
            data,
            title,
        } => media(media_type, data, title.as_deref()),
    })
}

fn media(media_type: &str, data: &str, title: Option<&str>) -> Value {
    let source = json!({ "type": "base64", "media_type": media_type, "data": data });
    match media_type {
        "application/pdf" => {
            let mut document = json!({ "type": "document", "source": source });
            if let Some(title) = title {
                document["title"] = json!(title);
            }
            document
        }
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" => {
            json!({ "type": "image", "source": source })
        }
        other => {
            let title = title.unwrap_or("without a name");
            json!({ "type": "text", "text": format!("[a file that cannot be shown: {title}, {other}]") })
        }
    }
}
