//! Clean Markdown as what Slack shows it with: stretches of text, and tables between them.

use super::clean::{fenced, overlaps};
use super::table::{self, Table};
use pulldown_cmark::Options;

pub(super) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS);

#[derive(Debug, Clone, PartialEq)]
pub enum Segment {
    /// Markdown, exactly as in the text.
    Text(String),
    Table(Table),
}

impl Segment {
    pub fn chars(&self) -> usize {
        match self {
            Self::Text(text) => text.chars().count(),
            Self::Table(table) => table.chars(),
        }
    }
}

pub(super) fn segments(clean: &str) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut at = 0;
    let push_text = |found: &mut Vec<Segment>, text: &str| {
        if !text.trim().is_empty() {
            found.push(Segment::Text(text.to_owned()));
        }
    };
    for range in table::top_level(clean, OPTIONS) {
        push_text(&mut found, &clean[at..range.start]);
        found.push(Segment::Table(Table::parse(&clean[range.clone()])));
        at = range.end;
    }
    push_text(&mut found, &clean[at..]);
    found
}

/// How much of a growing clean text holds no table that may still grow or come to be.
pub(super) fn settled(clean: &str) -> usize {
    let tables = table::top_level(clean, OPTIONS);
    if let Some(last) = tables.last()
        && !clean[last.start..].contains("\n\n")
    {
        return last.start;
    }
    let paragraph = clean.rfind("\n\n").map_or(0, |at| at + 2);
    let mut at = paragraph;
    for line in clean[paragraph..].split_inclusive('\n') {
        let span = at..at + line.len();
        // Any line with a bar may turn out to be the heading of a table.
        if line.contains('|') && !overlaps(&fenced(clean), span.clone()) {
            return at;
        }
        at = span.end;
    }
    clean.len()
}
