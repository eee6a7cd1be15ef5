//! Rows as files for a spreadsheet. Columns keep their types, and no cell is ever a formula: what
//! somebody wrote into a name must not run on the machine of whoever opens the file.

use super::Format;
use super::columns::{self, ColumnType, date, heading, moment, number, plain};
use crate::store::sandbox::Table;
use chrono::NaiveDate;
use rust_xlsxwriter::{Format as Dress, Workbook, Worksheet, XlsxError};
use serde_json::Value;

/// Excel's bound for the text of a cell.
const LONGEST_CELL: usize = 32_767;
/// Excel keeps no more digits of a number.
const EXACT_DIGITS: usize = 15;
const SECONDS_A_DAY: f64 = 86_400.0;
const WIDEST_COLUMN: u32 = 420;

pub fn file(table: &Table, format: Format) -> Result<Vec<u8>, XlsxError> {
    match format {
        Format::Csv => Ok(csv(table)),
        Format::Xlsx => xlsx(table),
    }
}

/// With a byte order mark, without which Excel takes UTF-8 for something else.
fn csv(table: &Table) -> Vec<u8> {
    let types = columns::types(table);
    let mut text = String::from('\u{feff}');
    line(&mut text, table.columns.iter().map(|name| defused(name)));
    for row in &table.rows {
        let cells = row.iter().zip(&types).map(|(value, kind)| match kind {
            ColumnType::Text => defused(&plain(value)),
            _ => plain(value),
        });
        line(&mut text, cells);
    }
    text.into_bytes()
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

/// A spreadsheet takes a cell that begins with one of these signs for a formula, also behind
/// spaces; an apostrophe before it makes it text.
fn defused(cell: &str) -> String {
    let begins = cell.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
    let is_dangerous = begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || cell.starts_with(['\t', '\r', '\n']);
    if is_dangerous {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn xlsx(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let types = columns::types(table);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let head = Dress::new().set_bold();
    for (column, name) in (0_u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, column, clipped(&heading(name)), &head)?;
    }
    let dress = Dresses::new();
    for (row, values) in (1_u32..).zip(&table.rows) {
        for (column, (value, kind)) in (0_u16..).zip(values.iter().zip(&types)) {
            dress.write(sheet, row, column, value, *kind)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    if let (Ok(rows), Ok(columns)) = (
        u32::try_from(table.rows.len()),
        u16::try_from(table.columns.len()),
    ) && columns > 0
    {
        sheet.autofilter(0, 0, rows, columns - 1)?;
    }
    sheet.set_autofit_max_width(WIDEST_COLUMN);
    sheet.autofit();
    book.save_to_buffer()
}

struct Dresses {
    date: Dress,
    moment: Dress,
}

impl Dresses {
    fn new() -> Self {
        Self {
            date: Dress::new().set_num_format("yyyy-mm-dd"),
            moment: Dress::new().set_num_format("yyyy-mm-dd hh:mm"),
        }
    }

    fn write(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        value: &Value,
        kind: ColumnType,
    ) -> Result<(), XlsxError> {
        let text = value.as_str().unwrap_or_default();
        match (value, kind) {
            (Value::Null, _) => {}
            (Value::Bool(yes), _) => {
                sheet.write_boolean(row, column, *yes)?;
            }
            (value, ColumnType::Number) if is_exact(value) => {
                sheet.write_number(row, column, number(value).unwrap_or_default())?;
            }
            (_, ColumnType::Date) if date(text).is_some() => {
                let day = date(text).map(serial).unwrap_or_default();
                sheet.write_number_with_format(row, column, day, &self.date)?;
            }
            (_, ColumnType::Moment) if moment(text).is_some() => {
                let at = moment(text).map(|at| {
                    let seconds = at.time() - chrono::NaiveTime::MIN;
                    serial(at.date()) + seconds.num_seconds() as f64 / SECONDS_A_DAY
                });
                sheet.write_number_with_format(
                    row,
                    column,
                    at.unwrap_or_default(),
                    &self.moment,
                )?;
            }
            (value, _) => {
                sheet.write_string(row, column, clipped(&plain(value)))?;
            }
        }
        Ok(())
    }
}

/// Days as a spreadsheet counts them.
fn serial(day: NaiveDate) -> f64 {
    NaiveDate::from_ymd_opt(1899, 12, 30)
        .map(|first| (day - first).num_days() as f64)
        .unwrap_or_default()
}

/// A number with more digits than Excel keeps stays text, digit by digit.
fn is_exact(value: &Value) -> bool {
    let digits = plain(value).bytes().filter(u8::is_ascii_digit).count();
    number(value).is_some() && digits <= EXACT_DIGITS
}

fn clipped(text: &str) -> String {
    text.chars().take(LONGEST_CELL).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::table;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn text_of(table: &Table) -> String {
        String::from_utf8(csv(table)).unwrap()
    }

    #[test]
    fn what_somebody_wrote_into_a_name_is_no_formula() {
        let sheet = table(
            &["name", "amount"],
            json!([
                ["=HYPERLINK(\"http://evil\")", -12.5],
                ["+49 170", 3],
                ["-2+3", 4],
                ["@SUM(A1)", 5],
                [" \t=1+1", 6],
                ["Maya, \"the\" one", 7]
            ]),
        );
        assert_eq!(
            text_of(&sheet),
            "\u{feff}name,amount\r\n\"'=HYPERLINK(\"\"http://evil\"\")\",-12.5\r\n'+49 170,3\r\n\
             '-2+3,4\r\n'@SUM(A1),5\r\n' \t=1+1,6\r\n\"Maya, \"\"the\"\" one\",7\r\n"
        );
    }

    #[test]
    fn a_workbook_is_made_of_every_type_of_column() {
        let sheet = table(
            &["day", "at", "exact", "won", "note"],
            json!([
                [
                    "2026-03-01",
                    "2026-03-01T10:30:00+00:00",
                    "12345678901234567.89",
                    true,
                    "=1+1"
                ],
                [null, null, null, null, null]
            ]),
        );
        let bytes = xlsx(&sheet).unwrap();
        assert!(bytes.starts_with(b"PK"), "a workbook is a zip file");
        assert_eq!(
            serial(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()),
            46_082.0
        );
        assert!(!is_exact(&json!("12345678901234567.89")));
        assert!(is_exact(&json!(12.5)));
    }

    proptest! {
        #[test]
        fn no_text_cell_of_a_csv_begins_like_a_formula(cell in "\\PC{0,12}") {
            let cell = defused(&cell);
            prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']));
        }
    }
}
