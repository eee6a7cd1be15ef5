//! What `/penny help` shows: the ways to speak with Penny, and her commands.

use super::kit::{context, section};
use crate::slack::text;
use serde_json::Value;

#[derive(Debug, Clone, Copy)]
pub struct Command {
    pub usage: &'static str,
    pub about: &'static str,
}

pub fn help(commands: &[Command]) -> Vec<Value> {
    let lines: Vec<String> = commands
        .iter()
        .map(|command| format!("`/penny {}`: {}", command.usage, command.about))
        .collect();
    vec![
        section(text::HELP_INTRO),
        section(text::HELP_MAKES),
        section(&lines.join("\n")),
        context(text::HELP_OUTRO),
    ]
}
