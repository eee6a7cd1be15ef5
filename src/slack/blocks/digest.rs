//! A digest in Slack, and the switch for it.

use super::kit::{actions, button, context, header, section, section_beside};
use crate::slack::ids::{DIGEST_NOW, DIGEST_OFF, DIGEST_ON};
use crate::slack::mrkdwn::{clip, escape};
use crate::slack::text;
use serde_json::Value;

/// Words of others are escaped here.
#[derive(Debug, Clone, Default)]
pub struct DigestCard {
    pub heading: String,
    pub parts: Vec<DigestPart>,
    /// What waits for whoever reads it, already in Slack's markup.
    pub waiting: Vec<String>,
    /// What stands in place of parts where there are none.
    pub quiet: Option<&'static str>,
    /// Since when it looks, and how to switch it off.
    pub below: String,
}

#[derive(Debug, Clone)]
pub struct DigestPart {
    pub title: String,
    pub lines: Vec<DigestLine>,
    pub more: usize,
}

#[derive(Debug, Clone, Default)]
pub struct DigestLine {
    pub hour: Option<String>,
    pub title: String,
    pub detail: String,
    pub amount: Option<String>,
    pub url: Option<String>,
}

const TITLE_CHARS: usize = 120;
const DETAIL_CHARS: usize = 120;

pub fn digest(card: &DigestCard) -> Vec<Value> {
    let mut blocks = vec![header(&card.heading)];
    if !card.waiting.is_empty() {
        let lines: Vec<String> = card
            .waiting
            .iter()
            .map(|line| format!("• {line}"))
            .collect();
        let title = format!(":inbox_tray: *{}*", text::DIGEST_WAITS);
        blocks.push(section(&format!("{title}\n{}", lines.join("\n"))));
    }
    blocks.extend(card.parts.iter().map(part));
    if let Some(quiet) = card.quiet {
        blocks.push(section(quiet));
    }
    blocks.push(context(&card.below));
    blocks
}

fn part(part: &DigestPart) -> Value {
    let mut lines: Vec<String> = part.lines.iter().map(line).collect();
    if part.more > 0 {
        lines.push(format!("_and {} more_", part.more));
    }
    section(&format!("*{}*\n{}", part.title, lines.join("\n")))
}

fn line(line: &DigestLine) -> String {
    let title = escape(&clip(&line.title, TITLE_CHARS));
    let title = match &line.url {
        // A bar or bracket would end the address early.
        Some(url) if !url.contains(['|', '>', '<', ' ']) => format!("<{url}|{title}>"),
        _ => title,
    };
    let hour = line.hour.as_deref().map(|hour| format!("`{hour}` "));
    let detail = escape(&clip(&line.detail, DETAIL_CHARS));
    let about = [Some(detail), line.amount.as_deref().map(escape)];
    let about: String = about
        .into_iter()
        .flatten()
        .filter(|some| !some.is_empty())
        .map(|some| format!(" · {some}"))
        .collect();
    format!("• {}{title}{about}", hour.unwrap_or_default())
}

/// Whether a digest is on, with what can be done about that. `value` says whose it is.
pub fn switch(sentence: &str, is_on: bool, value: &str) -> Vec<Value> {
    if !is_on {
        let on = button(text::DIGEST_TURN_ON, DIGEST_ON, value);
        return vec![section_beside(sentence, on)];
    }
    let now = button(text::DIGEST_SEND_NOW, DIGEST_NOW, value);
    let off = button(text::DIGEST_TURN_OFF, DIGEST_OFF, value);
    vec![section(sentence), actions(vec![now, off])]
}
