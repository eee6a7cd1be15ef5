//! Answers questions from the company's data with SQL that the model writes. The sandbox decides
//! what may run and which rows the people who will read the answer may see.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused};
use crate::models::ToolSpec;
use crate::store::sandbox::{QueryError, Sandbox};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

const NAME: &str = "run_sql_query";
const DESCRIPTION: &str = "Runs one read-only PostgreSQL SELECT over the company's data and \
    returns the rows. Call describe_tables first for tables you have not seen. Let the database \
    count, sum and compare: every figure in an answer must come from a result. Only rows that \
    everybody in this conversation may see are there. At most 200 rows come back, so aggregate, \
    filter and LIMIT.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// One SELECT, or WITH … SELECT.
    sql: String,
    /// What it finds out, in three to six words that people see while it runs, such as
    /// “open deals by owner”.
    #[serde(default)]
    purpose: String,
}

pub struct RunSqlQuery {
    sandbox: Arc<Sandbox>,
}

impl RunSqlQuery {
    pub fn new(sandbox: Arc<Sandbox>) -> Self {
        Self { sandbox }
    }
}

#[async_trait]
impl Tool for RunSqlQuery {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalRead
    }

    fn title(&self, input: &Value) -> String {
        let purpose =
            Input::deserialize(input).map_or_else(|_| String::new(), |input| input.purpose);
        match purpose.trim() {
            "" => "Looking up the company's data".to_owned(),
            purpose => {
                let short: String = purpose.chars().take(60).collect();
                format!("Looking up {short}")
            }
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let viewer = context.eyes.viewer().await?;
        outcome(
            self.sandbox
                .run(&viewer, &input.sql)
                .await
                .map(|table| table.to_toon()),
        )
    }
}

/// A result for the model, an error that it can act on, or one that it cannot.
pub(super) fn outcome(result: Result<String, QueryError>) -> Result<Outcome, ToolError> {
    match result {
        Ok(text) => Ok(Outcome::Result(text)),
        Err(QueryError::Store(error)) => Err(error.into()),
        Err(told) => refused(told.to_string()),
    }
}
