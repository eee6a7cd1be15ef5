//! Systems that tell of changes only to whoever asks them to, time and again, by way of Pub/Sub.

use super::WATCH;
use crate::connectors::Connector;
use crate::connectors::connections::Connections;
use crate::store::{StoreError, sync};

impl Connections {
    /// Where a system is to publish what it has to say, if it speaks through Pub/Sub.
    pub fn topic(&self, connector: &dyn Connector) -> Option<&str> {
        let pubsub = self.systems().pubsub.get(connector.manifest().slug)?;
        pubsub.topic.as_deref()
    }

    /// Asks systems whose time it is to go on telling of changes.
    pub async fn nudge_watches(&self) -> Result<(), StoreError> {
        let pubsub = self.systems().pubsub.iter();
        let with_topic = pubsub.filter(|(_, it)| it.topic.is_some());
        let systems: Vec<String> = with_topic.map(|(system, _)| system.clone()).collect();
        if !systems.is_empty() {
            sync::nudge_watches(self.db(), &systems, WATCH).await?;
        }
        Ok(())
    }
}
