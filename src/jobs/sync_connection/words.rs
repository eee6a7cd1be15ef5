//! What people read about a connection that is not well.

use std::fmt::Display;

pub const SILENT: &str =
    "It did not answer several times in a row. I’ll try again within the hour.";

pub fn unreadable(error: impl Display) -> String {
    format!("It can’t be read: {error}. Connect it again with /penny connect.")
}

pub fn unopened(error: impl Display) -> String {
    format!("Its key can’t be used: {error}. Connect it again with /penny connect.")
}
