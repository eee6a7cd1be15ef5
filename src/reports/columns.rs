//! What the columns of a result hold. Rows come as JSON, in which a date is a string and an exact
//! number may be one, so the type of a column is read off all its values.

use crate::store::sandbox::Table;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Number,
    Date,
    Moment,
    Flag,
    Text,
}

/// The type of every column: the one that all its values have, else text.
pub fn types(table: &Table) -> Vec<ColumnType> {
    (0..table.columns.len())
        .map(|column| {
            let mut values = table.rows.iter().filter_map(|row| row.get(column));
            let first = values.find(|value| !value.is_null()).map(type_of);
            match first {
                Some(first) if values.all(|value| value.is_null() || type_of(value) == first) => {
                    first
                }
                _ => ColumnType::Text,
            }
        })
        .collect()
}

fn type_of(value: &Value) -> ColumnType {
    match value {
        Value::Number(_) => ColumnType::Number,
        Value::Bool(_) => ColumnType::Flag,
        Value::String(text) if is_exact_number(text) => ColumnType::Number,
        Value::String(text) if date(text).is_some() => ColumnType::Date,
        Value::String(text) if moment(text).is_some() => ColumnType::Moment,
        _ => ColumnType::Text,
    }
}

/// A number with more digits than a float keeps comes as its digits; a short one never does, so
/// a telephone number or a postcode stays text.
fn is_exact_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.strip_prefix('-').unwrap_or(text);
    digits > f64::DIGITS as usize
        && text.contains('.')
        && plain.matches('.').count() == 1
        && plain
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The value as a number, if it is one.
pub fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if is_exact_number(text) => text.parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

pub fn date(text: &str) -> Option<NaiveDate> {
    (text.len() == 10)
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

/// A moment as Postgres writes it into JSON, in its own offset.
pub fn moment(text: &str) -> Option<NaiveDateTime> {
    if text.len() < 16 || !text.is_char_boundary(10) {
        return None;
    }
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.naive_utc())
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f"))
        .ok()
}

/// A value as a reader sees it in a table.
pub fn shown(value: &Value, kind: ColumnType) -> String {
    match (value, kind) {
        (Value::Null, _) => String::new(),
        (Value::Bool(yes), _) => if *yes { "yes" } else { "no" }.to_owned(),
        (value, ColumnType::Number) => match number(value) {
            Some(number) => super::numbers::exact(number, ""),
            None => plain(value),
        },
        (Value::String(text), ColumnType::Date) => match date(text) {
            Some(date) => date.format("%-d %b %Y").to_string(),
            None => text.clone(),
        },
        (Value::String(text), ColumnType::Moment) => match moment(text) {
            Some(at) => at.format("%-d %b %Y %H:%M").to_string(),
            None => text.clone(),
        },
        (value, _) => plain(value),
    }
}

/// A value without any dress.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `closed_won_amount` → `Closed won amount`
pub fn heading(column: &str) -> String {
    let words = column.replace('_', " ");
    let words = words.trim();
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::table;
    use super::*;
    use serde_json::json;

    fn kinds(rows: Value) -> Vec<ColumnType> {
        let columns = ["a", "b", "c", "d", "e", "f"];
        let width = rows[0].as_array().unwrap().len();
        types(&table(&columns[..width], rows))
    }

    #[test]
    fn a_column_has_the_type_that_all_its_values_have() {
        use ColumnType::*;
        let found = kinds(json!([
            [
                null,
                "2026-03-01",
                "2026-03-01T10:00:00+00:00",
                true,
                "x",
                1
            ],
            [
                1.5,
                "2026-03-02",
                "2026-03-01T10:00:00.25+02:00",
                false,
                "2026-03-01",
                "y"
            ],
        ]));
        assert_eq!(found, [Number, Date, Moment, Flag, Text, Text]);
    }

    #[test]
    fn long_exact_numbers_are_numbers_and_digits_that_people_write_are_not() {
        assert_eq!(
            kinds(json!([["12345678901234567.89"]])),
            [ColumnType::Number]
        );
        assert_eq!(kinds(json!([["0049170123456789"]])), [ColumnType::Text]);
        assert_eq!(kinds(json!([["01234"]])), [ColumnType::Text]);
    }

    #[test]
    fn a_value_is_shown_as_people_write_it() {
        assert_eq!(shown(&json!(1234.5), ColumnType::Number), "1,234.5");
        assert_eq!(shown(&json!("2026-03-01"), ColumnType::Date), "1 Mar 2026");
        let at = json!("2026-03-01T09:05:00+00:00");
        assert_eq!(shown(&at, ColumnType::Moment), "1 Mar 2026 09:05");
        assert_eq!(shown(&Value::Null, ColumnType::Text), "");
        assert_eq!(heading("closed_won_amount"), "Closed won amount");
    }
}
