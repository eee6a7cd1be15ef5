//! A request in the words of chat completions. Thinking stays behind: it is another provider's.

use crate::models::content::sendable_input;
use crate::models::{Block, Message, Request, Role};
use serde_json::{Value, json};
use url::Url;

/// OpenAI's newer models reject the old name of this limit; other servers know only the old one.
pub(super) const OFFICIAL_HOST: &str = "api.openai.com";

/// `room` is how many tokens the answer may have at most, where that is said at all.
pub(super) fn body(model: &str, url: &Url, request: &Request, room: Option<u32>) -> Value {
    let limit = match url.host_str() {
        Some(OFFICIAL_HOST) => "max_completion_tokens",
        _ => "max_tokens",
    };
    let mut body = json!({
        "model": model,
        "messages": messages(request),
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    if let Some(room) = room {
        body[limit] = json!(room);
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|spec| {
            json!({ "type": "function", "function": {
                "name": spec.name,
                "description": spec.description,
                "parameters": spec.input_schema,
            }})
        });
        body["tools"] = tools.collect();
    }
    body
}

fn messages(request: &Request) -> Vec<Value> {
    let system: Vec<&str> = request
        .system
        .iter()
        .map(|part| part.text.as_str())
        .collect();
    let mut messages = Vec::new();
    if !system.is_empty() {
        messages.push(json!({ "role": "system", "content": system.join("\n\n") }));
    }
    for message in &request.messages {
        match message.role {
            Role::Assistant => messages.extend(assistant(message)),
            Role::User => user(message, &mut messages),
        }
    }
    messages
}

fn assistant(message: &Message) -> Option<Value> {
    let mut text = String::new();
    let mut calls = Vec::new();
    for block in &message.content {
        match block {
            Block::Text { text: more } => text.push_str(more),
            Block::ToolUse { id, name, input } => calls.push(json!({
                "id": id,
                "type": "function",
                "function": { "name": name, "arguments": sendable_input(input).to_string() },
            })),
            _ => {}
        }
    }
    if text.is_empty() && calls.is_empty() {
        return None;
    }
    let mut said = json!({ "role": "assistant", "content": text });
    if !calls.is_empty() {
        said["tool_calls"] = Value::Array(calls);
    }
    Some(said)
}

/// Results of tools are messages of their own here, and come before what the user says.
fn user(message: &Message, messages: &mut Vec<Value>) {
    let mut parts = Vec::new();
    for block in &message.content {
        match block {
            Block::ToolResult {
                tool_use_id,
                content,
                is_error,
            } => {
                let mark = if *is_error { "Error: " } else { "" };
                messages.push(json!({
                    "role": "tool",
                    "tool_call_id": tool_use_id,
                    "content": format!("{mark}{content}"),
                }));
            }
            Block::Text { text } if !text.is_empty() => {
                parts.push(json!({ "type": "text", "text": text }));
            }
            Block::Media {
                media_type,
                data,
                title,
            } => parts.push(media(media_type, data, title.as_deref())),
            _ => {}
        }
    }
    // Servers that see no images often take nothing but a string.
    let content = match &parts[..] {
        [] => return,
        [only] if only["type"] == "text" => only["text"].clone(),
        _ => Value::Array(parts),
    };
    messages.push(json!({ "role": "user", "content": content }));
}

fn media(media_type: &str, data: &str, title: Option<&str>) -> Value {
    if media_type.starts_with("image/") {
        let url = format!("data:{media_type};base64,{data}");
        return json!({ "type": "image_url", "image_url": { "url": url } });
    }
    let title = title.unwrap_or("without a name");
    let note = format!("[a file that this model cannot read: {title}, {media_type}]");
    json!({ "type": "text", "text": note })
}
