//! Writes Markdown piece by piece: spaces collapse, blocks are a blank line apart, and what a
//! page leaves open is closed.

use std::fmt::Write;
use url::Url;

/// Deeper lists are shown at this depth.
const DEEPEST: usize = 6;
/// Wider tables are cut here.
const COLUMNS: usize = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading(usize);

impl Heading {
    pub fn named(tag: &str) -> Option<Self> {
        let level = tag.strip_prefix('h')?.parse().ok()?;
        (1..=6).contains(&level).then_some(Self(level))
    }
}

/// What stands between the last word and the next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Paragraph,
}

#[derive(Debug, Default)]
pub struct Writer {
    done: String,
    gap: Gap,
    /// What opens the next line of text: a list's sign, a heading's.
    opening: String,
    /// The number of the next item, or none for a list of points.
    lists: Vec<Option<u64>>,
    quotes: usize,
    /// How deep in quotes the last line was.
    last_quotes: usize,
    is_pre: bool,
    link: Option<Link>,
    table: Option<Table>,
    /// Tables within a cell are read as text.
    inner_tables: usize,
}

#[derive(Debug)]
struct Link {
    target: Option<Url>,
    text: String,
}

#[derive(Debug, Default)]
struct Table {
    rows: Vec<Vec<String>>,
}

impl Writer {
    pub fn text(&mut self, text: &str) {
        if self.is_pre && self.table.is_none() {
            self.raw(text);
            return;
        }
        if text.starts_with(char::is_whitespace) {
            self.space();
        }
        let mut is_first = true;
        for word in text.split_whitespace() {
            if !std::mem::take(&mut is_first) {
                self.space();
            }
            self.word(word);
        }
        if text.ends_with(char::is_whitespace) {
            self.space();
        }
    }

    fn space(&mut self) {
        match self.held() {
            Some(held) if !held.is_empty() && !held.ends_with(' ') => held.push(' '),
            Some(_) => {}
            None => self.gap = self.gap.max(Gap::Space),
        }
    }

    fn word(&mut self, word: &str) {
        match self.held() {
            Some(held) => held.push_str(word),
            None => self.put(word),
        }
    }

    /// Where text is gathered that is written as a whole: the link or cell that is open.
    fn held(&mut self) -> Option<&mut String> {
        if let Some(link) = &mut self.link {
            return Some(&mut link.text);
        }
        self.table.as_mut()?.rows.last_mut()?.last_mut()
    }

    fn is_holding(&mut self) -> bool {
        self.held().is_some()
    }

    fn put(&mut self, text: &str) {
        self.close_gap();
        self.done.push_str(text);
    }

    fn close_gap(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        if self.done.is_empty() || gap >= Gap::Line {
            if !self.done.is_empty() {
                self.done.push('\n');
                if gap == Gap::Paragraph {
                    let both = self.quotes.min(self.last_quotes);
                    self.done.push_str("> ".repeat(both).trim_end());
                    self.done.push('\n');
                }
            }
            self.done.push_str(&"> ".repeat(self.quotes));
            if self.opening.is_empty() {
                let depth = self.lists.len().min(DEEPEST);
                self.done.push_str(&"  ".repeat(depth));
            }
        } else if gap == Gap::Space {
            self.done.push(' ');
        }
        self.done.push_str(&std::mem::take(&mut self.opening));
        self.last_quotes = self.quotes;
    }

    fn raw(&mut self, text: &str) {
        self.close_gap();
        self.done.push_str(text);
    }

    pub fn line(&mut self) {
        if self.is_holding() {
            self.space();
        } else {
            self.gap = self.gap.max(Gap::Line);
        }
    }

    pub fn block(&mut self) {
        self.end_link();
        if self.is_holding() {
            self.space();
        } else if !self.opening.is_empty() {
            // The first block of an item stands beside its sign.
        } else if self.lists.is_empty() {
            self.gap = Gap::Paragraph;
        } else {
            self.gap = self.gap.max(Gap::Line);
        }
    }

    pub fn rule(&mut self) {
        self.block();
        if !self.is_holding() {
            self.opening.clear();
            self.put("---");
            self.block();
        }
    }

    pub fn begin_heading(&mut self, Heading(level): Heading) {
        self.block();
        if !self.is_holding() {
            self.opening.push_str(&"#".repeat(level));
            self.opening.push(' ');
        }
    }

    pub fn list(&mut self, first: Option<u64>) {
        self.block();
        self.opening.clear();
        self.lists.push(first);
    }

    pub fn item(&mut self) {
        self.end_link();
        if self.is_holding() {
            self.space();
            return;
        }
        self.gap = self.gap.max(match self.lists.is_empty() {
            true => Gap::Paragraph,
            false => Gap::Line,
        });
        let depth = self.lists.len().saturating_sub(1).min(DEEPEST);
        let sign = match self.lists.last_mut() {
            Some(Some(number)) => {
                let sign = format!("{number}. ");
                *number = number.saturating_add(1);
                sign
            }
            _ => "- ".to_owned(),
        };
        self.opening = "  ".repeat(depth) + &sign;
    }

    pub fn begin_pre(&mut self) {
        self.block();
        if !self.is_holding() && !self.is_pre {
            self.put("```\n");
            self.is_pre = true;
        }
    }

    fn end_pre(&mut self) {
        if std::mem::take(&mut self.is_pre) {
            if !self.done.ends_with('\n') {
                self.done.push('\n');
            }
            self.done.push_str("```");
            self.gap = Gap::Paragraph;
        }
    }

    pub fn begin_quote(&mut self) {
        self.block();
        self.quotes = (self.quotes + 1).min(DEEPEST);
    }

    pub fn begin_link(&mut self, target: Option<Url>) {
        self.end_link();
        self.link = Some(Link {
            target,
            text: String::new(),
        });
    }

    fn end_link(&mut self) {
        let Some(Link { target, text }) = self.link.take() else {
            return;
        };
        let (words, ends_in_space) = (text.trim(), text.ends_with(' '));
        if words.is_empty() {
            return;
        }
        match target {
            Some(url) => {
                let words = words.replace('[', "(").replace(']', ")");
                let url = url.as_str().replace('(', "%28").replace(')', "%29");
                self.word(&format!("[{words}]({url})"));
            }
            None => self.word(words),
        }
        if ends_in_space {
            self.space();
        }
    }

    pub fn begin_table(&mut self) {
        self.end_link();
        if self.table.is_some() {
            self.inner_tables += 1;
            return;
        }
        self.block();
        self.table = Some(Table::default());
    }

    pub fn row(&mut self) {
        self.end_link();
        if let Some(table) = self.table.as_mut().filter(|_| self.inner_tables == 0) {
            table.rows.push(Vec::new());
        } else {
            self.space();
        }
    }

    pub fn cell(&mut self) {
        self.end_link();
        if self.inner_tables > 0 {
            self.space();
        } else if let Some(table) = &mut self.table {
            match table.rows.last_mut() {
                Some(row) => row.push(String::new()),
                None => table.rows.push(vec![String::new()]),
            }
        }
    }

    fn end_table(&mut self) {
        self.end_link();
        if self.inner_tables > 0 {
            self.inner_tables -= 1;
            return;
        }
        let Some(table) = self.table.take() else {
            return;
        };
        for line in table.lines() {
            self.gap = self.gap.max(Gap::Line);
            self.put(&line);
        }
        self.gap = Gap::Paragraph;
    }

    /// The end of an element, by its name; of one that was never opened too.
    pub fn end(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "pre" => self.end_pre(),
            "table" => self.end_table(),
            "ul" | "ol" | "menu" => {
                self.end_link();
                if !self.is_holding() {
                    self.lists.pop();
                    self.opening.clear();
                    self.block();
                }
            }
            "blockquote" => {
                self.block();
                self.quotes = self.quotes.saturating_sub(1);
            }
            "td" | "th" | "tr" | "li" => self.end_link(),
            "p" | "div" | "section" | "article" | "header" | "figure" | "dl" | "dt" | "dd" => {
                self.block();
            }
            other if Heading::named(other).is_some() => {
                self.opening.clear();
                self.block();
            }
            _ => {}
        }
    }

    pub fn finish(mut self) -> String {
        self.end_link();
        self.inner_tables = 0;
        self.end_table();
        self.end_pre();
        self.done.trim_end().to_owned()
    }
}

impl Table {
    /// As Markdown; what has one column only is no table but paragraphs.
    fn lines(self) -> Vec<String> {
        let mut rows = self.rows;
        for row in &mut rows {
            row.truncate(COLUMNS);
            for cell in row.iter_mut() {
                *cell = cell.trim().replace('|', "\\|");
            }
        }
        rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        if columns < 2 || rows.len() < 2 {
            return rows
                .into_iter()
                .flatten()
                .filter(|cell| !cell.is_empty())
                .collect();
        }
        let mut lines = Vec::with_capacity(rows.len() + 1);
        for (number, row) in rows.iter().enumerate() {
            let mut line = "|".to_owned();
            for column in 0..columns {
                let cell = row.get(column).map_or("", String::as_str);
                let _ = write!(line, " {cell} |");
            }
            lines.push(line);
            if number == 0 {
                lines.push(format!("|{}", " --- |".repeat(columns)));
            }
        }
        lines
    }
}
