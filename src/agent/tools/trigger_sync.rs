//! Has a connected system read now, when somebody needs what is newer than the last hour.

use super::systems::{find, may_use, not_connected};
use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused};
use crate::connectors::connections::Connections;
use crate::models::ToolSpec;
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

const NAME: &str = "trigger_sync";
const DESCRIPTION: &str = "Has a connected system read into the tables now rather than within the \
    hour. It goes on in the background and may take minutes; list_connected_systems tells when it \
    was last read. For one fresh record query_system is quicker.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// The system's short name, such as hubspot.
    system: String,
}

pub struct TriggerSync {
    connections: Connections,
}

impl TriggerSync {
    pub fn new(connections: Connections) -> Self {
        Self { connections }
    }
}

#[async_trait]
impl Tool for TriggerSync {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::ExternalRead
    }

    fn title(&self, input: &Value) -> String {
        let system = input.get("system").and_then(Value::as_str);
        match system.and_then(|slug| find(slug).ok()) {
            Some(connector) => format!("Having {} read now", connector.manifest().name),
            None => "Having a system read now".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let viewer = context.eyes.viewer().await?;
        let may = find(&input.system).and_then(|connector| {
            let manifest = connector.manifest();
            may_use(&viewer, manifest).map(|()| manifest)
        });
        let manifest = may.map_err(ToolError::Refused)?;
        let begun = self
            .connections
            .read_now(viewer.org, viewer.person, manifest.slug)
            .await?;
        match begun {
            Some(_) => Ok(Outcome::Result(format!(
                "{} is being read now, in the background.",
                manifest.name
            ))),
            None => refused(not_connected(manifest.name)),
        }
    }
}
