//! Draws the result of a query as a chart and puts it into the thread.

use super::artifacts::make;
use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments};
use crate::models::ToolSpec;
use crate::reports::chart::Look;
use crate::reports::{Maker, Recipe};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

const DESCRIPTION: &str = "Draws one read-only SELECT as a chart (bar, line, area, pie, scatter, \
    funnel, heat_map) or a table, and puts it into this thread. Select the label first and then \
    the figures, in the order in which they are to stand; for several lines or groups either one \
    column of figures each, or a `series` column. Round and aggregate in the query. Dates are \
    recognised. At most 2,000 rows; 5 to 20 categories are read best. It is kept with its query, \
    so that people can run it again.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// What people read above it, such as “Open pipeline by stage”; at most 50 characters are best.
    title: String,
    /// One SELECT, or WITH … SELECT, as for run_sql_query.
    sql: String,
    #[serde(flatten)]
    look: Look,
}

pub struct CreateChart {
    maker: Maker,
}

impl CreateChart {
    pub fn new(maker: Maker) -> Self {
        Self { maker }
    }
}

#[async_trait]
impl Tool for CreateChart {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>("create_chart", DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, input: &Value) -> String {
        match input.get("title").and_then(Value::as_str) {
            Some(title) => format!("Drawing {}", title.chars().take(60).collect::<String>()),
            None => "Drawing a chart".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let recipe = Recipe::Chart {
            title: input.title,
            sql: input.sql,
            look: input.look,
        };
        make(&self.maker, context, &recipe).await
    }
}
