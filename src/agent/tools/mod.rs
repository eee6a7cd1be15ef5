//! The tools that the agent may call, one file each, and the one list of them.

mod artifacts;
pub mod ask_person;
pub mod create_chart;
pub mod create_dashboard;
pub mod create_report;
pub mod create_schedule;
pub mod describe_system;
pub mod describe_tables;
pub mod export_data;
pub mod fetch_url;
pub mod keep_notes;
pub mod list_connected_systems;
pub mod manage_memory;
pub mod propose_write;
pub mod query_system;
pub mod run_sql_query;
pub mod run_sql_write;
pub mod search_documents;
pub mod systems;
pub mod trigger_sync;
pub mod web_search;

use super::transcript::Transcript;
use crate::base::ids::{ChannelId, ConversationId, TurnId};
use crate::base::viewer::Viewer;
use crate::models::ToolSpec;
use crate::store::{Db, StoreError};
use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// What calling a tool does to the world. There is no default: each tool says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    LocalRead,
    ExternalRead,
    /// Changes Penny's own data: tracked and reversible.
    LocalWrite,
    /// Changes something outside: only ever as an approved proposal.
    ExternalWrite,
}

/// How a call ended, in the terms of the one who reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// For the model, as data.
    Result(String),
    /// A person has to act first; the turn waits without holding a worker.
    Parked,
}

/// Why a call has no outcome. Who runs the calls tells the model, unless the store failed.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// What was wrong with the call and what to do instead.
    #[error("{0}")]
    Refused(String),
    /// What the model can do nothing about.
    #[error("{0}")]
    Unavailable(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends a call back to the model.
pub fn refused<T>(why: impl Into<String>) -> Result<T, ToolError> {
    Err(ToolError::Refused(why.into()))
}

/// Finds out who will see the answer. Asked only when a tool needs it, because it may cost
/// calls to Slack.
#[async_trait]
pub trait Eyes: Send + Sync {
    async fn viewer(&self) -> Result<Viewer, ToolError>;

    /// Whether Penny may write in a channel that the asker named. Without a Slack there is none.
    async fn whereabouts(&self, _named: &str) -> Result<Whereabouts, ToolError> {
        Ok(Whereabouts::PennyIsNotThere)
    }
}

/// A channel, and its name for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub channel: ChannelId,
    pub name: String,
}

/// Who is in a channel that somebody named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    Both(Place),
    /// Or there is no such channel, as far as the asker may know.
    PennyIsNotThere,
    TheyAreNotThere,
}

/// What a tool knows of the call.
pub struct ToolContext<'a> {
    pub db: &'a Db,
    pub eyes: &'a dyn Eyes,
    pub conversation: ConversationId,
    pub turn: TurnId,
    /// Nobody asked for it just now: a schedule was due.
    pub is_scheduled: bool,
    /// What was said and looked up before.
    pub transcript: &'a Transcript,
    /// The same for every attempt at this call, so that a write can be made once.
    pub tool_use_id: &'a str,
}

#[async_trait]
pub trait Tool: Send + Sync {
    fn spec(&self) -> ToolSpec;

    fn effect(&self) -> Effect;

    /// A few words for the task card, such as “Reading the pipeline”.
    fn title(&self, input: &Value) -> String;

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError>;
}

/// The tools that an agent has, in a stable order (the model's cache depends on it).
#[derive(Clone)]
pub struct Toolbox {
    tools: Arc<[Arc<dyn Tool>]>,
    specs: Arc<[ToolSpec]>,
}

impl std::fmt::Debug for Toolbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.specs.iter().map(|spec| &spec.name))
            .finish()
    }
}

impl Toolbox {
    pub fn new(tools: Vec<Arc<dyn Tool>>) -> Self {
        Self {
            specs: tools.iter().map(|tool| tool.spec()).collect(),
            tools: tools.into(),
        }
    }

    pub fn specs(&self) -> Arc<[ToolSpec]> {
        self.specs.clone()
    }

    pub fn find(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        let place = self.specs.iter().position(|spec| spec.name == name)?;
        self.tools.get(place)
    }

    /// What to say when the model calls something that is not there.
    pub fn unknown(&self, name: &str) -> String {
        let names: Vec<_> = self.specs.iter().map(|spec| spec.name.as_str()).collect();
        format!(
            "There is no tool {name:?}. The tools are: {}.",
            names.join(", ")
        )
    }
}

/// Reads a tool's arguments into its own type, which is also its schema; the error is for the model.
pub fn arguments<T: DeserializeOwned>(input: Value) -> Result<T, ToolError> {
    // A model that breaks off inside its JSON leaves the raw text behind.
    if let Value::String(raw) = &input {
        return refused(format!(
            "The arguments are not valid JSON ({} characters arrived). Send the call again, whole.",
            raw.chars().count()
        ));
    }
    serde_json::from_value(input).map_err(|error| {
        ToolError::Refused(format!(
            "The arguments do not fit the tool's schema: {error}. Correct them and call it again."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Input {
        sql: String,
    }

    #[test]
    fn what_does_not_fit_is_sent_back_with_what_to_do_about_it() {
        let said = |input| arguments::<Input>(input).unwrap_err().to_string();
        assert_eq!(
            said(json!("{\"sql\": \"sel")),
            "The arguments are not valid JSON (12 characters arrived). Send the call again, whole."
        );
        assert_eq!(
            said(json!({})),
            "The arguments do not fit the tool's schema: missing field `sql`. Correct them and \
             call it again."
        );
    }
}
