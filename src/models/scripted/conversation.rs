//! The rules by which providers reject a conversation. The scripted model applies them, so that a
//! test finds what would only fail at a customer's.

use crate::models::{Block, Message, Request, Role};
use std::collections::HashSet;

/// `resumes_pause` says that the last message is an answer which the provider itself had paused.
pub(super) fn check(request: &Request, resumes_pause: bool) -> Result<(), String> {
    tools_are_sound(request)?;
    let first = request.messages.first().ok_or("there are no messages")?;
    if first.role != Role::User {
        return Err("the first message is not the user's".to_owned());
    }
    if request
        .messages
        .last()
        .is_some_and(|last| last.role == Role::Assistant)
        && !resumes_pause
    {
        return Err("the last message is not the user's".to_owned());
    }
    let mut seen = HashSet::new();
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in request.messages.iter().enumerate() {
        let at = |fault: String| format!("messages.{index}: {fault}");
        content_is_sound(message).map_err(at)?;
        let results = results_of(message).map_err(at)?;
        if let Some(missing) = open.iter().find(|id| !results.contains(*id)) {
            return Err(at(format!(
                "tool_use {missing} has no tool_result right after it"
            )));
        }
        if let Some(orphan) = results.iter().find(|id| !open.contains(id)) {
            return Err(at(format!(
                "tool_result {orphan} answers no tool_use before it"
            )));
        }
        open = calls_of(message);
        if let Some(twice) = open.iter().find(|id| !seen.insert(**id)) {
            return Err(at(format!("tool_use id {twice} is used twice")));
        }
    }
    match open.first() {
        Some(id) => Err(format!("tool_use {id} has no tool_result")),
        None => Ok(()),
    }
}

fn tools_are_sound(request: &Request) -> Result<(), String> {
    let mut names = HashSet::new();
    for tool in request.tools.iter() {
        let name = &tool.name;
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
            return Err(format!("the tool name {name:?} is not allowed"));
        }
        if !names.insert(name) {
            return Err(format!("there are two tools named {name}"));
        }
        if tool.input_schema.get("type").and_then(|kind| kind.as_str()) != Some("object") {
            return Err(format!("the input schema of {name} is not of type object"));
        }
    }
    Ok(())
}

fn content_is_sound(message: &Message) -> Result<(), String> {
    if message.content.is_empty() {
        return Err("the content is empty".to_owned());
    }
    for block in &message.content {
        match (block, message.role) {
            (Block::Text { text }, _) if text.trim().is_empty() => {
                return Err("a text block is empty".to_owned());
            }
            (Block::ToolResult { .. } | Block::Media { .. }, Role::Assistant)
            | (
                Block::ToolUse { .. } | Block::Thinking { .. } | Block::RedactedThinking { .. },
                Role::User,
            ) => return Err(format!("{:?} may not hold {block:?}", message.role)),
            _ => {}
        }
    }
    Ok(())
}

/// The tool calls that a message answers. Results stand before everything else.
fn results_of(message: &Message) -> Result<Vec<&str>, String> {
    let mut results = Vec::new();
    for (index, block) in message.content.iter().enumerate() {
        if let Block::ToolResult { tool_use_id, .. } = block {
            if index != results.len() {
                return Err(format!("tool_result {tool_use_id} does not come first"));
            }
            if results.contains(&tool_use_id.as_str()) {
                return Err(format!("tool_use {tool_use_id} has two results"));
            }
            results.push(tool_use_id.as_str());
        }
    }
    Ok(results)
}

fn calls_of(message: &Message) -> Vec<&str> {
    let blocks = message.content.iter();
    blocks
        .filter_map(|block| match block {
            Block::ToolUse { id, .. } => Some(id.as_str()),
            _ => None,
        })
        .collect()
}
