//! Sets a report of text, tables and charts as a PDF and puts it into the thread.

use super::artifacts::make;
use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments};
use crate::models::ToolSpec;
use crate::reports::{Maker, Part, Recipe};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

const DESCRIPTION: &str = "Sets a report as a PDF (title, headline, text, tables, charts, page \
    numbers, and where the figures come from) and puts it into this thread. Write the text in \
    Markdown: headings, lists, tables, links to sources. Tables and charts come from `parts`, \
    each a query: put {{name}} on a line of its own where it is to stand. Write figures within \
    sentences as {{name.column}} (of the part's first row, with the currency before it) rather \
    than as digits, so that they are right when the report is run again. Look at the data with run_sql_query first, so that \
    the text says what matters: the conclusion first.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    title: String,
    /// The conclusion in one or two sentences. It stands below the title and in the message.
    headline: String,
    /// The text, with {{name}} where each part is to stand.
    markdown: String,
    #[serde(default)]
    parts: Vec<Part>,
}

pub struct CreateReport {
    maker: Maker,
}

impl CreateReport {
    pub fn new(maker: Maker) -> Self {
        Self { maker }
    }
}

#[async_trait]
impl Tool for CreateReport {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>("create_report", DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, _: &Value) -> String {
        "Setting the report".to_owned()
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let recipe = Recipe::Report {
            title: input.title,
            headline: input.headline,
            markdown: input.markdown,
            parts: input.parts,
        };
        make(&self.maker, context, &recipe).await
    }
}
