//! An answer as messages: as much in each as Slack takes, cut only where nothing breaks, and
//! beyond a few messages the whole as a file.

use super::clean::{clean, clean_so_far, fenced};
use super::segments::{Segment, segments, settled};
use super::token::tokens;

/// Slack takes 12,000 characters of Markdown a message; some are left for the rest of it.
const MESSAGE_CHARS: usize = 11_000;
const MAX_MESSAGES: usize = 3;

/// One message's worth: text and at most one table.
pub type Part = Vec<Segment>;

#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Never empty, unless the answer is.
    pub parts: Vec<Part>,
    /// The whole answer, where the messages hold only its beginning.
    pub file: Option<String>,
}

/// The whole answer.
pub fn layout(markdown: &str) -> Layout {
    let clean = clean(markdown);
    let mut parts = pack(&clean);
    let is_too_long = parts.len() > MAX_MESSAGES;
    if is_too_long {
        parts.truncate(1);
    }
    Layout {
        parts,
        file: is_too_long.then_some(clean),
    }
}

/// The first message of a growing answer, as far as it is certain by now.
pub fn first_part_so_far(markdown: &str) -> Part {
    let clean = clean_so_far(markdown);
    let clean = &clean[..settled(&clean)];
    let mut part = pack(clean).into_iter().next().unwrap_or_default();
    let is_far = part.iter().map(Segment::chars).sum::<usize>() > MESSAGE_CHARS / 2;
    // A message ends with a paragraph: one that is not whole may yet go to the next message.
    if is_far
        && let Some(Segment::Text(last)) = part.last_mut()
        && let Some(whole) = last.rfind("\n\n")
    {
        last.truncate(whole);
    }
    // Whether the space at the end stays depends on what comes after it.
    if let Some(Segment::Text(last)) = part.last_mut() {
        last.truncate(last.trim_end().len());
    }
    part
}

fn pack(clean: &str) -> Vec<Part> {
    let mut packer = Packer::default();
    for segment in segments(clean) {
        match segment {
            Segment::Text(text) => packer.text(text),
            Segment::Table(table) => {
                for page in table.fitting() {
                    packer.table(Segment::Table(page));
                }
            }
        }
    }
    packer.parts.push(packer.part);
    packer.parts.retain(|part| !part.is_empty());
    packer.parts
}

#[derive(Default)]
struct Packer {
    parts: Vec<Part>,
    part: Part,
    chars: usize,
}

impl Packer {
    fn text(&mut self, text: String) {
        let mut rest = text;
        while self.chars + rest.chars().count() > MESSAGE_CHARS {
            let (head, tail) = cut(&rest, MESSAGE_CHARS.saturating_sub(self.chars));
            if !head.trim().is_empty() {
                self.part.push(Segment::Text(head));
            }
            self.next_part();
            rest = tail;
        }
        if !rest.trim().is_empty() {
            self.chars += rest.chars().count();
            self.part.push(Segment::Text(rest));
        }
    }

    fn table(&mut self, table: Segment) {
        let has_table = self
            .part
            .iter()
            .any(|segment| matches!(segment, Segment::Table(_)));
        if has_table || self.chars + table.chars() > MESSAGE_CHARS {
            self.next_part();
        }
        self.chars += table.chars();
        self.part.push(table);
    }

    fn next_part(&mut self) {
        if !self.part.is_empty() {
            self.parts.push(std::mem::take(&mut self.part));
        }
        self.chars = 0;
    }
}

/// Splits a text so that the head has at most `room` characters. A code block that is cut is
/// closed in the head and opened again in the tail.
fn cut(text: &str, room: usize) -> (String, String) {
    let fences = fenced(text);
    let limit = byte_of(text, room);
    let at = best_boundary(text, limit, room == MESSAGE_CHARS);
    let inside = |at: usize| {
        fences.iter().find(|range| {
            let opening = line_end(text, range.start);
            range.start < at && at < range.end && at >= opening
        })
    };
    let Some(block) = inside(at) else {
        // Between the opening fence and the first line of code there is nothing to show.
        let at = fences
            .iter()
            .find(|range| range.start < at && at < range.end)
            .map_or(at, |range| range.start);
        return (text[..at].to_owned(), text[at..].to_owned());
    };
    let opening = &text[block.start..line_end(text, block.start)];
    let marker: String = opening
        .chars()
        .take_while(|c| *c == '`' || *c == '~')
        .collect();
    let spare = marker.len() + 2;
    let tight = byte_of(text, room.saturating_sub(spare));
    let at = if at > tight {
        best_boundary(text, tight, room == MESSAGE_CHARS)
    } else {
        at
    };
    if inside(at).is_none() {
        let at = at.min(block.start);
        return (text[..at].to_owned(), text[at..].to_owned());
    }
    let head = text[..at].trim_end_matches('\n');
    (
        format!("{head}\n{marker}\n"),
        format!("{}\n{}", opening.trim_end(), &text[at..]),
    )
}

fn byte_of(text: &str, chars: usize) -> usize {
    text.char_indices()
        .nth(chars)
        .map_or(text.len(), |(at, _)| at)
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..]
        .find('\n')
        .map_or(text.len(), |at| from + at + 1)
}

/// Before `limit`: after a paragraph if one ends in the second half, else after a line, else
/// between two words. Only in a message of its own (`must_cut`) is a long line broken.
fn best_boundary(text: &str, limit: usize, must_cut: bool) -> usize {
    let before = &text[..limit];
    if let Some(at) = before.rfind("\n\n")
        && at * 2 >= limit
    {
        return at + 2;
    }
    if let Some(at) = before.rfind('\n') {
        return at + 1;
    }
    if !must_cut {
        return 0;
    }
    let mut at = 0;
    let mut last_space = 0;
    for (_, source) in tokens(&text[..line_end(text, 0)], true) {
        if at + source.len() > limit {
            break;
        }
        at += source.len();
        if source.trim().is_empty() {
            last_space = at;
        }
    }
    match (last_space, at) {
        // One unbroken construct longer than a message.
        (0, 0) => limit,
        (0, at) => at,
        (space, _) => space,
    }
}
