//! A field of a change, old → new: shortened value by value where room is short, so that no value
//! can push a later one out of sight, and whole where everything is shown.

use super::words;
use crate::slack::markdown::reveal_invisible;
use crate::slack::mrkdwn::clip;
use serde_json::{Value as Json, json};

/// What all values of a card have together, and what each may have.
const ROOM: usize = 5_000;
const SHORTEST: usize = 40;
const LONGEST: usize = 300;
const LINES: usize = 6;
/// Of a value in a row of a plan; with less room for each, only the fields are named.
const ROW_SHORTEST: usize = 8;
const ROW_LABEL: usize = 60;
/// What stands around a label and its values: a colon, an arrow, and the point before the next.
const ROW_MARKS: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub label: String,
    /// What is there; none if there is nothing to compare with.
    pub before: Option<Value>,
    /// What would be there; none for what goes with its record, or is only shown.
    pub after: Option<Value>,
}

/// A value in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Empty,
    Line(String),
    /// Several lines, or long: quoted.
    Text(String),
}

impl Value {
    /// As a line or as text, by how it looks; hidden characters are named.
    pub fn of(text: &str) -> Self {
        let text = reveal_invisible(text);
        if text.is_empty() {
            Self::Empty
        } else if text.contains('\n') || text.chars().count() > LONGEST {
            Self::Text(text)
        } else {
            Self::Line(text)
        }
    }

    fn whole(&self) -> &str {
        match self {
            Self::Empty => words::EMPTY,
            Self::Line(text) | Self::Text(text) => text,
        }
    }

    fn short(&self, chars: usize) -> String {
        let text = self.whole();
        let lines: Vec<&str> = text.lines().take(LINES).collect();
        let first = lines.join("\n");
        let is_cut = first.chars().count() < text.trim_end().chars().count();
        match is_cut && first.chars().count() < chars {
            true => format!("{first}\n…"),
            false => clip(&first, chars),
        }
    }
}

impl Change {
    fn is_quoted(&self) -> bool {
        let is_text = |value: &Option<Value>| matches!(value, Some(Value::Text(_)));
        is_text(&self.before) || is_text(&self.after)
    }

    fn is_same(&self) -> bool {
        self.before == self.after
    }
}

/// How many characters each of so many changes may show.
fn room(changes: usize) -> usize {
    (ROOM / (2 * changes.max(1))).clamp(SHORTEST, LONGEST)
}

/// Whether a card leaves something out of these changes that everything would show.
pub fn is_shortened(changes: &[Change]) -> bool {
    let chars = room(changes.len());
    let is_cut = |value: &Value| value.short(chars) != value.whole();
    let values = changes.iter().flat_map(|one| [&one.before, &one.after]);
    values.flatten().any(is_cut)
}

/// The changes as parts of a rich text, each value within its room.
pub fn short(changes: &[Change]) -> Vec<Json> {
    let chars = room(changes.len());
    let parts = changes.iter().flat_map(|change| part(change, chars));
    parts.collect()
}

fn part(change: &Change, chars: usize) -> Vec<Json> {
    let label = text(&format!("{}: ", change.label), &["bold"]);
    let shown = |value: &Value, style: &[&str]| {
        let style = match value {
            Value::Empty => &["italic"],
            _ => style,
        };
        text(&value.short(chars), style)
    };
    if !change.is_quoted() {
        let mut line = vec![label];
        match (&change.before, &change.after) {
            (Some(before), Some(_)) if change.is_same() => {
                line.extend([shown(before, &[]), text(words::UNCHANGED, &[])]);
            }
            (Some(before), Some(after)) => {
                line.extend([shown(before, &["strike"]), text(" → ", &[])]);
                line.push(shown(after, &[]));
            }
            (Some(only), None) | (None, Some(only)) => line.push(shown(only, &[])),
            (None, None) => {}
        }
        line.push(text("\n", &[]));
        return vec![section(line)];
    }
    let mut parts = vec![section(vec![label])];
    if let Some(before) = change.before.as_ref().filter(|_| !change.is_same()) {
        parts.push(quote(shown(before, &["strike"])));
    }
    if let Some(after) = change.after.as_ref().or(change.before.as_ref()) {
        parts.push(quote(shown(after, &[])));
    }
    parts
}

/// One line for a row of a plan: values are shortened one by one so that all of them fit, and where
/// even that is not enough, the fields without room are at least named, or counted.
pub fn in_one_line(changes: &[Change], chars: usize) -> String {
    let label = |change: &Change| clip(&change.label, ROW_LABEL);
    let around = |change: &Change| label(change).chars().count() + ROW_MARKS;
    let marks: usize = changes.iter().map(around).sum();
    let values = changes.iter().flat_map(|one| [&one.before, &one.after]);
    let values = values.flatten().count();
    let each = chars.saturating_sub(marks) / values.max(1);
    if each >= ROW_SHORTEST {
        let flat = |value: &Value| clip(&value.short(each).replace('\n', " "), each);
        let one = |change: &Change| match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                format!("{}: {} → {}", label(change), flat(before), flat(after))
            }
            (Some(only), None) | (None, Some(only)) => {
                format!("{}: {}", label(change), flat(only))
            }
            (None, None) => label(change),
        };
        let all: Vec<String> = changes.iter().map(one).collect();
        return all.join(" · ");
    }
    let mut named = String::new();
    for (place, change) in changes.iter().enumerate() {
        let label = label(change);
        if named.chars().count() + label.chars().count() > chars {
            return words::and_fields(&named, changes.len() - place);
        }
        if place > 0 {
            named.push_str(" · ");
        }
        named.push_str(&label);
    }
    named
}

/// The changes whole, in blocks of which each fits by itself.
pub fn whole(changes: &[Change]) -> Vec<Json> {
    let mut blocks = Vec::new();
    for change in changes {
        let heading = |said: &str| {
            let heading = format!("{}{said}", change.label);
            rich(vec![section(vec![text(&heading, &["bold"])])])
        };
        let values = match (&change.before, &change.after) {
            (Some(before), Some(after)) if before != after => {
                vec![(words::BEFORE, before), (words::AFTER, after)]
            }
            (_, Some(value)) | (Some(value), None) => vec![("", value)],
            (None, None) => Vec::new(),
        };
        for (said, value) in values {
            blocks.push(heading(said));
            for piece in pieces(value.whole()) {
                blocks.push(rich(vec![quote(text(&piece, &[]))]));
            }
        }
    }
    blocks
}

/// A text in pieces that together are the text.
fn pieces(whole: &str) -> Vec<String> {
    const PIECE: usize = 2_500;
    let chars: Vec<char> = whole.chars().collect();
    chars
        .chunks(PIECE)
        .map(|piece| piece.iter().collect())
        .collect()
}

pub fn rich(parts: Vec<Json>) -> Json {
    json!({"type": "rich_text", "elements": parts})
}

pub fn section(pieces: Vec<Json>) -> Json {
    json!({"type": "rich_text_section", "elements": pieces})
}

fn quote(piece: Json) -> Json {
    json!({"type": "rich_text_quote", "elements": [piece]})
}

pub fn text(text: &str, styles: &[&str]) -> Json {
    let mut piece = json!({"type": "text", "text": text});
    for style in styles {
        piece["style"][style] = true.into();
    }
    piece
}
