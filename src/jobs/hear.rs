//! Works on what other systems have said: what it means becomes events and a look at the system,
//! in the transaction in which the delivery counts as heard. So a delivery that is worked on
//! twice, after a crash or because somebody wants it, has the effect that it has once.

use super::Services;
use crate::base::ids::ConnectionId;
use crate::connectors::connections::JOB as SYNC;
use crate::connectors::deliveries::{Happened, Heard, Place, Said};
use crate::connectors::{Connector, ConnectorError, registry};
use crate::queue::{Done, Handler, Held, Lane};
use crate::store::deliveries::{self, HEAR, Waiting, Worked};
use crate::store::events::{self, Event, Within};
use crate::store::sync::Connected;
use crate::store::{OrgTx, StoreError, StoreResult, company, jobs, sync};
use async_trait::async_trait;
use std::time::Duration;

/// Deliveries of one transaction.
const AT_ONCE: i64 = 50;
/// Pauses between the tries at a delivery that cannot be read.
const PAUSES: [f64; 3] = [10.0, 60.0, 600.0];

/// Why nothing was heard in a delivery: for the operator, who sees it in `penny webhooks list`.
#[derive(Debug, thiserror::Error)]
enum Unheard {
    #[error(transparent)]
    Unreadable(#[from] ConnectorError),
    #[error("nothing here listens to {0}")]
    NobodyListens(String),
    /// Whoever worked on it, or on one beside it, went down each time.
    #[error("it could not be worked on several times in a row")]
    GivenUp,
}

#[derive(Debug, Clone)]
pub struct Hear {
    pub services: Services,
}

#[async_trait]
impl Handler for Hear {
    fn kind(&self) -> &'static str {
        HEAR
    }

    fn lane(&self) -> Lane {
        Lane::Background
    }

    async fn run(&self, held: &Held) -> Done {
        let outcome = async {
            while self.some(held, false).await? {
                if held.leave.is_cancelled() {
                    return Ok(Done::HandOver);
                }
            }
            self.rest(held).await
        };
        outcome.await.unwrap_or_else(|error| match error {
            StoreError::Fenced => Done::Lost,
            error => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        })
    }

    /// Whoever worked on the oldest of them went down each time: they are left aside, and the
    /// others go on.
    async fn exhausted(&self, held: &Held) -> Done {
        match self.some(held, true).await {
            Ok(_) => Done::Retry {
                after: Some(Duration::from_secs(1)),
                error: Unheard::GivenUp.to_string(),
            },
            Err(error) => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        }
    }
}

impl Hear {
    /// Works on the next deliveries, or gives them up. False: none was due.
    async fn some(&self, held: &Held, gives_up: bool) -> StoreResult<bool> {
        let Ok(id) = held.key().parse::<ConnectionId>() else {
            return Ok(false);
        };
        let mut tx = self.services.db.org(held.lease().org).await?;
        let Some(connected) = sync::get(&mut tx, id).await? else {
            deliveries::turn_away(&mut tx, id).await?;
            tx.commit().await?;
            return Ok(false);
        };
        let waiting = deliveries::waiting(&mut tx, id, AT_ONCE).await?;
        let connector = registry::find(&connected.system);
        let mut has_changed = false;
        for one in &waiting {
            let heard = match connector {
                _ if gives_up => Err(Unheard::GivenUp),
                Some(connector) => meaning(connector, one),
                None => Err(Unheard::NobodyListens(connected.system.clone())),
            };
            has_changed |= matches!(&heard, Ok(all) if all.contains(&Heard::Changed));
            work(&mut tx, &connected, one, heard).await?;
        }
        if has_changed && let Some(seconds) = sync::to_be_read_in(&mut tx, id).await? {
            jobs::nudge_soon(&mut tx, SYNC, &id.to_string(), seconds).await?;
        }
        jobs::progress(&mut tx, &held.lease().fence()).await?;
        tx.commit().await?;
        Ok(!waiting.is_empty())
    }

    /// What could not be read is tried again in a while.
    async fn rest(&self, held: &Held) -> StoreResult<Done> {
        let Ok(id) = held.key().parse::<ConnectionId>() else {
            return Ok(Done::Finished);
        };
        let mut tx = self.services.db.org(held.lease().org).await?;
        let next = deliveries::next_due(&mut tx, id).await?;
        Ok(next.map_or(Done::Finished, |seconds| Done::Retry {
            after: Some(Duration::from_secs_f64(seconds)),
            error: "a delivery could not be read".to_owned(),
        }))
    }
}

fn meaning(connector: &'static dyn Connector, one: &Waiting) -> Result<Vec<Heard>, Unheard> {
    let said = Said {
        topic: one.topic.as_deref(),
        payload: &one.payload,
    };
    Ok(connector.hear(&said)?)
}

async fn work(
    tx: &mut OrgTx,
    connected: &Connected,
    one: &Waiting,
    heard: Result<Vec<Heard>, Unheard>,
) -> StoreResult<()> {
    let heard = match heard {
        Ok(heard) => heard,
        Err(unheard) => {
            let tries = usize::try_from(one.attempts).unwrap_or(usize::MAX);
            let pause = match unheard {
                Unheard::GivenUp => None,
                _ => PAUSES.get(tries),
            };
            let (is_over, why) = (pause.is_none(), unheard.to_string());
            let worked = match pause {
                Some(pause) => Worked::Again(*pause, &why),
                None => Worked::Failed(&why),
            };
            tracing::warn!(delivery.id = %one.id, delivery.is_over = is_over, "a delivery could not be read");
            return deliveries::settle(tx, one.id, worked).await;
        }
    };
    for (number, heard) in heard.iter().enumerate() {
        match heard {
            // Records that only a look at the system shows: there will be one.
            Heard::Changed | Heard::Named(_) => {}
            Heard::Gone(gone) => {
                let ids = std::slice::from_ref(&gone.source_id);
                company::remove(tx, gone.table, &connected.system, ids).await?;
            }
            Heard::Event(happened) => {
                let by_itself = format!("{}/{number}", one.id);
                let cause = happened.id.as_deref().unwrap_or(&by_itself);
                events::record(tx, &event(connected.id, one, happened, cause)).await?;
            }
        }
    }
    deliveries::settle(tx, one.id, Worked::Done).await
}

fn event<'a>(
    connection: ConnectionId,
    one: &Waiting,
    happened: &'a Happened,
    cause: &'a str,
) -> Event<'a> {
    Event {
        name: happened.name,
        connection,
        source_id: happened.source_id.as_deref(),
        fields: &happened.fields,
        occurred_at: Some(happened.occurred_at.unwrap_or(one.received_at)),
        cause: Some(cause),
        within: happened.within.as_ref().map(|place| match place {
            Place::TrackerTeam(id) => Within::TrackerTeam(id),
            Place::Repository(id) => Within::Repository(id),
            Place::Issue(id) => Within::Issue(id),
        }),
    }
}
