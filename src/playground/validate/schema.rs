//! A small language for the shape of Block Kit: which fields an object has, what each may hold.
//! The tables are in `blocks.rs`, `elements.rs` and `rich_text.rs`; this is what reads them.

use super::at::{At, Problems};
use super::elements;
use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Any,
    Bool,
    Number,
    /// 1 to so many characters.
    Str(usize),
    /// Like `Str`, but may be empty.
    Free(usize),
    Url(usize),
    OneOf(&'static [&'static str]),
    /// A `plain_text` object of so many characters.
    Plain(usize),
    /// A `plain_text` or `mrkdwn` object.
    Text(usize),
    Object(&'static [Field]),
    List {
        of: &'static Kind,
        min: usize,
        max: usize,
    },
    /// An interactive element or image of one of these types.
    Element(&'static [&'static str]),
    /// An object whose `type` picks its fields from a table.
    Tagged(&'static [(&'static str, &'static [Field])]),
}

#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub required: bool,
    pub kind: Kind,
}

pub const fn must(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        required: true,
        kind,
    }
}

pub const fn may(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        required: false,
        kind,
    }
}

/// Checks an object's fields; those in `common` are allowed as well.
pub fn object(
    problems: &mut Problems,
    at: At<'_>,
    value: &Value,
    fields: &[Field],
    common: &[Field],
) {
    let Some(object) = value.as_object() else {
        problems.add(at, "must provide an object");
        return;
    };
    for field in fields.iter().chain(common) {
        match object.get(field.name) {
            None | Some(Value::Null) if field.required => problems.missing(at, field.name),
            None | Some(Value::Null) => {}
            Some(value) => check(problems, at.field(field.name), value, &field.kind),
        }
    }
    report_unknown(problems, at, object, &[fields, common]);
}

fn report_unknown(
    problems: &mut Problems,
    at: At<'_>,
    object: &Map<String, Value>,
    known: &[&[Field]],
) {
    for name in object.keys() {
        let is_known = known
            .iter()
            .any(|fields| fields.iter().any(|field| field.name == name));
        if !is_known && name != "type" {
            problems.add(at, format!("invalid additional property: {name}"));
        }
    }
}

pub fn check(problems: &mut Problems, at: At<'_>, value: &Value, kind: &Kind) {
    match kind {
        Kind::Any => {}
        Kind::Bool if value.is_boolean() => {}
        Kind::Bool => problems.add(at, "must be a boolean"),
        Kind::Number if value.is_number() => {}
        Kind::Number => problems.add(at, "must be a number"),
        Kind::Str(max) => text(problems, at, value, 1, *max),
        Kind::Free(max) => text(problems, at, value, 0, *max),
        Kind::Url(max) => url(problems, at, value, *max),
        Kind::OneOf(names) => one_of(problems, at, value, names),
        Kind::Plain(max) => text_object(problems, at, value, *max, &["plain_text"]),
        Kind::Text(max) => text_object(problems, at, value, *max, &["plain_text", "mrkdwn"]),
        Kind::Object(fields) => object(problems, at, value, fields, &[]),
        Kind::List { of, min, max } => list(problems, at, value, of, *min, *max),
        Kind::Element(names) => elements::check(problems, at, value, names),
        Kind::Tagged(table) => tagged(problems, at, value, table, &[]),
    }
}

/// The type must be in the table; its fields and the common ones apply.
pub fn tagged(
    problems: &mut Problems,
    at: At<'_>,
    value: &Value,
    table: &[(&'static str, &'static [Field])],
    common: &[Field],
) {
    let Some(name) = value["type"].as_str() else {
        problems.missing(at, "type");
        return;
    };
    match table.iter().find(|(known, _)| *known == name) {
        Some((_, fields)) => object(problems, at, value, fields, common),
        None => problems.add(at.field("type"), format!("unsupported type: {name}")),
    }
}

fn text(problems: &mut Problems, at: At<'_>, value: &Value, min: usize, max: usize) {
    let Some(text) = value.as_str() else {
        problems.add(at, "must provide a string");
        return;
    };
    // Bytes bound characters from above, so most texts need no counting.
    if text.len() > max && text.chars().count() > max {
        problems.add(at, format!("must be less than {} characters", max + 1));
    } else if text.len() < min {
        problems.add(at, format!("must be more than {} characters", min - 1));
    }
}

fn url(problems: &mut Problems, at: At<'_>, value: &Value, max: usize) {
    text(problems, at, value, 1, max);
    let plausible = |text: &str| text.contains("://") || text.starts_with("mailto:");
    if value.as_str().is_some_and(|text| !plausible(text)) {
        problems.add(at, "must be a valid URL");
    }
}

fn one_of(problems: &mut Problems, at: At<'_>, value: &Value, names: &[&str]) {
    if !value.as_str().is_some_and(|given| names.contains(&given)) {
        problems.add(at, "must be a valid enum value");
    }
}

const TEXT_FIELDS: &[Field] = &[
    may("emoji", Kind::Bool),
    may("verbatim", Kind::Bool),
    must("text", Kind::Any),
];

fn text_object(problems: &mut Problems, at: At<'_>, value: &Value, max: usize, types: &[&str]) {
    one_of(problems, at.field("type"), &value["type"], types);
    object(problems, at, value, TEXT_FIELDS, &[]);
    if !value["text"].is_null() {
        text(problems, at.field("text"), &value["text"], 1, max);
    }
}

fn list(problems: &mut Problems, at: At<'_>, value: &Value, of: &Kind, min: usize, max: usize) {
    let Some(items) = value.as_array() else {
        problems.add(at, "must provide an array");
        return;
    };
    if items.len() > max {
        problems.add(at, format!("no more than {max} items allowed"));
    } else if items.len() < min {
        problems.add(at, format!("no fewer than {min} items allowed"));
    }
    for (place, item) in items.iter().enumerate() {
        check(problems, at.item(place), item, of);
    }
}
