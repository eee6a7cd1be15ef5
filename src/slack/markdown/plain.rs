//! An answer in plain words, for notifications and screen readers.

use super::clean::clean;
use pulldown_cmark::{Event, Parser, TagEnd};

/// Slack advises at most 4,000 characters in a message's `text`.
const MAX_CHARS: usize = 3_000;

/// The text without marks, escaped as Slack wants it, so that nothing in it is a reference.
pub fn plain(markdown: &str) -> String {
    let clean = clean(markdown);
    let mut words = String::with_capacity(clean.len());
    for event in Parser::new_ext(&clean, super::segments::OPTIONS) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                words.push_str(&text);
            }
            Event::SoftBreak => words.push(' '),
            Event::HardBreak | Event::Rule => words.push('\n'),
            Event::End(TagEnd::TableCell) => words.push_str(" · "),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableHead
                | TagEnd::TableRow,
            ) if !words.ends_with('\n') => words.push('\n'),
            _ => {}
        }
    }
    let mut escaped = String::with_capacity(words.len());
    for (count, character) in words.trim().chars().enumerate() {
        if count == MAX_CHARS {
            escaped.push('…');
            break;
        }
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}
