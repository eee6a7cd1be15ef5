//! A result as a model reads it: TOON, a table with its column names once. Numbers keep every
//! digit that Postgres sent, for an answer's figures must be the database's.

use super::Limits;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
    /// Why there are fewer rows than the query has, if there are.
    pub cut: Option<Cut>,
    /// Rows that were too long to be shown at all.
    pub too_long: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Rows,
    Bytes,
}

impl Table {
    /// The result as text for the model.
    pub fn to_toon(&self) -> String {
        let mut text = if self.rows.is_empty() {
            "No rows.".to_owned()
        } else {
            let rows = self.rows.iter().map(|row| self.object(row)).collect();
            // A tree without cycles and of little depth: TOON has a form for each.
            toon_format::encode_default(&Value::Array(rows)).unwrap_or_default()
        };
        for note in self.notes() {
            text.push('\n');
            text.push_str(&note);
        }
        text
    }

    fn object(&self, row: &[Value]) -> Value {
        let fields = self.columns.iter().cloned().zip(row.iter().cloned());
        Value::Object(fields.collect::<Map<_, _>>())
    }

    fn notes(&self) -> Vec<String> {
        let shown = self.rows.len();
        let mut notes = Vec::new();
        match self.cut {
            None => {}
            Some(Cut::Rows) => notes.push(format!(
                "(Showing the first {shown} rows; there are more. Aggregate, or add WHERE and LIMIT.)"
            )),
            Some(Cut::Bytes) => notes.push(format!(
                "(Showing the first {shown} rows, cut for their length. Select fewer columns, or \
                 shorten long ones with left(column, 200).)"
            )),
        }
        if self.too_long > 0 {
            notes.push(format!(
                "({} rows are too long to show. Shorten their columns with left(column, 200).)",
                self.too_long
            ));
        }
        notes
    }
}

/// Collects rows until a bound is reached.
#[derive(Debug)]
pub(super) struct Collector {
    limits: Limits,
    bytes: usize,
    table: Table,
}

impl Collector {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            bytes: 0,
            table: Table {
                columns: Vec::new(),
                rows: Vec::new(),
                cut: None,
                too_long: 0,
            },
        }
    }

    /// Takes a row; false when no further one is wanted.
    pub(super) fn take(&mut self, json: Option<String>) -> bool {
        if self.table.rows.len() + self.table.too_long >= self.limits.rows {
            self.table.cut = Some(Cut::Rows);
            return false;
        }
        let Some(row) = json.as_deref().and_then(fields) else {
            self.table.too_long += 1;
            return true;
        };
        self.bytes += row
            .iter()
            .map(|(_, value)| value.to_string().len())
            .sum::<usize>();
        if self.bytes > self.limits.bytes && !self.table.rows.is_empty() {
            self.table.cut = Some(Cut::Bytes);
            return false;
        }
        let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
        if self.table.rows.is_empty() {
            self.table.columns = told_apart(columns);
        }
        self.table.rows.push(values);
        true
    }

    pub(super) fn table(self) -> Table {
        self.table
    }
}

/// Two columns of one name would be one field; the second becomes `name_2`.
fn told_apart(columns: Vec<String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::with_capacity(columns.len());
    for column in columns {
        let mut name = column.clone();
        let mut number = 2;
        while seen.contains(&name) {
            name = format!("{column}_{number}");
            number += 1;
        }
        seen.push(name);
    }
    seen
}

/// The fields of a JSON object in order, repeated names included.
fn fields(json: &str) -> Option<Vec<(String, Value)>> {
    struct Fields;
    impl<'de> Visitor<'de> for Fields {
        type Value = Vec<(String, Value)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a row")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields = Vec::new();
            while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                fields.push((name, cell(value.get())));
            }
            Ok(fields)
        }
    }
    serde_json::Deserializer::from_str(json)
        .deserialize_map(Fields)
        .ok()
}

/// A value as Postgres wrote it. A number that a float would round stays text, digit by digit.
fn cell(raw: &str) -> Value {
    let Ok(value) = serde_json::from_str::<Value>(raw) else {
        return Value::String(raw.to_owned());
    };
    match value {
        Value::Number(number) if number.is_f64() && digits(raw) > f64::DIGITS as usize => {
            Value::String(raw.to_owned())
        }
        other => other,
    }
}

fn digits(number: &str) -> usize {
    let mantissa = number.split(['e', 'E']).next().unwrap_or(number);
    mantissa
        .trim_start_matches(['-', '0', '.'])
        .bytes()
        .filter(u8::is_ascii_digit)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(rows: usize, bytes: usize) -> Limits {
        Limits {
            rows,
            bytes,
            ..Limits::default()
        }
    }

    fn collect(rows: &[&str], limits: Limits) -> Table {
        let mut collector = Collector::new(limits);
        for row in rows {
            if !collector.take(Some((*row).to_owned())) {
                break;
            }
        }
        collector.table()
    }

    #[test]
    fn a_result_names_its_columns_once_and_keeps_their_order() {
        let table = collect(
            &[
                r#"{"zone":"north","amount":1200.50,"won":true,"closed":"2026-03-01","note":null}"#,
                r#"{"zone":"south, old","amount":7,"won":false,"closed":"2026-03-02","note":"x"}"#,
            ],
            Limits::default(),
        );
        assert_eq!(
            table.to_toon(),
            "[2]{zone,amount,won,closed,note}:\n  \
             north,1200.5,true,2026-03-01,null\n  \
             \"south, old\",7,false,2026-03-02,x"
        );
    }

    #[test]
    fn a_number_with_more_digits_than_a_float_keeps_them_all() {
        let table = collect(
            &[r#"{"exact":12345678901234567.89,"big":9223372036854775807,"small":0.1}"#],
            Limits::default(),
        );
        let text = table.to_toon();
        assert!(text.contains("12345678901234567.89"), "{text}");
        assert!(text.contains("9223372036854775807"), "{text}");
        assert!(text.contains("0.1"), "{text}");
    }

    #[test]
    fn columns_of_one_name_are_told_apart() {
        let table = collect(&[r#"{"name":"a","name":"b"}"#], Limits::default());
        assert_eq!(table.columns, ["name", "name_2"]);
        assert_eq!(table.rows, [[Value::from("a"), Value::from("b")]]);
    }

    #[test]
    fn no_rows_are_said_in_words() {
        assert_eq!(collect(&[], Limits::default()).to_toon(), "No rows.");
    }

    #[test]
    fn a_result_that_is_cut_says_so_and_what_to_do() {
        let rows = [r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":3}"#];
        let by_rows = collect(&rows, limits(2, 1_000));
        assert_eq!((by_rows.rows.len(), by_rows.cut), (2, Some(Cut::Rows)));
        assert!(by_rows.to_toon().contains("first 2 rows"));
        let by_bytes = collect(&rows, limits(10, 1));
        assert_eq!((by_bytes.rows.len(), by_bytes.cut), (1, Some(Cut::Bytes)));
        let exact = collect(&rows, limits(3, 1_000));
        assert_eq!(exact.cut, None);
    }

    #[test]
    fn a_row_that_is_too_long_is_counted_and_not_shown() {
        let mut collector = Collector::new(Limits::default());
        assert!(collector.take(None));
        assert!(collector.take(Some(r#"{"n":1}"#.to_owned())));
        assert!(collector.table().to_toon().contains("1 rows are too long"));
    }
}
