//! Finds charts, reports and exports that were made before, as far as everybody who reads along
//! may see them.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments};
use crate::models::ToolSpec;
use crate::store::artifacts::{self, Listed};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

const MOST: i64 = 20;
const DESCRIPTION: &str = "Finds the charts, reports and exports that were made here before, \
    newest first, with what they say and when they were made. Without words it lists the newest.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// Words that all stand in it.
    #[serde(default)]
    words: String,
}

pub struct SearchDocuments;

#[async_trait]
impl Tool for SearchDocuments {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>("search_documents", DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalRead
    }

    fn title(&self, _: &Value) -> String {
        "Looking through earlier reports".to_owned()
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let words: Vec<String> = input.words.split_whitespace().map(str::to_owned).collect();
        let viewer = context.eyes.viewer().await?;
        let mut tx = context.db.org(viewer.org).await?;
        let found = artifacts::seen_by(&mut tx, &viewer, &words, MOST).await?;
        if found.is_empty() {
            return Ok(Outcome::Result(
                "No chart, report or export was found.".to_owned(),
            ));
        }
        let lines: Vec<String> = found.iter().map(line).collect();
        Ok(Outcome::Result(lines.join("\n")))
    }
}

fn line(found: &Listed) -> String {
    let words: String = found.words.chars().take(300).collect();
    format!(
        "- {} “{}” of {} (version {}), in {} of <#{}>: {words}",
        found.kind,
        found.title,
        found.made_at.format("%Y-%m-%d %H:%M UTC"),
        found.versions,
        match &found.thread {
            Some(thread) => format!("the thread {thread}"),
            None => "the main view".to_owned(),
        },
        found.channel,
    )
}
