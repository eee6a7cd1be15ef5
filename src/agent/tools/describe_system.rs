//! Tells what a connected system offers: what is read from it, what can be asked of it live, what
//! can be changed there, and how it is best used.

use super::systems::{find, may_use};
use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments};
use crate::connectors::operation::Repeat;
use crate::connectors::{Manifest, field};
use crate::models::ToolSpec;
use crate::store::connections::{self, Connection};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const NAME: &str = "describe_system";
const DESCRIPTION: &str = "Describes one system: what is read from it into which tables and for \
    whom, the live queries of query_system and the operations of propose_write with their \
    arguments, a guide, and whether it is connected. Call it before the first query_system or \
    propose_write of a system.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// The system's short name, such as hubspot.
    system: String,
}

pub struct DescribeSystem;

#[async_trait]
impl Tool for DescribeSystem {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalRead
    }

    fn title(&self, input: &Value) -> String {
        let system = input.get("system").and_then(Value::as_str);
        match system.and_then(|slug| find(slug).ok()) {
            Some(connector) => format!("Looking up how {} works", connector.manifest().name),
            None => "Looking up how a system works".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let manifest = find(&input.system).map_err(ToolError::Refused)?.manifest();
        let viewer = context.eyes.viewer().await?;
        let state = match may_use(&viewer, manifest) {
            // How somebody's own account is doing is told where it may be used.
            Err(why) => json!(why),
            Ok(()) => {
                let mut tx = context.db.org(viewer.org).await?;
                let known = connections::visible_to(&mut tx, viewer.person).await?;
                let owner = manifest.owner(viewer.person);
                let is_it = |it: &&Connection| it.system == manifest.slug && it.owner == owner;
                state(known.iter().find(is_it))
            }
        };
        Ok(Outcome::Result(described(manifest, &state)))
    }
}

fn state(connection: Option<&Connection>) -> Value {
    match connection.filter(|connection| connection.is_open) {
        None => json!("not connected; `/penny connect` does that"),
        Some(connection) => json!({
            "account": connection.account,
            "health": connection.health,
            "note": connection.health_note,
            "last_read": connection.last_synced_at,
            "being_read": connection.reading.map(|it| json!({
                "rows_so_far": it.rows, "seconds_so_far": it.seconds,
            })),
            "last_reading": connection.last_reading.map(|it| json!({
                "rows_read": it.rows, "new_changed_or_gone": it.changed, "seconds": it.seconds,
                "came_to_its_end": it.is_whole,
            })),
        }),
    }
}

fn kind(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::Harmless => "write: doing it twice changes nothing more",
        Repeat::Never => "action: each time is one more, so never propose it twice",
    }
}

fn described(manifest: &Manifest, state: &Value) -> String {
    let streams = manifest.streams.iter().map(|stream| {
        let tables: Vec<_> = stream.tables.iter().map(|it| it.name()).collect();
        json!({"what": stream.title, "tables": tables, "seen_by": stream.seen_by.said()})
    });
    let limits = manifest.limits.iter().map(ToString::to_string);
    let queries = manifest.queries.iter().map(|query| {
        json!({
            "name": query.name, "description": query.description,
            "arguments": field::schema(query.fields),
        })
    });
    let operations = manifest.operations.iter().map(|operation| {
        json!({
            "name": operation.name, "title": operation.title, "hint": operation.hint,
            "kind": kind(operation.repeat), "can_be_undone": operation.can_be_undone,
            "arguments": field::schema(operation.fields),
        })
    });
    let facts = json!({
        "system": manifest.slug, "name": manifest.name, "connection": state,
        "read_into_the_tables": streams.collect::<Vec<_>>(),
        "called_at_most": limits.collect::<Vec<_>>(),
        "queries": queries.collect::<Vec<_>>(),
        "operations": operations.collect::<Vec<_>>(),
    });
    format!("{facts}\n\n{}", manifest.guide)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::registry;

    #[test]
    fn every_query_and_operation_of_every_system_is_described() {
        for connector in registry::all() {
            let manifest = connector.manifest();
            let text = described(manifest, &state(None));
            let names = manifest.operations.iter().map(|it| it.name);
            for name in names.chain(manifest.queries.iter().map(|it| it.name)) {
                assert!(text.contains(name), "{name}");
            }
            for table in manifest.tables() {
                assert!(text.contains(&format!("\"{}\"", table.name())), "{table:?}");
            }
            for limit in manifest.limits {
                assert!(text.contains(&limit.to_string()), "{limit}");
            }
        }
    }
}
