//! Model Markdown made safe, line by line: what is decided about a line never changes when
//! more lines follow, so a growing answer can be sent as it grows.

use super::token::{Token, tokens};
use super::{links, mentions};
use crate::base::invisible::strip_invisible;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

/// The whole text, safe to show.
pub fn clean(markdown: &str) -> String {
    run(markdown, true)
}

/// As much of a growing text as can be shown now. What it gives for a text is always a
/// beginning of what it gives for the text continued.
pub fn clean_so_far(markdown: &str) -> String {
    run(markdown, false)
}

/// A piece of a line, such as a label.
pub(super) fn clean_inline(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    push_clean(text, true, &mut safe);
    safe
}

fn run(markdown: &str, ended: bool) -> String {
    let text = strip_invisible(markdown);
    let whole_lines = if ended {
        text.len()
    } else {
        text.rfind('\n').map_or(0, |at| at + 1)
    };
    let (lines, growing) = text.split_at(whole_lines);
    let fences = fenced(lines);
    let mut safe = String::with_capacity(text.len());
    let mut at = 0;
    for line in lines.split_inclusive('\n') {
        let end = at + line.len();
        if overlaps(&fences, at..end) {
            safe.push_str(&mentions::in_code(line));
        } else {
            push_clean(line, true, &mut safe);
        }
        at = end;
    }
    if !growing.is_empty() {
        push_growing(lines, growing, &mut safe);
    }
    safe
}

fn push_clean(line: &str, ended: bool, safe: &mut String) {
    let mut seam = Seam::None;
    for (token, source) in tokens(line, ended) {
        let (next, is_apart) = seam.then(token, safe);
        seam = next;
        if is_apart {
            safe.push(' ');
        }
        match token {
            Token::Text(text) => safe.push_str(text),
            Token::Code(code) => safe.push_str(&mentions::in_code(code)),
            Token::Link { label, target } => {
                let link = links::link(label, &clean_inline(label), target);
                // Behind an exclamation mark it would be an image.
                if link.starts_with('[') && safe.ends_with('!') {
                    safe.push(' ');
                }
                safe.push_str(&link);
            }
            Token::Angle(inner) => safe.push_str(&mentions::angle(inner)),
            Token::Entity(_, next) => safe.push_str(&mentions::entity(source, next)),
            Token::At(name, next) => safe.push_str(&mentions::at(name, next)),
            Token::Bracket => safe.push_str("] "),
            Token::LooseAngle(next) => safe.push(mentions::loose_angle(next)),
        }
    }
}

/// Where a link meets what stands next to it without a gap: `[bank](https://evil.example).com`
/// reads as one address.
#[derive(Clone, Copy, PartialEq)]
enum Seam {
    None,
    Link,
    /// A dot right after a link.
    Dot,
}

impl Seam {
    /// The seam behind this token, and whether a gap belongs in front of it.
    fn then(self, token: Token<'_>, before: &str) -> (Self, bool) {
        match token {
            Token::Text(text) if text.chars().all(|c| "*_~\\".contains(c)) => (self, false),
            Token::Text(text) => {
                let is_word = text.starts_with(char::is_alphanumeric);
                match self {
                    Self::Link if links::is_dot(text) => (Self::Dot, false),
                    Self::Dot => (Self::None, is_word),
                    _ => (Self::None, false),
                }
            }
            Token::Link { label, .. } => {
                let last = before.chars().next_back().unwrap_or(' ');
                let goes_on = last.is_alphanumeric() && label.starts_with(links::is_dot_sign)
                    || links::is_dot_sign(last) && label.starts_with(char::is_alphanumeric);
                (Self::Link, self != Self::None || goes_on)
            }
            _ => (Self::None, self != Self::None),
        }
    }
}

/// A last line without its end. It waits whole if it may become a fence.
fn push_growing(lines: &str, growing: &str, safe: &mut String) {
    let probe = format!("{lines}x");
    let in_code = overlaps(&fenced(&probe), lines.len()..probe.len());
    let start = growing.trim_start_matches(|c: char| {
        c.is_whitespace() || c.is_ascii_digit() || ">-*+.)".contains(c)
    });
    let may_be_fence = start.is_empty()
        || start.starts_with("``")
        || start == "`"
        || start.starts_with('~')
        || (in_code && start.starts_with('`'));
    if may_be_fence {
        return;
    }
    if in_code {
        safe.push_str(&mentions::in_code(
            &growing[..mentions::settled_code(growing)],
        ));
    } else {
        push_clean(growing, false, safe);
    }
}

/// Where the fenced code blocks are, fences included.
pub(super) fn fenced(markdown: &str) -> Vec<Range<usize>> {
    if !markdown.contains("```") && !markdown.contains("~~~") {
        return Vec::new();
    }
    Parser::new_ext(markdown, Options::ENABLE_TABLES)
        .into_offset_iter()
        .filter_map(|(event, range)| match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => Some(range),
            _ => None,
        })
        .collect()
}

pub(super) fn overlaps(ranges: &[Range<usize>], span: Range<usize>) -> bool {
    ranges
        .iter()
        .any(|range| range.start < span.end && span.start < range.end)
}
