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

    /// The value with what it leaves out and the schema has a `default` for.
    pub fn filled(&self, value: &Value) -> Value {
        filled(&self.0, value)
    }

    /// What a property is, where that is said.
    pub fn type_of(&self, name: &str) -> Option<&str> {
        self.0.get("properties")?.get(name)?.get("type")?.as_str()
    }

    /// What a person is asked for, the required ones first.
    pub fn properties(&self) -> Vec<Property<'_>> {
        let listed = self.0.get("required").and_then(Value::as_array);
        let listed = listed.into_iter().flatten().filter_map(Value::as_str);
        let required: Vec<&str> = listed.collect();
        let optional = properties(&self.0).map(|(name, _)| name.as_str());
        let optional = optional.filter(|name| !required.contains(name));
        let all = required.iter().copied().chain(optional);
        let described = |name| Property {
            name,
            schema: self.0.get("properties").and_then(|all| all.get(name)),
            is_required: required.contains(&name),
        };
        all.map(described).collect()
    }

    /// What of the value does not fit, with its place.
    pub fn objection(&self, value: &Value) -> Option<String> {
        objection(&self.0, value, "")
    }
}

/// Of an object, as a window asks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Property<'a> {
    pub name: &'a str,
    schema: Option<&'a Value>,
    pub is_required: bool,
}

impl<'a> Property<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.schema?.get(name)?.as_str()
    }

    pub fn label(&self) -> &'a str {
        self.text("title").unwrap_or(self.name)
    }

    pub fn about(&self) -> &'a str {
        self.text("description").unwrap_or_default()
    }

    pub fn default(&self) -> Option<&'a Value> {
        self.schema?.get("default")
    }

    /// The only values that fit, where those are listed.
    pub fn choices(&self) -> Vec<Value> {
        let listed = self.schema.and_then(|it| it.get("enum")?.as_array());
        match (listed, self.text("type")) {
            (Some(listed), _) => listed.clone(),
            (None, Some("boolean")) => vec![Value::Bool(true), Value::Bool(false)],
            (None, _) => Vec::new(),
        }
    }

    /// It is written as JSON.
    pub fn is_structured(&self) -> bool {
        matches!(self.text("type"), Some("object" | "array"))
    }

    pub fn objection(&self, value: &Value) -> Option<String> {
        objection(self.schema?, value, "")
    }
}

fn filled(schema: &Value, value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(fields) = value.as_object_mut() {
        for (name, inner) in properties(schema) {
            match (fields.get(name), inner.get("default")) {
                (Some(given), _) => {
                    let given = filled(inner, given);
                    fields.insert(name.clone(), given);
                }
                (None, Some(default)) => {
                    fields.insert(name.clone(), default.clone());
                }
                (None, None) => {}
            }
        }
    }
    value
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
    if let Some(default) = fields.get("default")
        && let Some(objection) = objection(schema, default, "")
    {
        return wrong(format!("its `default` does not fit: {objection}"));
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
