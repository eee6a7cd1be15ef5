//! What somebody starts a workflow with: typed behind its name, as JSON or in pairs, or filled into
//! a window, field by field. The workflow's `input` says what is a number and what a text.

use super::schema::Schema;
use serde_json::{Map, Value, json};

#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("This is no JSON: {0}.")]
    NoJson(#[from] serde_json::Error),
    #[error(
        "I don’t know what “{0}” is for: write name=value, such as days=3 or who=\"Acme Inc\"."
    )]
    NoPair(String),
    #[error("A quotation mark is left open.")]
    Open,
}

/// The name of the workflow, and what stands behind it: `stale deals {"days": 3}`, `stale-deals
/// who="Acme Inc" days=3`.
pub fn split(typed: &str) -> (&str, &str) {
    let typed = typed.trim();
    let pair = typed.find('=').map(|equals| {
        let before = typed[..equals].trim_end();
        let mut spaces = before.char_indices().rev();
        let space = spaces.find(|(_, character)| character.is_whitespace());
        space.map_or(0, |(at, space)| at + space.len_utf8())
    });
    let at = typed.find('{').into_iter().chain(pair).min();
    let (name, rest) = typed.split_at(at.unwrap_or(typed.len()));
    (name.trim(), rest.trim())
}

/// What was typed behind the name, as it fits the schema where that can be told.
pub fn read(typed: &str, schema: Option<&Schema>) -> Result<Value, Unread> {
    // Telephones write their own quotation marks.
    let straight = typed.replace(['“', '”', '„'], "\"");
    if straight.starts_with('{') {
        return Ok(serde_json::from_str(typed).or_else(|_| serde_json::from_str(&straight))?);
    }
    let mut fields = Map::new();
    for word in words(&straight)? {
        let pair = word.split_once('=').filter(|(name, _)| !name.is_empty());
        let Some((name, text)) = pair else {
            return Err(Unread::NoPair(word));
        };
        fields.insert(name.to_owned(), value(text, schema, name));
    }
    Ok(Value::Object(fields))
}

/// One field as a person writes it. What does not fit stays a text, which the schema objects to.
pub fn value(text: &str, schema: Option<&Schema>, name: &str) -> Value {
    let kind = schema.and_then(|schema| schema.type_of(name));
    match kind {
        Some("string") => json!(text),
        _ => serde_json::from_str(text.trim()).unwrap_or_else(|_| json!(text)),
    }
}

/// Parted at spaces, but not within quotation marks, which go.
fn words(typed: &str) -> Result<Vec<String>, Unread> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for character in typed.chars() {
        match character {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            space if space.is_whitespace() && !is_quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    match is_quoted {
        true => Err(Unread::Open),
        false => Ok(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn schema() -> Schema {
        let schema = json!({"type": "object", "properties": {
            "who": {"type": "string"}, "days": {"type": "integer"}, "all": {"type": "boolean"}}});
        Schema::read(&schema).unwrap()
    }

    #[test]
    fn a_name_ends_where_what_it_is_given_begins() {
        for (typed, name, rest) in [
            ("stale deals", "stale deals", ""),
            ("stale deals days=3", "stale deals", "days=3"),
            ("stale who = x", "stale", "who = x"),
            ("stale {\"a\": \"x=y\"}", "stale", "{\"a\": \"x=y\"}"),
            ("stale a={}", "stale", "a={}"),
            ("=3", "", "=3"),
            ("", "", ""),
        ] {
            assert_eq!(split(typed), (name, rest), "{typed}");
        }
    }

    #[test]
    fn pairs_are_read_as_the_schema_has_them() {
        let schema = schema();
        let read = |typed: &str| read(typed, Some(&schema)).unwrap();
        assert_eq!(
            read("who=42 days=3 all=true zip=\"01 234\""),
            json!({"who": "42", "days": 3, "all": true, "zip": "01 234"})
        );
        assert_eq!(
            read("who=“Acme Inc” days=soon"),
            json!({"who": "Acme Inc", "days": "soon"})
        );
        assert_eq!(read("{“days”: 3}"), json!({"days": 3}));
        assert_eq!(read(""), json!({}));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let said = |typed: &str| read(typed, None).unwrap_err().to_string();
        assert!(said("days").contains("“days”"));
        assert!(said("=3").contains("name=value"));
        assert!(said("who=\"Acme").contains("left open"));
        assert!(said("{\"days\"").contains("no JSON"));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_parted_without_a_loss(typed in "[a-zäö \\u{a0}={}\"\\[\\],:0-9]{0,40}") {
            let (name, rest) = split(&typed);
            let without = |text: &str| text.replace(char::is_whitespace, "");
            prop_assert_eq!(format!("{}{}", without(name), without(rest)), without(&typed));
            let _ = read(rest, None);
        }
    }
}
