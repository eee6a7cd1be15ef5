//! Writes the result of a query into a CSV or Excel file and puts it into the thread.

use super::artifacts::make;
use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments};
use crate::models::ToolSpec;
use crate::reports::{Format, Maker, Recipe};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

const DESCRIPTION: &str = "Writes all rows of one read-only SELECT (up to 50,000) into a file and \
    puts it into this thread: xlsx for Excel, csv for other programs. Name the columns for people \
    with AS, and order the rows. Use it whenever somebody wants a list that is longer than a few \
    lines, or a file.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// What the file is called, such as “Open deals”.
    title: String,
    /// One SELECT, or WITH … SELECT, as for run_sql_query.
    sql: String,
    format: Format,
}

pub struct ExportData {
    maker: Maker,
}

impl ExportData {
    pub fn new(maker: Maker) -> Self {
        Self { maker }
    }
}

#[async_trait]
impl Tool for ExportData {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>("export_data", DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, _: &Value) -> String {
        "Writing the file".to_owned()
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let recipe = Recipe::Export {
            title: input.title,
            sql: input.sql,
            format: input.format,
        };
        make(&self.maker, context, &recipe).await
    }
}
