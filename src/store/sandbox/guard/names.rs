//! Names, read as Postgres reads them, and the refusal of grammar that is not Postgres's.

use super::refusal::Refusal;
use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

type Checked = Result<(), Refusal>;

/// Longer names are cut short by Postgres, and a cut name could mean another table.
const MAX_NAME: usize = 63;

/// Refuses grammar that only other databases have.
pub(super) fn absent(is_absent: bool, what: &'static str) -> Checked {
    if is_absent {
        Ok(())
    } else {
        Err(Refusal::foreign(what))
    }
}

/// The name in front of a dot, or a column in USING: plain parts only.
pub(super) fn qualifier(name: &ObjectName) -> Checked {
    name.0.iter().try_for_each(|part| match part {
        ObjectNamePart::Identifier(ident) => column_name(ident),
        ObjectNamePart::Function(_) => Err(Refusal::foreign("a function as a name")),
    })
}

/// A name that Postgres reads as we do: ASCII unless quoted, and short enough not to be cut.
pub(super) fn column_name(ident: &Ident) -> Checked {
    let refuse = |why| {
        Err(Refusal::Name {
            name: format!("{:?}", ident.value),
            why,
        })
    };
    if ident.value.is_empty() || ident.value.len() > MAX_NAME {
        return refuse("names have 1 to 63 bytes");
    }
    // Of a pair of them the printer would make one.
    if ident.value.contains('"') {
        return refuse("names hold no double quotes");
    }
    match ident.quote_style {
        None if !ident.value.is_ascii() => refuse("put names with other letters in double quotes"),
        None | Some('"') if ident.value.chars().any(char::is_control) => {
            refuse("names hold no control characters")
        }
        None | Some('"') => Ok(()),
        Some(_) => refuse("quote names with double quotes"),
    }
}

/// A name as Postgres compares it.
pub(super) fn folded(ident: &Ident) -> String {
    match ident.quote_style {
        None => ident.value.to_ascii_lowercase(),
        Some(_) => ident.value.clone(),
    }
}
