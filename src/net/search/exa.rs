//! Exa: <https://docs.exa.ai/reference/search>.

use super::{Dialect, EXCERPT_CHARS, Found, day, line};
use serde_json::{Value, json};

pub(super) const DIALECT: Dialect = Dialect {
    name: "Exa",
    variable: "EXA_API_KEY",
    header: ("x-api-key", ""),
    question,
    found,
};

fn question(words: &str, at_most: usize) -> Value {
    json!({
        "query": words,
        "type": "auto",
        "numResults": at_most,
        "contents": { "text": { "maxCharacters": EXCERPT_CHARS } },
    })
}

fn found(answer: &Value) -> Option<Vec<Found>> {
    let results = answer.get("results")?.as_array()?;
    Some(results.iter().filter_map(page).collect())
}

fn page(result: &Value) -> Option<Found> {
    Some(Found {
        title: line(&result["title"], 200),
        url: result.get("url")?.as_str()?.to_owned(),
        date: day(&result["publishedDate"]),
        excerpt: line(&result["text"], EXCERPT_CHARS),
    })
}
