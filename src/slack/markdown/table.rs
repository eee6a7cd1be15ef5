//! Markdown tables as Slack's table blocks, within their limits: rows that do not fit go into
//! further tables with the same heading.

use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};

const MAX_ROWS: usize = 100;
const MAX_COLUMNS: usize = 20;
const MAX_CHARS: usize = 9_500;
const MAX_CELL_CHARS: usize = 1_500;

/// Rows of cells, the first row being the heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    aligns: Vec<Alignment>,
    rows: Vec<Vec<Cell>>,
    /// Columns that a table block has no room for.
    pub hidden_columns: usize,
}

type Cell = Vec<Span>;

#[derive(Debug, Clone, PartialEq, Default)]
struct Span {
    text: String,
    link: Option<String>,
    bold: bool,
    italic: bool,
    strike: bool,
    code: bool,
}

impl Table {
    /// Reads the Markdown of one table.
    pub(super) fn parse(markdown: &str) -> Self {
        let mut reader = Reader::default();
        for event in Parser::new_ext(markdown, super::segments::OPTIONS) {
            reader.take(event);
        }
        let columns = reader.aligns.len();
        reader.aligns.truncate(MAX_COLUMNS);
        for row in &mut reader.rows {
            row.truncate(MAX_COLUMNS);
        }
        Self {
            aligns: reader.aligns,
            rows: reader.rows,
            hidden_columns: columns.saturating_sub(MAX_COLUMNS),
        }
    }

    pub fn chars(&self) -> usize {
        self.rows.iter().map(|row| row_chars(row)).sum()
    }

    /// The table as tables that each fit into a message.
    pub(super) fn fitting(self) -> Vec<Table> {
        let mut rows = self.rows.into_iter();
        let heading = rows.next().unwrap_or_default();
        let fresh = || (vec![heading.clone()], row_chars(&heading));
        let (mut page, mut chars) = fresh();
        let mut pages = Vec::new();
        for row in rows {
            let more = row_chars(&row);
            if page.len() > 1 && (page.len() == MAX_ROWS || chars + more > MAX_CHARS) {
                pages.push(std::mem::take(&mut page));
                (page, chars) = fresh();
            }
            chars += more;
            page.push(row);
        }
        pages.push(page);
        pages
            .into_iter()
            .map(|rows| Table {
                aligns: self.aligns.clone(),
                rows,
                hidden_columns: self.hidden_columns,
            })
            .collect()
    }

    pub fn block(&self) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| row.iter().map(cell_json).collect())
            .collect();
        let settings: Vec<Value> = self
            .aligns
            .iter()
            .map(|align| {
                let align = match align {
                    Alignment::Right => "right",
                    Alignment::Center => "center",
                    Alignment::Left | Alignment::None => "left",
                };
                json!({"align": align, "is_wrapped": true})
            })
            .collect();
        json!({"type": "table", "rows": rows, "column_settings": settings})
    }
}

fn row_chars(row: &[Cell]) -> usize {
    row.iter()
        .flatten()
        .map(|span| span.text.chars().count())
        .sum()
}

fn cell_json(cell: &Cell) -> Value {
    let is_plain = |span: &Span| {
        span.link.is_none() && !(span.bold || span.italic || span.strike || span.code)
    };
    if cell.iter().all(is_plain) {
        let text: String = cell.iter().map(|span| span.text.as_str()).collect();
        // Slack refuses a cell without text.
        let text = if text.trim().is_empty() { " " } else { &text };
        return json!({"type": "raw_text", "text": text});
    }
    let elements: Vec<Value> = cell.iter().map(span_json).collect();
    json!({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]})
}

fn span_json(span: &Span) -> Value {
    let mut json = match &span.link {
        Some(url) => json!({"type": "link", "url": url, "text": span.text}),
        None => json!({"type": "text", "text": span.text}),
    };
    let styles = [
        ("bold", span.bold),
        ("italic", span.italic),
        ("strike", span.strike),
        ("code", span.code),
    ];
    let on: serde_json::Map<String, Value> = styles
        .into_iter()
        .filter(|(_, on)| *on)
        .map(|(name, _)| (name.to_owned(), true.into()))
        .collect();
    if !on.is_empty() {
        json["style"] = on.into();
    }
    json
}

#[derive(Default)]
struct Reader {
    aligns: Vec<Alignment>,
    rows: Vec<Vec<Cell>>,
    cell: Cell,
    style: Span,
    cell_chars: usize,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Table(aligns)) => self.aligns = aligns,
            Event::Start(Tag::TableHead | Tag::TableRow) => self.rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => self.cell_chars = 0,
            Event::End(TagEnd::TableCell) => {
                let cell = std::mem::take(&mut self.cell);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            Event::Start(tag) => self.switch(&tag, true),
            Event::End(TagEnd::Strong) => self.style.bold = false,
            Event::End(TagEnd::Emphasis) => self.style.italic = false,
            Event::End(TagEnd::Strikethrough) => self.style.strike = false,
            Event::End(TagEnd::Link) => self.style.link = None,
            Event::Code(code) => {
                self.style.code = true;
                self.push(&code);
                self.style.code = false;
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.push(&text),
            Event::SoftBreak | Event::HardBreak => self.push(" "),
            _ => {}
        }
    }

    fn switch(&mut self, tag: &Tag<'_>, on: bool) {
        match tag {
            Tag::Strong => self.style.bold = on,
            Tag::Emphasis => self.style.italic = on,
            Tag::Strikethrough => self.style.strike = on,
            Tag::Link { dest_url, .. } => self.style.link = Some(dest_url.to_string()),
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        let room = MAX_CELL_CHARS.saturating_sub(self.cell_chars);
        let mut shown: String = text.chars().take(room).collect();
        if shown.len() < text.len() && room > 0 {
            shown.push('…');
        }
        self.cell_chars += shown.chars().count();
        if shown.is_empty() {
            return;
        }
        let style = &self.style;
        match self.cell.last_mut() {
            Some(last) if last.same_style(style) => last.text.push_str(&shown),
            _ => self.cell.push(Span {
                text: shown,
                ..style.clone()
            }),
        }
    }
}

impl Span {
    fn same_style(&self, other: &Span) -> bool {
        (self.bold, self.italic, self.strike, self.code, &self.link)
            == (
                other.bold,
                other.italic,
                other.strike,
                other.code,
                &other.link,
            )
    }
}

/// Where the tables stand that are not inside a list or quotation.
pub(super) fn top_level(markdown: &str, options: Options) -> Vec<std::ops::Range<usize>> {
    if !markdown.contains('|') {
        return Vec::new();
    }
    let mut depth = 0usize;
    let mut found = Vec::new();
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Table(_)) if depth == 0 => {
                found.push(range);
                depth += 1;
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}
