//! Finds pages on the web with the search engines that have a key. What a question may say is
//! checked: it goes to somebody outside.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments};
use crate::agent::provenance;
use crate::models::ToolSpec;
use crate::net::search::{Engine, Found};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write;

const NAME: &str = "web_search";
const DESCRIPTION: &str = "Searches the public web and returns pages with title, address, date and \
    an excerpt; fetch_url then reads one whole. For what the company's own data cannot know. The \
    question goes to a search engine outside the company: names of companies and products are \
    fine, but never put in figures, mail addresses, ids or sentences from the company's data. \
    Cite the addresses that an answer rests on.";

const QUESTION_CHARS: usize = 200;
const PAGES: usize = 6;
const MOST_PAGES: usize = 10;
/// Searches for one request of a person.
const MOST_CALLS: usize = 12;

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// What to find, in at most 200 characters.
    question: String,
    /// How many pages, 1 to 10; 6 if left out.
    pages: Option<usize>,
}

#[derive(Debug)]
pub struct WebSearch {
    engines: Vec<Engine>,
}

impl WebSearch {
    /// None without an engine to ask.
    pub fn new(engines: Vec<Engine>) -> Option<Self> {
        (!engines.is_empty()).then_some(Self { engines })
    }

    async fn search(&self, question: &str, pages: usize) -> Result<String, String> {
        let mut complaints = Vec::new();
        for engine in &self.engines {
            match engine.search(question, pages).await {
                Ok(found) => return Ok(listed(engine.name(), &found)),
                Err(error) => {
                    tracing::warn!(%error, "a search on the web failed");
                    complaints.push(error.to_string());
                }
            }
        }
        Err(format!(
            "The web cannot be searched now: {}. Say so, and answer without it.",
            complaints.join("; ")
        ))
    }
}

#[async_trait]
impl Tool for WebSearch {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::ExternalRead
    }

    fn title(&self, input: &Value) -> String {
        let question = input.get("question").and_then(Value::as_str);
        let short: String = question.unwrap_or_default().chars().take(60).collect();
        match short.trim() {
            "" => "Searching the web".to_owned(),
            short => format!("Searching the web for “{short}”"),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let question = input.question.trim();
        may_ask(context, question).map_err(ToolError::Refused)?;
        let pages = input.pages.unwrap_or(PAGES).clamp(1, MOST_PAGES);
        let said = self.search(question, pages).await;
        said.map(Outcome::Result).map_err(ToolError::Refused)
    }
}

fn may_ask(context: &ToolContext<'_>, question: &str) -> Result<(), String> {
    if !(1..=QUESTION_CHARS).contains(&question.chars().count()) {
        return Err(format!(
            "A question has 1 to {QUESTION_CHARS} characters. Ask in fewer words."
        ));
    }
    if question.contains("://") {
        return Err("Search with words; an address is read with fetch_url.".to_owned());
    }
    if provenance::calls_since_input(context.transcript, NAME) > MOST_CALLS {
        return Err(format!(
            "That were {MOST_CALLS} searches for one request, which is the most. Answer with what \
             you found, and say what is missing."
        ));
    }
    match provenance::private_part(context.transcript, question) {
        None => Ok(()),
        Some(part) => Err(format!(
            "“{part}” comes from the company's data and would go to a search engine outside. Search \
             without it."
        )),
    }
}

/// Without the question: what comes back counts as written by others.
fn listed(engine: &str, found: &[Found]) -> String {
    let mut text = match found.len() {
        0 => return "Nothing was found. Try other words.".to_owned(),
        1 => format!("1 page, found by {engine}:\n"),
        number => format!("{number} pages, found by {engine}:\n"),
    };
    for (number, page) in (1..).zip(found) {
        let title = if page.title.is_empty() {
            "Without a title"
        } else {
            &page.title
        };
        let _ = write!(text, "\n{number}. {title}\n   {}", page.url);
        if let Some(date) = &page.date {
            let _ = write!(text, " · {date}");
        }
        if !page.excerpt.is_empty() {
            let _ = write!(text, "\n   {}", page.excerpt);
        }
        text.push('\n');
    }
    text
}
