//! What issue trackers have in common, where their words become those of the company's tables.

use serde_json::Value;

/// What sort of work an issue is. Trackers say it with labels, if they say it.
pub fn kind_of<'a>(labels: impl IntoIterator<Item = &'a str>) -> &'static str {
    let kinds = [
        ("bug", "bug"),
        ("defect", "bug"),
        ("feature", "feature"),
        ("improvement", "improvement"),
        ("enhancement", "improvement"),
    ];
    labels
        .into_iter()
        .find_map(|label| {
            let label = label.to_lowercase();
            let known = kinds.iter().find(|(word, _)| label.contains(word))?;
            Some(known.1)
        })
        .unwrap_or("chore")
}

/// How urgent an issue is, where labels say it, such as “priority: high” or “P1”.
pub fn priority_of<'a>(labels: impl IntoIterator<Item = &'a str>) -> &'static str {
    let priorities = [
        ("urgent", "urgent"),
        ("critical", "urgent"),
        ("p0", "urgent"),
        ("high", "high"),
        ("p1", "high"),
        ("medium", "medium"),
        ("p2", "medium"),
        ("low", "low"),
        ("p3", "low"),
    ];
    labels
        .into_iter()
        .find_map(|label| {
            let label = label.to_lowercase();
            let mut words = label.split(|c: char| !c.is_alphanumeric());
            words.find_map(|word| Some(priorities.iter().find(|(it, _)| *it == word)?.1))
        })
        .unwrap_or("none")
}

/// Takes out what Postgres cannot keep in a text.
pub fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', ""),
        Value::Array(items) => items.iter_mut().for_each(without_nul),
        Value::Object(fields) => fields.values_mut().for_each(without_nul),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_tell_what_sort_of_work_it_is() {
        for (labels, kind) in [
            (vec!["Backend", "Bug"], "bug"),
            (vec!["type: feature"], "feature"),
            (vec!["Enhancement"], "improvement"),
            (vec![], "chore"),
            (vec!["docs"], "chore"),
        ] {
            assert_eq!(kind_of(labels.clone()), kind, "{labels:?}");
        }
    }

    #[test]
    fn labels_tell_how_urgent_it_is() {
        assert_eq!(priority_of(["area/api", "priority: high"]), "high");
        assert_eq!(priority_of(["P0"]), "urgent");
        assert_eq!(priority_of(["highlight"]), "none");
    }

    #[test]
    fn no_zero_reaches_the_database() {
        let mut value = json!({"a": ["x\u{0}y", 1], "b": {"c": "\u{0}"}});
        without_nul(&mut value);
        assert_eq!(value, json!({"a": ["xy", 1], "b": {"c": ""}}));
    }
}
