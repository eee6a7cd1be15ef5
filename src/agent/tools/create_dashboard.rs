//! Makes a dashboard: a page of numbers, charts and tables with filters, which each person opens
//! with their own eyes. A picture of it goes into the thread.

use super::artifacts::make;
use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments};
use crate::models::ToolSpec;
use crate::reports::{Filter, Maker, Recipe, Tile};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

const DESCRIPTION: &str = "Makes a dashboard: a live page of numbers, charts and tables, each a \
    read-only SELECT, with filters. A picture of it is put into this thread, with a button by \
    which everybody opens the page with their own rights, fresh each time. Use it for what people \
    look at again and again; use create_chart for one answer and create_report for a document. Two \
    to four numbers first, then two to six charts, then a table. Filters are declared, and a \
    query uses them as :name, such as (:owner is null or p.name = :owner) and (:since is null or \
    d.close_date >= :since); nothing chosen is null. Aggregate and round in the queries. At most \
    12 tiles and 6 filters.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// What people read above it, such as “Pipeline”.
    title: String,
    #[serde(default)]
    filters: Vec<Filter>,
    tiles: Vec<Tile>,
}

pub struct CreateDashboard {
    maker: Maker,
}

impl CreateDashboard {
    pub fn new(maker: Maker) -> Self {
        Self { maker }
    }
}

#[async_trait]
impl Tool for CreateDashboard {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>("create_dashboard", DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, _: &Value) -> String {
        "Setting up the dashboard".to_owned()
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let recipe = Recipe::Dashboard {
            title: input.title,
            filters: input.filters,
            tiles: input.tiles,
        };
        make(&self.maker, context, &recipe).await
    }
}
