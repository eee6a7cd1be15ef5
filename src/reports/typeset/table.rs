//! Tables of a report: how wide each column is, and where its words may be broken.

use super::super::fonts::{BREAK, width};
use super::markdown::Span;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct TableBlock {
    pub title: Option<String>,
    pub head: Vec<Vec<Span>>,
    pub rows: Vec<Vec<Vec<Span>>>,
    pub align: Vec<&'static str>,
    /// In points.
    pub widths: Vec<f64>,
    pub size: f64,
    pub note: Option<String>,
}

/// Of a page between its margins, and of a cell around its text.
const PAGE_WIDTH: f64 = 470.0;
const INSET: f64 = 12.0;

/// The page's width among columns: narrow ones get what they want, wide ones share the rest.
fn shared_out(wanted: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut widths = vec![0.0; wanted.len()];
    let mut rest = PAGE_WIDTH;
    for (place, column) in order.iter().enumerate() {
        let share = rest / (wanted.len() - place) as f64;
        widths[*column] = wanted[*column].min(share);
        rest -= widths[*column];
    }
    let spare = rest / wanted.len().max(1) as f64;
    widths.iter().map(|width| width + spare).collect()
}

/// A table whose columns are as wide as what stands in them asks for.
pub fn table(
    head: Vec<Vec<Span>>,
    rows: Vec<Vec<Vec<Span>>>,
    align: Vec<&'static str>,
) -> TableBlock {
    let columns = head.len();
    let size = match columns {
        0..=6 => 9.0,
        7..=10 => 7.5,
        _ => 6.5,
    };
    let wide = |cell: &[Span]| {
        cell.iter()
            .map(|span| width(&span.text, size, true))
            .sum::<f64>()
    };
    let wanted = (0..columns).map(|column| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let cells = cells.chain(head.get(column)).map(|cell| wide(cell));
        cells.fold(0.0, f64::max) + INSET
    });
    let widths = shared_out(&wanted.collect::<Vec<f64>>());
    let mut rows = rows;
    for row in &mut rows {
        row.resize(columns, Vec::new());
        row.iter_mut().flatten().for_each(breakable);
    }
    let mut head = head;
    head.iter_mut().flatten().for_each(breakable);
    TableBlock {
        title: None,
        head,
        rows,
        align,
        widths,
        size,
        note: None,
    }
}

/// Long words may be broken inside a cell rather than stand out of it.
fn breakable(span: &mut Span) {
    const UNBROKEN: usize = 12;
    let mut since = 0;
    let mut text = String::with_capacity(span.text.len());
    for letter in span.text.chars() {
        text.push(letter);
        since = if letter.is_whitespace() { 0 } else { since + 1 };
        if since >= UNBROKEN || (since > 3 && "/_@".contains(letter)) {
            text.push(BREAK);
            since = 0;
        }
    }
    span.text = text;
}
