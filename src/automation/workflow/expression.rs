//! Values of a definition with references in them: `{{steps.deals.rows}}`. A reference is a path
//! and nothing else, so filling a template always ends and never fails: what is not there is null.

use serde_json::{Map, Value};
use std::sync::Arc;

/// What references are looked up in. The scope of an item lies within that of its loop, and shares
/// it with the scopes of all others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    outer: Option<Arc<Scope>>,
    values: Map<String, Value>,
    steps: Map<String, Value>,
}

impl Scope {
    pub fn new(input: Value, run: Value, notes: Value) -> Self {
        let values = [("input", input), ("run", run), ("notes", notes)];
        let values = values.map(|(name, value)| (name.to_owned(), value));
        Self {
            values: values.into_iter().collect(),
            ..Self::default()
        }
    }

    /// With one value more.
    pub fn within(outer: Arc<Self>, name: &str, value: Value) -> Self {
        Self {
            outer: Some(outer),
            values: Map::from_iter([(name.to_owned(), value)]),
            ..Self::default()
        }
    }

    /// The output of a step, for those after it.
    pub fn keep(&mut self, step: &str, output: Value) {
        self.steps.insert(step.to_owned(), output);
    }

    /// What a path leads to; null if nothing is there.
    pub fn look(&self, path: &str) -> Value {
        let mut parts = path.split('.').map(str::trim);
        let mut found = match parts.next() {
            Some("steps") => parts
                .next()
                .and_then(|step| self.find(|scope| scope.steps.get(step))),
            Some(root) => self.find(|scope| scope.values.get(root)),
            None => None,
        };
        for part in parts {
            found = found.and_then(|value| match value {
                Value::Array(items) => items.get(part.parse::<usize>().ok()?),
                other => other.get(part),
            });
        }
        found.cloned().unwrap_or(Value::Null)
    }

    fn find<'a>(&'a self, of: impl Fn(&'a Self) -> Option<&'a Value>) -> Option<&'a Value> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(found) = of(here) {
                return Some(found);
            }
            scope = here.outer.as_deref();
        }
        None
    }
}

/// A value of any depth whose texts may hold references.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(pub Value);

impl Template {
    /// A text that is one reference becomes what that is, whatever its type.
    pub fn fill(&self, scope: &Scope) -> Value {
        filled(&self.0, scope)
    }

    /// As text, with each value as `shown` writes it.
    pub fn text(&self, scope: &Scope, shown: impl Fn(&Value) -> String) -> String {
        let Value::String(text) = &self.0 else {
            return shown(&self.fill(scope));
        };
        let mut out = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Reference(path) => out.push_str(&shown(&scope.look(path))),
            }
        }
        out
    }

    /// As SQL: each value is a literal, which can be nothing else.
    pub fn sql(&self, scope: &Scope) -> String {
        self.text(scope, literal)
    }
}

/// A value in a sentence.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        // `x -{{n}}` with a minus in `n` would begin a comment.
        Value::Number(number) if number.to_string().starts_with('-') => format!("({number})"),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        other => quoted(&other.to_string()),
    }
}

/// Standard strings know no escape but the doubled quote, and Postgres takes no NUL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

fn filled(value: &Value, scope: &Scope) -> Value {
    match value {
        Value::String(text) => match pieces(text).as_slice() {
            [Piece::Reference(path)] => scope.look(path),
            _ => Value::String(Template(value.clone()).text(scope, plain)),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, scope)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            Value::Object(
                fields
                    .map(|(name, it)| (name.clone(), filled(it, scope)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    Reference(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((path, behind)) = after.split_once("}}") else {
            break;
        };
        if !before.is_empty() {
            found.push(Piece::Text(before));
        }
        found.push(Piece::Reference(path.trim()));
        rest = behind;
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    found
}

/// All paths that a value refers to.
pub fn references(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            let found = pieces(text).into_iter().filter_map(|piece| match piece {
                Piece::Reference(path) => Some(path.to_owned()),
                Piece::Text(_) => None,
            });
            found.collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(fields) => fields.values().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
