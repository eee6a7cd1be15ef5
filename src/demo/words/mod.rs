//! The demo company's vocabulary: text files that read as tables, so that whoever wants a livelier
//! company edits prose instead of code. `a | b | c` a line; `#` begins a remark.

use std::sync::LazyLock;

/// The rows of one file, each with its columns.
pub type Table = LazyLock<Vec<Vec<&'static str>>>;

pub static ACCOUNTS: Table = LazyLock::new(|| table(include_str!("accounts.txt")));
pub static DETAILS: Table = LazyLock::new(|| table(include_str!("details.txt")));
pub static DIALOGUE: Table = LazyLock::new(|| table(include_str!("dialogue.txt")));
pub static FILES: Table = LazyLock::new(|| table(include_str!("files.txt")));
pub static ISSUES: Table = LazyLock::new(|| table(include_str!("issues.txt")));
pub static DOCUMENTS: Table = LazyLock::new(|| table(include_str!("documents.txt")));
pub static MEETINGS: Table = LazyLock::new(|| table(include_str!("meetings.txt")));
pub static NAMES: Table = LazyLock::new(|| table(include_str!("names.txt")));
pub static PHRASES: Table = LazyLock::new(|| table(include_str!("phrases.txt")));
pub static THINGS: Table = LazyLock::new(|| table(include_str!("things.txt")));
pub static TITLES: Table = LazyLock::new(|| table(include_str!("titles.txt")));
pub static TOPICS: Table = LazyLock::new(|| table(include_str!("topics.txt")));
pub static CHATTER: Table = LazyLock::new(|| table(include_str!("chatter.txt")));

fn table(text: &'static str) -> Vec<Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(" | ").map(str::trim).collect())
        .collect()
}

/// A column of a row; empty where the file has none.
pub fn column<'a>(row: &[&'a str], index: usize) -> &'a str {
    row.get(index).copied().unwrap_or_default()
}

/// A column that is a number.
pub fn number(row: &[&str], index: usize) -> i64 {
    column(row, index).parse().unwrap_or_default()
}
