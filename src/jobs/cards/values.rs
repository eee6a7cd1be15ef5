//! The fields of a proposal in words: labels of the connector's manifest, values as people write
//! them, in the manifest's order and with nothing left out.

use super::words;
use crate::approvals::Content;
use crate::connectors::field::{Field, Kind, is_none, name_of};
use crate::connectors::operation::Operation;
use crate::connectors::registry;
use crate::slack::blocks::approval::{Change, Value};
use chrono::NaiveDate;
use serde_json::Value as Json;

/// Every field that the content names, old and new.
pub fn changes(content: &Content, operation: Option<&Operation>) -> Vec<Change> {
    let names = in_order(content, operation);
    let changes = names.into_iter().filter_map(|name| {
        let field = operation.and_then(|operation| operation.field(name));
        let shown = |value: &Json| in_words(value, field, content);
        let before = content.before.as_ref().and_then(|it| it.get(name));
        let after = content.arguments.get(name);
        // The record itself stands above.
        if field.is_some_and(|field| field.kind == Kind::Id)
            && after.and_then(Json::as_str) == content.target.id.as_deref()
        {
            return None;
        }
        Some(Change {
            label: field.map_or_else(|| name.clone(), |field| field.label.to_owned()),
            before: before.map(shown),
            after: after.map(shown),
        })
    });
    changes.collect()
}

/// The labels of fields by their names.
pub fn labels(content: &Content, names: &[String]) -> Vec<String> {
    let connector = registry::find(&content.operation.system);
    let operation = connector.and_then(|it| it.manifest().operation(&content.operation.name));
    let label = |name: &String| {
        let field = operation.and_then(|operation| operation.field(name));
        field.map_or_else(|| name.clone(), |field| field.label.to_owned())
    };
    names.iter().map(label).collect()
}

fn in_order<'a>(content: &'a Content, operation: Option<&Operation>) -> Vec<&'a String> {
    let before = content.before.iter().flat_map(|before| before.keys());
    let mut names: Vec<&String> = content.arguments.keys().chain(before).collect();
    let place = |name: &String| {
        let fields = operation.map_or(&[][..], |operation| operation.fields);
        let place = fields.iter().position(|field| field.name == name);
        place.unwrap_or(fields.len())
    };
    names.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
    names.dedup();
    names
}

fn in_words(value: &Json, field: Option<&Field>, content: &Content) -> Value {
    let text = match (value, field.map(|field| field.kind)) {
        (Json::Null, _) => String::new(),
        (value, Some(_)) if field.is_some_and(|it| it.may_be_none) && is_none(value) => {
            String::new()
        }
        (value, Some(Kind::Money)) => money(value, content),
        (Json::Bool(flag), _) => match flag {
            true => words::YES.to_owned(),
            false => words::NO.to_owned(),
        },
        (Json::String(text), Some(Kind::Date)) => date(text),
        (Json::String(text), _) => text.clone(),
        (Json::Number(number), Some(Kind::Count)) => grouped(&number.to_string()),
        (Json::Array(items), _) => {
            let each: Vec<String> = items.iter().map(item).collect();
            each.join(", ")
        }
        (value, Some(Kind::Named(_))) => {
            name_of(value).map_or_else(|| value.to_string(), str::to_owned)
        }
        (value, _) => item(value),
    };
    Value::of(&text)
}

fn item(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Object(members) if members.contains_key("id") => {
            name_of(value).map_or_else(|| value.to_string(), str::to_owned)
        }
        other => other.to_string(),
    }
}

/// `12000.5` as `12,000.50`, with the currency where the proposal says which it is.
fn money(value: &Json, content: &Content) -> String {
    let text = match value {
        Json::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    let (whole, places) = text.split_once('.').unwrap_or((&text, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if digits.is_empty()
        || !digits
            .bytes()
            .chain(places.bytes())
            .all(|it| it.is_ascii_digit())
    {
        return text;
    }
    let mut shown = grouped(whole);
    if places.bytes().any(|digit| digit != b'0') {
        shown.push_str(&format!(".{places:0<2}"));
    }
    match &content.amount {
        Some(amount) => format!("{shown} {}", amount.currency),
        None => shown,
    }
}

/// Digits in groups of three.
fn grouped(whole: &str) -> String {
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut out = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `2026-03-31` as `31 March 2026`.
fn date(text: &str) -> String {
    match text.parse::<NaiveDate>() {
        Ok(date) => date.format("%-d %B %Y").to_string(),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
