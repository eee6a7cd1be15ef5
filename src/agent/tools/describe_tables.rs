//! Tells the model which tables there are and what their columns mean.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused};
use crate::models::ToolSpec;
use crate::store::sandbox::{View, describe, views};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write;

const NAME: &str = "describe_tables";
const DESCRIPTION: &str = "Without names: lists the tables that run_sql_query can read. With \
    names: their columns, types and what they mean. Describe all tables that a question needs in \
    one call.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// Tables to describe, such as ["deals", "pipeline_stages"]. Leave it out to list all tables.
    #[serde(default)]
    tables: Vec<String>,
}

#[derive(Debug, Default)]
pub struct DescribeTables;

#[async_trait]
impl Tool for DescribeTables {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalRead
    }

    fn title(&self, input: &Value) -> String {
        let names: Vec<&str> = input
            .get("tables")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        match names.as_slice() {
            [] => "Looking at which tables there are".to_owned(),
            [one] => format!("Looking at the table {one}"),
            [first, second] => format!("Looking at the tables {first} and {second}"),
            [first, rest @ ..] => format!("Looking at the table {first} and {} more", rest.len()),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let Input { mut tables } = arguments(input)?;
        if tables.is_empty() {
            return Ok(Outcome::Result(list(&describe(context.db, None).await?)));
        }
        for name in &mut tables {
            *name = name.trim().trim_start_matches("agent.").to_lowercase();
        }
        let (known, unknown): (Vec<String>, Vec<String>) = tables
            .into_iter()
            .partition(|name| views().contains(&name.as_str()));
        let mut text = String::new();
        for view in describe(context.db, Some(&known)).await? {
            columns(&mut text, &view);
        }
        if !unknown.is_empty() {
            let _ = writeln!(
                text,
                "There is no table {}. The tables are: {}.",
                unknown.join(", "),
                views().join(", ")
            );
        }
        if known.is_empty() {
            return refused(text);
        }
        Ok(Outcome::Result(text))
    }
}

fn list(all: &[View]) -> String {
    let mut text = String::new();
    for view in all {
        let _ = writeln!(text, "{}: {}", view.name, view.about);
    }
    text
}

fn columns(text: &mut String, view: &View) {
    let _ = writeln!(text, "{}: {}", view.name, view.about);
    for column in &view.columns {
        let _ = write!(text, "  {} {}", column.name, column.data_type);
        if let Some(about) = &column.about {
            let _ = write!(text, ": {about}");
        }
        text.push('\n');
    }
}
