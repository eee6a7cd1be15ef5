//! Perplexity: <https://docs.perplexity.ai/api-reference/search-post>.

use super::{Dialect, EXCERPT_CHARS, Found, day, line};
use serde_json::{Value, json};

pub(super) const DIALECT: Dialect = Dialect {
    name: "Perplexity",
    variable: "PERPLEXITY_API_KEY",
    header: ("authorization", "Bearer "),
    question,
    found,
};

fn question(words: &str, at_most: usize) -> Value {
    // About four characters a token.
    json!({ "query": words, "max_results": at_most, "max_tokens_per_page": EXCERPT_CHARS / 4 })
}

fn found(answer: &Value) -> Option<Vec<Found>> {
    let results = answer.get("results")?.as_array()?;
    Some(results.iter().filter_map(page).collect())
}

fn page(result: &Value) -> Option<Found> {
    Some(Found {
        title: line(&result["title"], 200),
        url: result.get("url")?.as_str()?.to_owned(),
        date: day(&result["date"]),
        excerpt: line(&result["snippet"], EXCERPT_CHARS),
    })
}
