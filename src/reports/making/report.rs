//! A report: its parts are queried, its Markdown names where they stand, and both are set.

use super::super::chart::{self, Chart, Kind};
use super::super::recipe::{Part, Recipe};
use super::super::typeset::{self, Block, Document, Figure, Place, Span, TableBlock};
use super::{
    Figures, Letterhead, Made, MadeFile, MakeError, Maker, OF_CHART, Since, columns, file_name,
    missing,
};
use crate::base::viewer::Viewer;
use crate::store::sandbox::Table;
use std::collections::BTreeSet;

const MOST_PARTS: usize = 20;
const LONGEST_MARKDOWN: usize = 100_000;
/// Of one table; all of them are in an export.
const MOST_ROWS: usize = 500;
/// Of a figure over the whole width of the page, which may be no higher than this.
const FIGURE_WIDTH: f64 = 166.0;
const HIGHEST_FIGURE: f64 = 215.0;

impl Maker {
    pub(super) async fn report(
        &self,
        viewer: &Viewer,
        recipe: &Recipe,
        letterhead: &Letterhead,
        since: Option<&Since>,
    ) -> Result<Made, MakeError> {
        let Recipe::Report {
            title,
            headline,
            markdown,
            parts,
        } = recipe
        else {
            return Err(MakeError::Wrong("This is no report.".to_owned()));
        };
        check(markdown, parts)?;
        let mut queried = Vec::with_capacity(parts.len());
        for part in parts {
            let table =
                self.rows(viewer, &part.sql, OF_CHART)
                    .await
                    .map_err(|error| match error {
                        error if error.is_for_model() => {
                            MakeError::Wrong(format!("The part {:?}: {error}", part.name))
                        }
                        error => error.into(),
                    })?;
            queried.push(Queried::of(part, table)?);
        }
        let rows = queried.iter().map(|part| part.table.rows.len()).sum();
        let mut laid = Laid {
            parts: &queried,
            charts: Vec::new(),
            unknown: BTreeSet::new(),
        };
        let mut blocks = typeset::blocks(markdown, &mut laid);
        let headline = laid.in_line(headline);
        if let Some(unknown) = laid.unknown.first() {
            return Err(MakeError::Wrong(format!(
                "The markdown names {unknown}, which no part has. Name parts and their columns \
                 exactly, and a part's place on a line of its own."
            )));
        }
        let words = format!(
            "{headline} ({} tables and charts, {rows} rows behind them)",
            queried.len()
        );
        let charts = laid.charts;
        let figures = figures(&queried);
        if let Some(since) = since {
            blocks.extend(changes(&figures, since, letterhead));
        }
        let document = Document {
            title: title.clone(),
            headline: headline.clone(),
            organisation: letterhead.organisation.clone(),
            made: format!("{} · for {}", letterhead.today(), letterhead.person),
            blocks,
            sources: queried.iter().map(Queried::source).collect(),
        };
        let bytes = self
            .in_thread(move || typeset::pdf(&document, &charts))
            .await?;
        let file = MadeFile {
            name: file_name(title, "pdf"),
            bytes,
        };
        Ok(Made {
            blocks: Vec::new(),
            file: Some(file),
            words,
            note: Some(headline),
            rows,
            figures,
            changes: None,
        })
    }
}

fn figures(queried: &[Queried<'_>]) -> Figures {
    let mut figures = Figures::default();
    for Queried { part, table, .. } in queried {
        let unit = part.chart.as_ref().map_or("", |look| look.unit.as_str());
        figures.add(&part.title, unit, table);
    }
    figures
}

/// What has changed since the last report, as its last part.
fn changes(figures: &Figures, since: &Since, letterhead: &Letterhead) -> [Block; 2] {
    let plain = |text: String| {
        vec![Span {
            text,
            ..Span::default()
        }]
    };
    let at = since.at.with_timezone(&letterhead.zone);
    let heading = format!("What has changed since {}", at.format("%-d %B %Y, %H:%M"));
    let lines = figures.since(&since.figures);
    let told = if lines.is_empty() {
        Block::Paragraph {
            spans: plain("Nothing in these figures has changed.".to_owned()),
        }
    } else {
        let item = |line| vec![Block::Paragraph { spans: plain(line) }];
        Block::List {
            ordered: false,
            start: 1,
            items: lines.into_iter().map(item).collect(),
        }
    };
    let heading = Block::Heading {
        level: 2,
        spans: plain(heading),
    };
    [heading, told]
}

fn check(markdown: &str, parts: &[Part]) -> Result<(), MakeError> {
    let wrong = |words: String| Err(MakeError::Wrong(words));
    if parts.len() > MOST_PARTS {
        return wrong(format!(
            "A report has at most {MOST_PARTS} parts; this one has {}.",
            parts.len()
        ));
    }
    if markdown.len() > LONGEST_MARKDOWN {
        return wrong(format!(
            "The text is longer than {LONGEST_MARKDOWN} characters. Shorten it."
        ));
    }
    let mut names = BTreeSet::new();
    for part in parts {
        let is_plain = part
            .name
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
        if part.name.is_empty() || !is_plain {
            return wrong(format!(
                "{:?} cannot name a part: use letters, digits and _.",
                part.name
            ));
        }
        if !names.insert(part.name.as_str()) {
            return wrong(format!("Two parts are named {:?}.", part.name));
        }
    }
    let named = typeset::names(markdown);
    match parts.iter().find(|part| {
        named
            .iter()
            .all(|name| name.split('.').next() != Some(&part.name))
    }) {
        Some(part) => wrong(format!(
            "The markdown has no place for the part {:?}: put {{{{{}}}}} on a line of its own.",
            part.name, part.name
        )),
        None => Ok(()),
    }
}

struct Queried<'a> {
    part: &'a Part,
    table: Table,
    chart: Option<Chart>,
}

impl<'a> Queried<'a> {
    fn of(part: &'a Part, table: Table) -> Result<Self, MakeError> {
        let look = part.chart.as_ref().filter(|look| look.kind != Kind::Table);
        let chart = look
            .map(|look| Chart::of(&part.title, look, &table))
            .transpose();
        let chart = chart.map_err(|error| {
            MakeError::Wrong(format!(
                "The part {:?} cannot be drawn: {error}.",
                part.name
            ))
        })?;
        Ok(Self { part, table, chart })
    }

    fn source(&self) -> String {
        let rows = match self.table.rows.len() {
            1 => "1 row".to_owned(),
            rows => format!("{rows} rows"),
        };
        let cut = missing(&self.table)
            .map(|note| format!(" {note}."))
            .unwrap_or_default();
        let sql = self
            .part
            .sql
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        format!("{} ({rows}).{cut} {sql}", self.part.title)
    }

    fn table_block(&self) -> TableBlock {
        let types = columns::types(&self.table);
        let span = |text: String| {
            vec![Span {
                text,
                ..Span::default()
            }]
        };
        let head = self
            .table
            .columns
            .iter()
            .map(|name| span(columns::heading(name)));
        let rows = self.table.rows.iter().take(MOST_ROWS).map(|row| {
            let cells = row.iter().zip(&types);
            cells
                .map(|(value, kind)| span(columns::shown(value, *kind)))
                .collect()
        });
        let align = types.iter().map(|kind| match kind {
            columns::ColumnType::Number => "right",
            _ => "left",
        });
        let all = self.table.rows.len();
        let note = match all {
            0 => Some("The query found no rows.".to_owned()),
            _ if all > MOST_ROWS => Some(format!("The first {MOST_ROWS} of {all} rows.")),
            _ => missing(&self.table),
        };
        TableBlock {
            title: Some(self.part.title.clone()),
            note,
            ..typeset::table(head.collect(), rows.collect(), align.collect())
        }
    }
}

/// The parts as the Markdown meets them.
struct Laid<'a> {
    parts: &'a [Queried<'a>],
    charts: Vec<String>,
    unknown: BTreeSet<String>,
}

impl Laid<'_> {
    fn in_line(&mut self, text: &str) -> String {
        let blocks = typeset::blocks(text, self);
        let spans = blocks.into_iter().flat_map(|block| match block {
            Block::Paragraph { spans } | Block::Heading { spans, .. } => spans,
            _ => Vec::new(),
        });
        spans.map(|span| span.text).collect::<Vec<_>>().concat()
    }

    fn find(&self, name: &str) -> Option<&Queried<'_>> {
        self.parts.iter().find(|queried| queried.part.name == name)
    }
}

impl Place for Laid<'_> {
    fn blocks(&mut self, name: &str) -> Option<Vec<Block>> {
        let Some(queried) = self.find(name) else {
            self.unknown.insert(format!("{{{{{name}}}}}"));
            return None;
        };
        let Some(chart) = &queried.chart else {
            return Some(vec![Block::Table(queried.table_block())]);
        };
        let (svg, alt) = (chart.svg(), chart::alt_text(chart));
        let height = (chart.height() * FIGURE_WIDTH).min(HIGHEST_FIGURE);
        self.charts.push(svg);
        let figure = Figure {
            chart: self.charts.len() - 1,
            alt,
            height,
        };
        Some(vec![Block::Figure(figure)])
    }

    fn figure(&mut self, name: &str, column: &str) -> Option<String> {
        let found = self.find(name).and_then(|queried| {
            let table = &queried.table;
            let place = table.columns.iter().position(|known| known == column)?;
            let kind = columns::types(table).get(place).copied()?;
            let value = table.rows.first()?.get(place)?;
            match columns::number(value) {
                Some(number) => Some(super::super::numbers::exact(number, "")),
                None => Some(columns::shown(value, kind)),
            }
        });
        if found.is_none() {
            self.unknown.insert(format!("{{{{{name}.{column}}}}}"));
        }
        found
    }
}
