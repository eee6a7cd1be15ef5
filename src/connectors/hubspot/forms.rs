//! Values as arguments have them and as HubSpot has them. Each has one form here, so that what
//! is there, what is wanted and what came of it can be compared.

use super::account::Account;
use super::rows::{with_tags, without_tags};
use super::subject::{Form, Properties, Property, Subject, text};
use crate::connectors::field::{Arguments, NONE, Problem, cents, is_none};
use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};

/// An argument in its one form. Stages are looked up in this pipeline.
pub fn resolved(
    account: &Account,
    property: &Property,
    given: &Value,
    pipeline: Option<&str>,
) -> Result<Value, Problem> {
    if is_none(given) {
        return Ok(NONE.into());
    }
    let field = property.argument;
    Ok(match property.form {
        Form::Text | Form::Note => trimmed(given).into(),
        Form::Lower => trimmed(given).to_lowercase().into(),
        Form::Money => cents(given).map_or_else(|| given.clone(), money),
        Form::Day => given.clone(),
        Form::Owner => account.find_owner(field, given)?,
        Form::Pipeline => account.find_pipeline(field, given)?,
        Form::Stage => account.find_stage(field, pipeline.unwrap_or_default(), given)?,
    })
}

/// A property as an argument would say it.
pub fn shown(account: &Account, form: Form, properties: &Properties, name: &str) -> Value {
    let Some(text) = text(properties, name) else {
        return NONE.into();
    };
    match form {
        Form::Owner => account.owner(text),
        Form::Pipeline => account.pipeline(text),
        Form::Stage => account.stage(text),
        form => plain(form, text),
    }
}

/// The value of a property that names nothing.
fn plain(form: Form, text: &str) -> Value {
    match form {
        Form::Lower => text.to_lowercase().into(),
        Form::Note => without_tags(text).into(),
        Form::Money => cents(&json!(text)).map_or_else(|| text.into(), money),
        Form::Day => day(text).map_or_else(|| text.into(), |day| day.to_string().into()),
        _ => text.into(),
    }
}

/// What HubSpot gets for an argument. An empty text takes a value away.
pub fn written(form: Form, argument: &Value) -> String {
    if is_none(argument) {
        return String::new();
    }
    let text = argument.as_str().unwrap_or_default();
    match form {
        Form::Note => with_tags(text),
        // At noon it is the same day in nearly every time zone that somebody looks from.
        Form::Day => format!("{text}T12:00:00.000Z"),
        Form::Owner | Form::Pipeline | Form::Stage => {
            argument["id"].as_str().unwrap_or_default().to_owned()
        }
        Form::Text | Form::Lower | Form::Money => text.to_owned(),
    }
}

/// Whether a property is what an argument asks for; names do not count, ids do.
pub fn holds(form: Form, argument: &Value, properties: &Properties, name: &str) -> bool {
    match (text(properties, name), is_none(argument)) {
        (None, is_none) => is_none,
        (Some(_), true) => false,
        (Some(text), false) => match form {
            Form::Owner | Form::Pipeline | Form::Stage => argument["id"] == text,
            form => *argument == plain(form, text),
        },
    }
}

/// What a card shows as `before`, or would show as `after`, of properties that were just written.
pub fn as_properties(subject: &Subject, arguments: &Arguments) -> Properties {
    let written = |property: &Property| {
        let value = written(property.form, arguments.get(property.argument)?);
        Some((property.name.to_owned(), value.into()))
    };
    subject.properties.iter().filter_map(written).collect()
}

fn trimmed(given: &Value) -> &str {
    given.as_str().unwrap_or_default().trim()
}

fn money(cents: i64) -> Value {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100).into()
}

/// HubSpot writes moments as text, and in older properties as milliseconds.
fn day(text: &str) -> Option<NaiveDate> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc().date_naive());
    }
    let old = || Some(DateTime::from_timestamp_millis(text.parse().ok()?)?.date_naive());
    text.parse().ok().or_else(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_there_equals_the_argument_that_made_it() {
        for (form, argument) in [
            (Form::Text, json!("Renewal")),
            (Form::Lower, json!("ann@acme.example")),
            (
                Form::Note,
                json!("They sign <soon> & \"for sure\".\n\nSay 5 < 6."),
            ),
            (Form::Money, json!("-12000.50")),
            (Form::Day, json!("2026-12-01")),
            (Form::Stage, json!({"id": "7", "name": "Won"})),
            (Form::Money, json!(NONE)),
        ] {
            let there = Properties::from_iter([("it".to_owned(), written(form, &argument).into())]);
            assert!(holds(form, &argument, &there, "it"), "{form:?}: {there:?}");
            let other = Properties::from_iter([("it".to_owned(), "77".into())]);
            assert!(!holds(form, &argument, &other, "it"), "{form:?}");
        }
    }

    #[test]
    fn amounts_and_days_are_compared_by_what_they_mean() {
        for (form, there, shown) in [
            (Form::Money, "48000", "48000.00"),
            (Form::Money, "48000.5", "48000.50"),
            (Form::Money, "1.2345", "1.2345"),
            (Form::Day, "2026-12-01T23:30:00Z", "2026-12-01"),
            (Form::Day, "1796083200000", "2026-12-01"),
            (Form::Day, "2026-12-01", "2026-12-01"),
            (Form::Lower, "Ann@Acme.Example", "ann@acme.example"),
        ] {
            assert_eq!(plain(form, there), shown, "{there}");
        }
    }
}
