//! Tells which systems feed the company's data and how fresh they are. The same sandbox answers
//! as for any query, so a colleague's own account stays their own.

use super::run_sql_query::outcome;
use super::{Effect, Outcome, Tool, ToolContext, ToolError};
use crate::models::ToolSpec;
use crate::store::sandbox::Sandbox;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::Arc;

const NAME: &str = "list_connected_systems";
const DESCRIPTION: &str = "Lists the systems whose data is here (CRM, mail, calendar, issues, \
    code, files …), with their health, when each was last read, what that brought and how long it \
    took, and how many rows there are of it by now (row_counts, by table). \
    Call it when a question is about a system, or when data may be missing or old.";

const QUERY: &str = "select name, system, scope, health, health_note, last_synced_at, \
    last_rows_read, last_rows_changed, last_read_seconds, last_read_is_whole, row_counts \
    from connections order by name";

pub struct ListConnectedSystems {
    sandbox: Arc<Sandbox>,
}

impl ListConnectedSystems {
    pub fn new(sandbox: Arc<Sandbox>) -> Self {
        Self { sandbox }
    }
}

#[async_trait]
impl Tool for ListConnectedSystems {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: NAME.to_owned(),
            description: DESCRIPTION.to_owned(),
            input_schema: json!({"type": "object", "properties": {}}),
        }
    }

    fn effect(&self) -> Effect {
        Effect::LocalRead
    }

    fn title(&self, _: &Value) -> String {
        "Checking which systems are connected".to_owned()
    }

    async fn call(&self, context: &ToolContext<'_>, _: Value) -> Result<Outcome, ToolError> {
        let viewer = context.eyes.viewer().await?;
        let result = self.sandbox.run(&viewer, QUERY).await;
        outcome(result.map(|table| {
            if table.rows.is_empty() {
                "No system is connected yet, or none that everybody here may know of.".to_owned()
            } else {
                table.to_toon()
            }
        }))
    }
}
