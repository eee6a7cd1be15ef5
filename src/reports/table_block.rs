//! A small result as Slack's own table.

use super::columns::{self, ColumnType, heading, shown};
use crate::store::sandbox::Table;
use serde_json::{Value, json};

const MOST_ROWS: usize = 99;
const MOST_COLUMNS: usize = 20;
const MOST_CHARS: usize = 9_000;
const LONGEST_CELL: usize = 200;

/// None where the rows do not fit into one message.
pub fn block(table: &Table) -> Option<Value> {
    if table.rows.is_empty() || table.rows.len() > MOST_ROWS || table.columns.len() > MOST_COLUMNS {
        return None;
    }
    let types = columns::types(table);
    let head = table.columns.iter().map(|name| heading(name)).collect();
    let body = table.rows.iter().map(|row| {
        let cells = row.iter().zip(&types);
        cells.map(|(value, kind)| shown(value, *kind)).collect()
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
    let chars: usize = rows.iter().flatten().map(|cell| cell.chars().count()).sum();
    if chars > MOST_CHARS || rows.iter().flatten().any(|cell| cell.len() > LONGEST_CELL) {
        return None;
    }
    let cell = |text: &String| {
        // Slack refuses a cell without text.
        let text = if text.is_empty() { "–" } else { text };
        json!({"type": "raw_text", "text": text})
    };
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| row.iter().map(cell).collect())
        .collect();
    let align = |kind: &ColumnType| match kind {
        ColumnType::Number => "right",
        _ => "left",
    };
    let settings: Vec<Value> = types
        .iter()
        .map(|kind| json!({"align": align(kind), "is_wrapped": true}))
        .collect();
    Some(json!({"type": "table", "rows": rows, "column_settings": settings}))
}
