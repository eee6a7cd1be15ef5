//! The arguments of what can be asked of or done in another system. One description serves the
//! model (as a JSON Schema), the check of what it sends, and the inputs of a person who edits it.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

pub type Arguments = Map<String, Value>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    /// For people, above an input and beside a change.
    pub label: &'static str,
    pub kind: Kind,
    pub is_required: bool,
    /// Whether [`NONE`] (for a list, an empty one) empties it.
    pub may_be_none: bool,
}

/// What is given, and read, for a field that is or becomes empty. Leaving a field out leaves it
/// as it is, and null counts as left out, since models send it for whatever they do not mean.
pub const NONE: &str = "none";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Which record it is about, by its id over there. Nobody edits it: another record is another
    /// proposal.
    Id,
    /// One line.
    Line,
    /// Several lines, in Markdown or plain.
    Text,
    /// An object or a list, as it is or as text.
    Json,
    /// A whole number.
    Count,
    /// A decimal number with up to two places, as text or as a number.
    Money,
    /// As in 2026-03-31.
    Date,
    /// One of a fixed few.
    Choice(&'static [&'static str]),
    /// Something that has a name over there, such as a stage, a person or a label: given by name
    /// or id, and resolved by the connector into `{"id": …, "name": …}`.
    Named(&'static str),
    Flag,
    /// Mail addresses.
    Mails,
    /// Short lines, such as labels.
    Lines,
}

const LINE_CHARS: usize = 500;
const TEXT_CHARS: usize = 20_000;
const MOST_ITEMS: usize = 50;

impl Field {
    pub const fn required(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            label,
            kind,
            is_required: true,
            may_be_none: false,
        }
    }

    pub const fn optional(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            label,
            kind,
            is_required: false,
            may_be_none: false,
        }
    }

    pub const fn or_none(self) -> Self {
        Self {
            may_be_none: true,
            ..self
        }
    }

    fn schema(&self) -> Value {
        let (kind, says) = match self.kind {
            Kind::Id => (
                json!("string"),
                "its id in the system (source_id in the tables)",
            ),
            Kind::Line | Kind::Text => (json!("string"), ""),
            Kind::Json => (json!("string"), "an object or a list, written as JSON"),
            Kind::Count => (json!("integer"), ""),
            Kind::Money => (json!(["number", "string"]), "without a currency sign"),
            Kind::Date => (json!("string"), "as YYYY-MM-DD"),
            Kind::Choice(_) => (json!("string"), ""),
            Kind::Named(what) => (json!("string"), what),
            Kind::Flag => (json!("boolean"), ""),
            Kind::Mails | Kind::Lines => (json!("array"), ""),
        };
        let mut description = match says {
            "" => self.label.to_owned(),
            says => format!("{}: {says}", self.label),
        };
        if self.may_be_none {
            let none = match self.kind {
                Kind::Mails | Kind::Lines => "[]",
                _ => NONE,
            };
            description = format!("{description}; {none} to empty it");
        }
        let mut schema = json!({"type": kind, "description": description});
        match self.kind {
            Kind::Choice(options) => schema["enum"] = json!(options),
            Kind::Mails | Kind::Lines => schema["items"] = json!({"type": "string"}),
            _ => {}
        }
        schema
    }

    /// One is as good as a list of one.
    fn listed(&self, value: &Value) -> Value {
        match (self.kind, value) {
            (Kind::Mails | Kind::Lines, Value::String(one)) if one != NONE => json!([one]),
            _ => value.clone(),
        }
    }

    /// What is wrong with a value, in words that fit behind “{label} ”.
    fn problem(&self, value: &Value) -> Option<String> {
        if self.may_be_none && is_none(value) {
            return None;
        }
        let text = value.as_str().unwrap_or_default();
        let chars = text.chars().count();
        let wrong = |said: &str| Some(said.to_owned());
        match self.kind {
            Kind::Id | Kind::Line if !value.is_string() || text.trim().is_empty() => {
                wrong("must be a line of text")
            }
            Kind::Id | Kind::Line if chars > LINE_CHARS || text.contains(['\n', '\r']) => Some(
                format!("must be one line of at most {LINE_CHARS} characters"),
            ),
            Kind::Text if !value.is_string() => wrong("must be text"),
            Kind::Text if chars > TEXT_CHARS => {
                Some(format!("must have at most {TEXT_CHARS} characters"))
            }
            Kind::Json if as_json(value).is_none() => {
                wrong("must be JSON, an object {…} or a list […]")
            }
            Kind::Json if value.to_string().chars().count() > TEXT_CHARS => {
                Some(format!("must have at most {TEXT_CHARS} characters"))
            }
            Kind::Count if !value.is_i64() => wrong("must be a whole number"),
            Kind::Money if cents(value).is_none() => {
                wrong("must be a number with at most two decimal places")
            }
            Kind::Date if text.parse::<NaiveDate>().is_err() => {
                wrong("must be a date such as 2026-03-31")
            }
            Kind::Choice(options) if !options.contains(&text) => {
                Some(format!("must be one of {}", options.join(", ")))
            }
            Kind::Named(_) if name_of(value).is_none() => wrong("must be a name or an id"),
            Kind::Flag if !value.is_boolean() => wrong("must be true or false"),
            Kind::Mails => items(value, is_mail)
                .err()
                .map(|()| format!("must be a list of 1 to {MOST_ITEMS} mail addresses")),
            Kind::Lines => items(value, |line| !line.trim().is_empty())
                .err()
                .map(|()| format!("must be a list of 1 to {MOST_ITEMS} short lines")),
            _ => None,
        }
    }
}

/// The JSON Schema of an object with these fields.
pub fn schema(fields: &[Field]) -> Value {
    let properties: Map<_, _> = fields
        .iter()
        .map(|field| (field.name.to_owned(), field.schema()))
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|field| field.is_required)
        .map(|field| field.name)
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// What is wrong with one argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of its field.
    pub field: String,
    /// A sentence.
    pub said: String,
}

/// Checks arguments against their fields; a field that is null counts as left out.
pub fn check(fields: &[Field], arguments: &Arguments) -> Result<Arguments, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, said: String| {
        problems.push(Problem {
            field: field.to_owned(),
            said,
        });
    };
    for name in arguments.keys() {
        if !fields.iter().any(|field| field.name == name) {
            let names: Vec<_> = fields.iter().map(|field| field.name).collect();
            let said = format!(
                "There is no field {name:?}; there are {}.",
                names.join(", ")
            );
            problem(name, said);
        }
    }
    let mut checked = Arguments::new();
    for field in fields {
        match arguments.get(field.name).filter(|value| !value.is_null()) {
            None if field.is_required => {
                problem(field.name, format!("{} is missing.", field.label));
            }
            None => {}
            Some(value) => {
                let value = field.listed(value);
                match field.problem(&value) {
                    Some(said) => problem(field.name, format!("{} {said}.", field.label)),
                    None => {
                        checked.insert(field.name.to_owned(), value);
                    }
                }
            }
        }
    }
    if problems.is_empty() {
        Ok(checked)
    } else {
        Err(problems)
    }
}

/// The name (or id) that a [`Kind::Named`] value was given by, resolved already or not.
pub fn name_of(value: &Value) -> Option<&str> {
    let name = value.as_str().or_else(|| value.get("name")?.as_str())?;
    Some(name.trim()).filter(|name| !name.is_empty() && name.chars().count() <= LINE_CHARS)
}

/// A [`Kind::Json`] value, written out or not.
pub fn as_json(value: &Value) -> Option<Value> {
    let read = match value {
        Value::String(text) => serde_json::from_str(text).ok()?,
        value => value.clone(),
    };
    (read.is_object() || read.is_array()).then_some(read)
}

/// Whether a value empties its field.
pub fn is_none(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        value => name_of(value) == Some(NONE),
    }
}

/// A [`Kind::Named`] value, resolved.
pub fn named(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name})
}

/// A [`Kind::Money`] value in hundredths.
pub fn cents(value: &Value) -> Option<i64> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let (whole, places) = text.split_once('.').unwrap_or((&text, ""));
    if places.len() > 2 || !places.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if digits.is_empty() || digits.len() > 13 || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{places:0<2}").parse().ok()
}

fn items(value: &Value, is_good: impl Fn(&str) -> bool) -> Result<(), ()> {
    let items = value.as_array().ok_or(())?;
    let fits = |item: &Value| {
        item.as_str()
            .is_some_and(|text| text.chars().count() <= LINE_CHARS && is_good(text))
    };
    let is_list = (1..=MOST_ITEMS).contains(&items.len()) && items.iter().all(fits);
    if is_list { Ok(()) } else { Err(()) }
}

/// One bare address: nothing that could become a second recipient or another header.
fn is_mail(text: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    is_plain(local) && domain.contains('.') && domain.split('.').all(is_plain)
}

#[cfg(test)]
mod tests;
