//! One log line: the fields of an event and of the spans around it, as text for a person or as
//! JSON for a machine. Nothing that a stranger wrote can start a line of its own, move a
//! terminal's cursor or show a credential.

use super::redact::redact;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use std::error::Error;
use std::fmt::{self, Write};
use tracing::field::{Field, Visit};
use tracing::{Level, Metadata};

/// Fields with these names are masked whatever they hold: their values have no shape of their own.
const SECRET_NAMES: &[&str] = &[
    "api_key",
    "authorization",
    "password",
    "secret",
    "signature",
    "signing_secret",
];

/// Recorded fields in the order of their first mention; a later value replaces an earlier one.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    pub fn extend(&mut self, later: Fields) {
        for (name, value) in later.0 {
            self.set(name, value);
        }
    }

    fn set(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(entry) => entry.1 = value,
            None => self.0.push((name, value)),
        }
    }

    fn set_text(&mut self, field: &Field, text: &str) {
        let name = field.name();
        let last = name.rsplit('.').next().unwrap_or(name);
        let text = if SECRET_NAMES.contains(&last) {
            "[redacted]".into()
        } else {
            redact(text)
        };
        self.set(name, Value::String(text.into_owned()));
    }

    fn split_message(self) -> (String, Vec<(&'static str, Value)>) {
        let (message, fields): (Vec<_>, Vec<_>) =
            self.0.into_iter().partition(|(name, _)| *name == "message");
        let message = message.into_iter().next().map(|(_, value)| plain(&value));
        (message.unwrap_or_default(), fields)
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field.name(), Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field.name(), Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), Value::from(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set_text(field, value);
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        self.set_text(field, &text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set_text(field, &format!("{value:?}"));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Pretty { colour: bool },
    Json,
}

impl Format {
    /// The whole line, its end included.
    pub fn line(self, at: DateTime<Utc>, about: &Metadata<'_>, fields: Fields) -> String {
        let (message, fields) = fields.split_message();
        match self {
            Self::Pretty { colour } => pretty(at, about, &message, &fields, colour),
            Self::Json => json(at, about, message, fields),
        }
    }
}

fn pretty(
    at: DateTime<Utc>,
    about: &Metadata<'_>,
    message: &str,
    fields: &[(&'static str, Value)],
    colour: bool,
) -> String {
    let (level_colour, dim, reset) = match (colour, *about.level()) {
        (false, _) => ("", "", ""),
        (true, Level::ERROR) => ("\x1b[31m", "\x1b[2m", "\x1b[0m"),
        (true, Level::WARN) => ("\x1b[33m", "\x1b[2m", "\x1b[0m"),
        (true, _) => ("\x1b[32m", "\x1b[2m", "\x1b[0m"),
    };
    let mut line = format!(
        "{dim}{}{reset} {level_colour}{:>5}{reset} ",
        at.format("%H:%M:%S%.3f"),
        about.level().as_str(),
    );
    push_visible(&mut line, message);
    for (name, value) in fields {
        // Writing to a String cannot fail.
        let _ = write!(line, " {dim}{name}={reset}");
        let text = plain(value);
        if text.is_empty() || text.contains([' ', '"', '=']) {
            push_visible(&mut line, &Value::String(text).to_string());
        } else {
            push_visible(&mut line, &text);
        }
    }
    line.push('\n');
    line
}

fn json(
    at: DateTime<Utc>,
    about: &Metadata<'_>,
    message: String,
    fields: Vec<(&'static str, Value)>,
) -> String {
    let head = [
        ("timestamp", at.to_rfc3339_opts(SecondsFormat::Millis, true)),
        ("level", about.level().to_string()),
        ("target", about.target().to_owned()),
        ("message", message),
    ];
    let mut line = String::from("{");
    for (name, value) in &head {
        push_member(&mut line, name, &Value::String(value.clone()));
    }
    for (name, value) in fields {
        if head.iter().any(|(reserved, _)| *reserved == name) {
            push_member(&mut line, &format!("field.{name}"), &value);
        } else {
            push_member(&mut line, name, &value);
        }
    }
    line.push_str("}\n");
    line
}

fn push_member(line: &mut String, name: &str, value: &Value) {
    if line.len() > 1 {
        line.push(',');
    }
    let _ = write!(line, "{}:", Value::from(name));
    for character in value.to_string().chars() {
        if is_invisible(character) {
            // All of them lie below U+10000, so one escape is enough.
            let _ = write!(line, "\\u{:04x}", u32::from(character));
        } else {
            line.push(character);
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn push_visible(line: &mut String, text: &str) {
    for character in text.chars() {
        if is_invisible(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
}

/// Control characters, line separators, and what turns the direction of text around.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
