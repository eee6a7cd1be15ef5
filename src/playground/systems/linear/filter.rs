//! Linear's filters over records: comparators at the leaves, `and` and `or` at any depth.

use chrono::{DateTime, Utc};
use serde_json::Value;

pub fn matches(filter: &Value, record: &Value) -> bool {
    let Some(conditions) = filter.as_object() else {
        // No filter, or a variable that was not given.
        return true;
    };
    conditions.iter().all(|(name, condition)| {
        let mut any = condition.as_array().into_iter().flatten();
        match name.as_str() {
            "or" => any.any(|it| matches(it, record)),
            "and" => any.all(|it| matches(it, record)),
            "null" => condition.as_bool() == Some(record.is_null()),
            "eq" => record == condition,
            "in" => any.any(|it| it == record),
            "eqIgnoreCase" => lower(record) == lower(condition),
            "gte" => moment(record) >= moment(condition) && !record.is_null(),
            field => match &record[field] {
                // Of what is not there only that can be said.
                Value::Null => condition.get("null").is_some_and(|it| it == true),
                value => matches(condition, value),
            },
        }
    })
}

fn lower(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_lowercase()
}

fn moment(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}
