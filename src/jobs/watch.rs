//! Asks systems that speak only for a while after they were asked to go on: Gmail forgets after
//! seven days, and wants to be asked daily. If that fails, nothing is lost: what changed is read
//! within the hour, as everywhere.

use super::Services;
use crate::base::ids::ConnectionId;
use crate::connectors::deliveries::WATCH;
use crate::connectors::registry;
use crate::queue::{Done, Handler, Held};
use crate::store::{StoreResult, sync};
use async_trait::async_trait;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug, Clone)]
pub struct Watch {
    pub services: Services,
}

#[async_trait]
impl Handler for Watch {
    fn kind(&self) -> &'static str {
        WATCH
    }

    async fn run(&self, held: &Held) -> Done {
        match self.ask(held).await {
            Ok(()) => Done::Finished,
            Err(error) => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        }
    }

    /// The next hour's look asks again.
    async fn exhausted(&self, _held: &Held) -> Done {
        Done::Finished
    }
}

impl Watch {
    async fn ask(&self, held: &Held) -> StoreResult<()> {
        let Ok(id) = held.key().parse::<ConnectionId>() else {
            return Ok(());
        };
        let org = held.lease().org;
        let mut tx = self.services.db.org(org).await?;
        let connected = sync::get(&mut tx, id).await?;
        tx.commit().await?;
        let found = connected.and_then(|it| Some((registry::find(&it.system)?, it)));
        let Some((connector, connected)) = found else {
            return Ok(());
        };
        let connections = &self.services.connections;
        let Some(topic) = connections.topic(connector) else {
            return Ok(());
        };
        let asked = match connections.open(org, &connected, connector) {
            Ok(api) => connector
                .watch(&api, topic)
                .await
                .map_err(|it| it.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let until = match asked {
            Ok(until) => until,
            Err(error) => {
                tracing::warn!(
                    system.slug = connected.system,
                    error,
                    "it will not tell of changes"
                );
                return Ok(());
            }
        };
        let left = (until - self.services.clock.now()).to_std();
        let again = (left.unwrap_or_default() / 2).min(DAY);
        let mut tx = self.services.db.org(org).await?;
        sync::watch_again(&mut tx, id, again.as_secs_f64()).await?;
        tx.commit().await
    }
}
