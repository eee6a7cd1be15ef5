//! The part of JSON Schema that inputs, outputs and answers are described with: types,
//! properties, required ones, items and listed values. Anything else is refused when it is
//! written, so that nothing looks checked that is not.

use serde_json::{Map, Value, json};

#[derive(Debug, Clone, PartialEq)]
pub struct Schema(Value);

const KNOWN: [&str; 9] = [
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "description",
    "title",
    "default",
    "$schema",
];
const TYPES: [&str; 7] = [
    "object", "array", "string", "number", "integer", "boolean", "null",
];

impl Schema {
    /// Or what is wrong, with its place below the schema.
    pub fn read(value: &Value) -> Result<Self, (String, String)> {
        check(value, "")?;
        Ok(Self(value.clone()))
    }

    pub fn value(&self) -> &Value {
        &self.0
    }

    /// What of the value does not fit, with its place.
    pub fn objection(&self, value: &Value) -> Option<String> {
        objection(&self.0, value, "")
    }
}

fn check(schema: &Value, at: &str) -> Result<(), (String, String)> {
    let wrong = |said: String| Err((at.to_owned(), said));
    let Some(fields) = schema.as_object() else {
        return wrong("a JSON Schema is an object, such as {\"type\": \"string\"}".to_owned());
    };
    for (name, value) in fields {
        let fits = match name.as_str() {
            "type" => value.as_str().is_some_and(|it| TYPES.contains(&it)),
            "required" => value
                .as_array()
                .is_some_and(|all| all.iter().all(Value::is_string)),
            "enum" => value.is_array(),
            "properties" => value.is_object(),
            name => KNOWN.contains(&name),
        };
        if !fits {
            return wrong(format!(
                "{name:?} is not understood here; what is: {} (types: {})",
                KNOWN[..6].join(", "),
                TYPES.join(", ")
            ));
        }
    }
    for (name, inner) in properties(schema) {
        check(inner, &format!("{at}.properties.{name}"))?;
    }
    match fields.get("items") {
        Some(items) => check(items, &format!("{at}.items")),
        None => Ok(()),
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let found = schema.get("properties").and_then(Value::as_object);
    found.into_iter().flat_map(Map::iter)
}

fn objection(schema: &Value, value: &Value, at: &str) -> Option<String> {
    let place = if at.is_empty() {
        "it"
    } else {
        at.trim_start_matches('.')
    };
    if let Some(wanted) = schema.get("type").and_then(Value::as_str)
        && !is_of(wanted, value)
    {
        return Some(format!(
            "{place} should be of type {wanted}, and is {}",
            type_of(value)
        ));
    }
    if let Some(listed) = schema.get("enum").and_then(Value::as_array)
        && !listed.contains(value)
    {
        return Some(format!("{place} should be one of {}", json!(listed)));
    }
    let required = schema.get("required").and_then(Value::as_array);
    let missing = required.into_iter().flatten().filter_map(Value::as_str);
    for name in missing {
        if value.is_object() && value.get(name).is_none() {
            return Some(format!("{name:?} is missing in {place}"));
        }
    }
    let mut inner = properties(schema)
        .filter_map(|(name, schema)| objection(schema, value.get(name)?, &format!("{at}.{name}")));
    if let Some(found) = inner.next() {
        return Some(found);
    }
    let items = schema.get("items")?;
    let mut all = value.as_array()?.iter().enumerate();
    all.find_map(|(number, item)| objection(items, item, &format!("{at}.{number}")))
}

fn is_of(wanted: &str, value: &Value) -> bool {
    match wanted {
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        wanted => type_of(value) == wanted,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What a window for a new workflow begins with.
pub fn example() -> Value {
    json!({
        "about": "Tells the team which open deals nobody has touched",
        "on": "by hand",
        "steps": [
            {"id": "deals", "query": "select name, amount from deals where status = 'open' order by amount desc limit 20"},
            {"id": "summary", "model": "Two sentences on these deals: {{steps.deals.rows}}"},
            {"id": "tell", "message": "{{steps.summary.text}}"},
        ],
    })
}
