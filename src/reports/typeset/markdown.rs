//! Markdown as the blocks of a report. A paragraph of nothing but `{{name}}` is the place of a
//! table or chart; `{{name.column}}` within a sentence is a figure of it.

use super::table::{TableBlock, table};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};
use serde::Serialize;

/// Lists and quotes within one another; deeper ones are flat.
const DEEPEST: usize = 6;

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Span {
    pub text: String,
    pub bold: bool,
    pub italic: bool,
    pub strike: bool,
    pub code: bool,
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    Heading {
        level: u8,
        spans: Vec<Span>,
    },
    Paragraph {
        spans: Vec<Span>,
    },
    Quote {
        blocks: Vec<Block>,
    },
    Code {
        lines: Vec<String>,
    },
    List {
        ordered: bool,
        start: u64,
        items: Vec<Vec<Block>>,
    },
    Table(TableBlock),
    Figure(Figure),
    Rule,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Its place among the charts of the document.
    pub chart: usize,
    pub alt: String,
    /// In millimetres, at most.
    pub height: f64,
}

/// What stands for `{{name}}` and `{{name.column}}`.
pub trait Place {
    /// Blocks for a paragraph of its own; None if there is no such part.
    fn blocks(&mut self, name: &str) -> Option<Vec<Block>>;
    /// A figure within a sentence; None if there is none.
    fn figure(&mut self, name: &str, column: &str) -> Option<String>;
}

/// What `{{…}}` names, wherever it stands.
pub fn names(markdown: &str) -> Vec<String> {
    let inner = markdown.split("{{").skip(1);
    let named = inner.filter_map(|rest| rest.split_once("}}").map(|(name, _)| name.trim()));
    named
        .filter(|name| name.len() < 200)
        .map(str::to_owned)
        .collect()
}

pub fn blocks(markdown: &str, place: &mut dyn Place) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(markdown, options);
    Reader { events, place }.blocks(0)
}

struct Reader<'a> {
    events: Parser<'a>,
    place: &'a mut dyn Place,
}

impl Reader<'_> {
    /// Blocks up to the end of whatever they stand in.
    fn blocks(&mut self, depth: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        // Text that stands in no paragraph, as in the items of a tight list.
        let mut loose: Vec<Span> = Vec::new();
        let mut flattened = 0;
        while let Some(event) = self.events.next() {
            match event {
                Event::End(_) if flattened > 0 => flattened -= 1,
                Event::End(_) => break,
                Event::Start(tag) if depth >= DEEPEST && is_container(&tag) => flattened += 1,
                Event::Start(tag) if is_inline(&tag) => {
                    self.styled(&tag, &Span::default(), &mut loose, 0);
                }
                Event::Start(tag) => {
                    self.flush(&mut loose, &mut blocks);
                    self.block(tag, depth, &mut blocks);
                }
                Event::Rule => {
                    self.flush(&mut loose, &mut blocks);
                    blocks.push(Block::Rule);
                }
                event => text_of(event, &Span::default(), &mut loose),
            }
        }
        self.flush(&mut loose, &mut blocks);
        blocks
    }

    fn flush(&mut self, loose: &mut Vec<Span>, blocks: &mut Vec<Block>) {
        if !loose.is_empty() {
            let spans = std::mem::take(loose);
            self.paragraph(spans, blocks);
        }
    }

    fn block(&mut self, tag: Tag<'_>, depth: usize, blocks: &mut Vec<Block>) {
        match tag {
            Tag::Heading { level, .. } => {
                let spans = self.spans();
                let spans = self.with_figures(spans);
                blocks.push(Block::Heading {
                    level: level_of(level),
                    spans,
                });
            }
            Tag::Paragraph => {
                let spans = self.spans();
                self.paragraph(spans, blocks);
            }
            Tag::BlockQuote(_) => {
                let inner = self.blocks(depth + 1);
                blocks.push(Block::Quote { blocks: inner });
            }
            Tag::List(start) => {
                let mut items = Vec::new();
                while let Some(Event::Start(_)) = self.events.next() {
                    items.push(self.blocks(depth + 1));
                }
                blocks.push(Block::List {
                    ordered: start.is_some(),
                    start: start.unwrap_or(1).min(1_000_000),
                    items,
                });
            }
            Tag::Table(align) => {
                let table = self.table(&align);
                blocks.push(Block::Table(table));
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) | Tag::HtmlBlock => {
                let text: String = self.spans().into_iter().map(|span| span.text).collect();
                blocks.push(Block::Code {
                    lines: text.lines().map(str::to_owned).collect(),
                });
            }
            // Nothing else is switched on; its text must not be lost.
            _ => {
                let inner = self.blocks(depth + 1);
                blocks.extend(inner);
            }
        }
    }

    /// A paragraph, or what stands for it.
    fn paragraph(&mut self, spans: Vec<Span>, blocks: &mut Vec<Block>) {
        let spans = merged(spans);
        if let [only] = spans.as_slice()
            && let Some(name) = placeholder(&only.text)
            && let Some(parts) = self.place.blocks(name)
        {
            blocks.extend(parts);
            return;
        }
        let spans = self.with_figures(spans);
        blocks.push(Block::Paragraph { spans });
    }

    /// Spans up to the end of what they stand in.
    fn spans(&mut self) -> Vec<Span> {
        let mut spans = Vec::new();
        self.inside(&Span::default(), &mut spans, 0);
        merged(spans)
    }

    fn inside(&mut self, style: &Span, spans: &mut Vec<Span>, depth: usize) {
        let mut flattened = 0;
        while let Some(event) = self.events.next() {
            match event {
                Event::End(_) if flattened > 0 => flattened -= 1,
                Event::End(_) => return,
                Event::Start(_) if depth >= DEEPEST => flattened += 1,
                Event::Start(tag) => self.styled(&tag, style, spans, depth),
                event => text_of(event, style, spans),
            }
        }
    }

    fn styled(&mut self, tag: &Tag<'_>, style: &Span, spans: &mut Vec<Span>, depth: usize) {
        let mut style = style.clone();
        match tag {
            Tag::Strong => style.bold = true,
            Tag::Emphasis => style.italic = true,
            Tag::Strikethrough => style.strike = true,
            Tag::Link { dest_url, .. } => style.url = web_address(dest_url),
            _ => {}
        }
        self.inside(&style, spans, depth + 1);
    }

    fn table(&mut self, align: &[Alignment]) -> TableBlock {
        let mut rows: Vec<Vec<Vec<Span>>> = Vec::new();
        // The head and each row, and in each of them its cells.
        while let Some(Event::Start(_)) = self.events.next() {
            let mut cells = Vec::new();
            while let Some(Event::Start(_)) = self.events.next() {
                let spans = self.spans();
                cells.push(self.with_figures(spans));
            }
            rows.push(cells);
        }
        let head = if rows.is_empty() {
            Vec::new()
        } else {
            rows.remove(0)
        };
        let align = align.iter().map(|align| match align {
            Alignment::Right => "right",
            Alignment::Center => "center",
            Alignment::Left | Alignment::None => "left",
        });
        table(head, rows, align.collect())
    }

    fn with_figures(&mut self, spans: Vec<Span>) -> Vec<Span> {
        let fill = |mut span: Span| {
            if !span.code {
                span.text = self.filled(&span.text);
            }
            span
        };
        spans.into_iter().map(fill).collect()
    }

    /// The text with its figures; what names nothing stays as it is.
    fn filled(&mut self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let figure = after.split_once("}}").and_then(|(name, after)| {
                let (part, column) = name.trim().split_once('.')?;
                Some((self.place.figure(part, column)?, after))
            });
            match figure {
                Some((figure, after)) => {
                    filled.push_str(&figure);
                    rest = after;
                }
                None => {
                    filled.push_str("{{");
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

fn is_container(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::BlockQuote(_) | Tag::List(_) | Tag::Item)
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Strong | Tag::Emphasis | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

fn text_of(event: Event<'_>, style: &Span, spans: &mut Vec<Span>) {
    let (text, code) = match event {
        Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
            (text.into_string(), false)
        }
        Event::Code(text) => (text.into_string(), true),
        Event::SoftBreak | Event::HardBreak => (" ".to_owned(), false),
        _ => return,
    };
    spans.push(Span {
        text,
        code,
        ..style.clone()
    });
}

/// Neighbours of one style as one, so that a name which the parser took apart is whole again.
fn merged(spans: Vec<Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if alike(last, &span) => last.text.push_str(&span.text),
            _ => merged.push(span),
        }
    }
    merged
}

fn alike(a: &Span, b: &Span) -> bool {
    let style = |span: &Span| (span.bold, span.italic, span.strike, span.code);
    style(a) == style(b) && a.url == b.url
}

/// `{{name}}` and nothing else.
fn placeholder(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    (!name.contains(['{', '}', '.'])).then_some(name)
}

/// Only such addresses are links in a document; any other is plain text.
fn web_address(address: &str) -> Option<String> {
    let lower = address.to_ascii_lowercase();
    let is_known = ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme));
    (is_known && address.len() <= 2_000).then(|| address.to_owned())
}

fn level_of(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        _ => 3,
    }
}
