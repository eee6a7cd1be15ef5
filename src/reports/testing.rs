//! Rows for the tests of this folder.

use crate::store::sandbox::Table;
use serde_json::Value;

pub fn table(columns: &[&str], rows: Value) -> Table {
    Table {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        rows: serde_json::from_value(rows).unwrap(),
        cut: None,
        too_long: 0,
    }
}
