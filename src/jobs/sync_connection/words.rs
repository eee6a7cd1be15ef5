//! What people read about a connection that is not well.

use std::collections::BTreeSet;
use std::fmt::Display;

pub const SILENT: &str =
    "It did not answer several times in a row. I’ll try again within the hour.";

pub fn refused(error: impl Display) -> String {
    format!("It can’t be read: {error}. Connect it again with /penny connect.")
}

pub fn unreadable(error: impl Display) -> String {
    format!("It could not be read to the end: {error}. I’ll try again within the hour.")
}

pub fn unopened(error: impl Display) -> String {
    format!("Its key can’t be used: {error}. Connect it again with /penny connect.")
}

/// None: everything was open.
pub fn closed(what: &BTreeSet<String>) -> Option<String> {
    let what: Vec<&str> = what.iter().map(String::as_str).collect();
    let what = what.join(", ");
    (!what.is_empty()).then(|| {
        format!("All is read but {what}: it is blocked over there. I’ll look again every hour.")
    })
}
