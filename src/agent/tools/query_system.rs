//! Asks a connected system itself, for what is not in the tables or has to be fresh. It is asked
//! as the person who asks reaches it, and never where others would read what is theirs alone.

use super::systems::{find, may_use, not_connected};
use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused};
use crate::connectors::connections::Connections;
use crate::connectors::operation::{LookError, Query};
use crate::connectors::reaching::ReachError;
use crate::connectors::{Manifest, field};
use crate::models::ToolSpec;
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;

const NAME: &str = "query_system";
const DESCRIPTION: &str = "Asks a connected system live: searches, whole mails, files and the like. \
    For what the tables do not hold or what must be fresh; for counts and sums use run_sql_query. \
    describe_system gives the queries and their arguments.";

const PATIENCE: Duration = Duration::from_secs(25);
/// Below what a model gets to read of one result, so that it is cut with a word about it.
const MOST_CHARS: usize = 30_000;

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// The system's short name, such as hubspot.
    system: String,
    /// The query's name.
    query: String,
    #[serde(default)]
    arguments: Map<String, Value>,
}

pub struct QuerySystem {
    connections: Connections,
}

impl QuerySystem {
    pub fn new(connections: Connections) -> Self {
        Self { connections }
    }
}

#[async_trait]
impl Tool for QuerySystem {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::ExternalRead
    }

    fn title(&self, input: &Value) -> String {
        let system = input.get("system").and_then(Value::as_str);
        match system.and_then(|slug| find(slug).ok()) {
            Some(connector) => format!("Asking {}", connector.manifest().name),
            None => "Asking a connected system".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let viewer = context.eyes.viewer().await?;
        let checked = find(&input.system).and_then(|connector| {
            let manifest = connector.manifest();
            may_use(&viewer, manifest)?;
            let query = named(manifest, &input.query)?;
            Ok((query, fitting(query, &input.arguments)?))
        });
        let (query, arguments) = checked.map_err(ToolError::Refused)?;
        let reached = self
            .connections
            .reach(viewer.org, viewer.person, &input.system);
        let open = reached.await.map_err(|error| match error {
            ReachError::NotConnected(name) => ToolError::Refused(not_connected(name)),
            error => ToolError::Unavailable(error.to_string()),
        })?;
        let manifest = open.connector.manifest();
        let name = manifest.name;
        let readable =
            self.connections
                .readable(viewer.org, viewer.person, &viewer.audience, manifest);
        let readable = readable.await?;
        let asked = open
            .connector
            .query(&open.api, query, &arguments, &readable);
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(answer)) => Ok(Outcome::Result(cut(answer.to_string()))),
            Ok(Err(LookError::Problems(problems))) => {
                let said: Vec<_> = problems.into_iter().map(|problem| problem.said).collect();
                refused(said.join(" "))
            }
            Ok(Err(error)) => refused(format!("{name} could not answer: {error}.")),
            Err(_) => refused(format!(
                "{name} did not answer within {} s. Ask for less, or say that it is slow now.",
                PATIENCE.as_secs()
            )),
        }
    }
}

fn named(manifest: &Manifest, name: &str) -> Result<&'static Query, String> {
    manifest.query(name).ok_or_else(|| {
        let names: Vec<_> = manifest.queries.iter().map(|it| it.name).collect();
        let names = match names.as_slice() {
            [] => "none: use run_sql_query".to_owned(),
            names => names.join(", "),
        };
        format!("{} has no query {name:?}. It has {names}.", manifest.name)
    })
}

fn fitting(query: &Query, arguments: &Map<String, Value>) -> Result<field::Arguments, String> {
    field::check(query.fields, arguments).map_err(|problems| {
        let said: Vec<_> = problems.into_iter().map(|problem| problem.said).collect();
        let schema = field::schema(query.fields);
        format!(
            "{} The arguments of {}: {schema}",
            said.join(" "),
            query.name
        )
    })
}

fn cut(text: String) -> String {
    let all = text.chars().count();
    if all <= MOST_CHARS {
        return text;
    }
    let kept: String = text.chars().take(MOST_CHARS).collect();
    format!(
        "{kept}\n… cut here: {} of {all} characters are missing. Ask for less at a time.",
        all - MOST_CHARS
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_with_a_word_about_it() {
        assert_eq!(cut("short".to_owned()), "short");
        let long = cut("é".repeat(MOST_CHARS + 7));
        assert!(long.ends_with("Ask for less at a time."));
        assert!(
            long.contains("7 of 30007 characters are missing"),
            "{}",
            long.len()
        );
    }
}
