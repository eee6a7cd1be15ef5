//! Rows of a tool's answer, and the Markdown that is made of them.

use serde_json::{Map, Value};

pub type Row = Map<String, Value>;

/// The rows of a result in TOON; none where it says that there are none.
pub fn rows(content: &str) -> Vec<Row> {
    let toon: Vec<&str> = content
        .lines()
        .filter(|line| !line.starts_with('(') && !line.starts_with("No rows"))
        .collect();
    match toon_format::decode_default::<Value>(&toon.join("\n")) {
        Ok(Value::Array(rows)) => rows
            .into_iter()
            .filter_map(|row| match row {
                Value::Object(row) => Some(row),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

pub fn text(row: &Row, column: &str) -> String {
    match row.get(column) {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

pub fn number(row: &Row, column: &str) -> f64 {
    match row.get(column) {
        Some(Value::Number(number)) => number.as_f64().unwrap_or_default(),
        Some(Value::String(text)) => text.parse().unwrap_or_default(),
        _ => 0.0,
    }
}

pub fn sum(rows: &[Row], column: &str) -> f64 {
    rows.iter().map(|row| number(row, column)).sum()
}

/// How a column is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum As {
    Text,
    Count,
    Euros,
    Percent,
}

/// Heading, column of the rows, how it is written.
pub type Column = (&'static str, &'static str, As);

pub fn markdown(rows: &[Row], columns: &[Column]) -> String {
    let mut table = String::from("|");
    for (heading, ..) in columns {
        table.push_str(&format!(" {heading} |"));
    }
    table.push_str("\n|");
    for (.., kind) in columns {
        table.push_str(if *kind == As::Text {
            " --- |"
        } else {
            " ---: |"
        });
    }
    for row in rows {
        table.push_str("\n|");
        for (_, column, kind) in columns {
            let cell = match kind {
                As::Text => text(row, column).replace('|', "/").replace('\n', " "),
                As::Count => grouped(number(row, column)),
                As::Euros => euros(number(row, column)),
                As::Percent => format!("{:.0}%", number(row, column)),
            };
            table.push_str(&format!(" {cell} |"));
        }
    }
    table
}

pub fn euros(amount: f64) -> String {
    format!("€{}", grouped(amount))
}

/// `84500.4` → `84,500`.
pub fn grouped(amount: f64) -> String {
    let digits = format!("{:.0}", amount.abs());
    let mut text = String::from(if amount <= -0.5 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 deal`, `2 deals`.
pub fn count(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        _ => format!("{} {thing}s", grouped(number as f64)),
    }
}
