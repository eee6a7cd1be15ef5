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

/// None: everything was open. `shut`: streams that the key may not read.
pub fn left_out(closed: &BTreeSet<String>, shut: &[&str]) -> Option<String> {
    let closed: Vec<&str> = closed.iter().map(String::as_str).collect();
    let (closed, shut) = (closed.join(", "), shut.join(", "));
    let mut said = Vec::new();
    if !closed.is_empty() {
        said.push(format!("{closed}: it is blocked over there"));
    }
    if !shut.is_empty() {
        said.push(format!("{shut}: the key may not read that"));
    }
    let said = said.join("; ");
    (!said.is_empty()).then(|| format!("All is read but {said}. I’ll look again every hour."))
}
