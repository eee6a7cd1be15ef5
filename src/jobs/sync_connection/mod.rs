//! Reads a connected system into the company's tables, page by page. Each page is saved together
//! with the place behind it, so a run that was interrupted goes on where it was, in any process;
//! the job's lease makes it one run a connection at a time.

mod words;

use super::Services;
use super::show_sync::SHOW_EVERY;
use crate::base::ids::{ConnectionId, OrgId, PersonId};
use crate::connectors::connections::{ConnectionError, JOB};
use crate::connectors::{Asked, Connector, ConnectorError, Ids, Next, Page, Unlisted, registry};
use crate::net::json_api::{ApiError, JsonApi};
use crate::queue::{Done, Handler, Held};
use crate::store::jobs::Fence;
use crate::store::sync::{self, Connected, Run, RunEnd, SourceUser, Step};
use crate::store::{OrgTx, StoreError, StoreResult, company};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct SyncConnection {
    pub services: Services,
}

/// Why a run went no further.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error("the process is leaving")]
    HandOver,
    #[error("the system was disconnected")]
    Disconnected,
}

#[async_trait]
impl Handler for SyncConnection {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, held: &Held) -> Done {
        match self.read(held).await {
            Ok(()) => Done::Finished,
            Err(interrupted) => self.interrupted(held, interrupted).await,
        }
    }

    /// The system was away for too long; the next hour's run tries again.
    async fn exhausted(&self, held: &Held) -> Done {
        self.end(held, RunEnd::Delayed(words::SILENT)).await
    }
}

impl SyncConnection {
    async fn read(&self, held: &Held) -> Result<(), Interrupted> {
        let org = held.lease().org;
        let Some((connected, run)) = self.open(held).await? else {
            return Ok(());
        };
        let connector = registry::find(&connected.system).ok_or_else(|| {
            ConnectorError::Unexpected(format!("nothing here reads {}", connected.system))
        })?;
        let reading = Reading {
            services: &self.services,
            fence: held.lease().fence(),
            api: self.services.connections.open(org, &connected, connector)?,
            connector,
            connection: connected.id,
            owner: connected.owner,
            run: &run,
            shown_at: Mutex::new(self.services.clock.now()),
        };
        let mut tx = self.services.db.org(org).await?;
        let progress = sync::progress(&mut tx, connected.id, run.id).await?;
        tx.commit().await?;
        let mut positions = progress.positions;
        for stream in connector.manifest().streams {
            if progress.finished.iter().any(|it| it == stream.name) {
                continue;
            }
            let mut position = positions.remove(stream.name);
            // A stream of people comes before those that name them.
            let people = reading.people().await?;
            loop {
                if held.leave.is_cancelled() {
                    return Err(Interrupted::HandOver);
                }
                let (at, is_end) = reading.page(stream.name, position, &people).await?;
                if is_end {
                    break;
                }
                position = Some(at);
            }
        }
        let mut tx = self.services.db.org(org).await?;
        company::match_mails(&mut tx, run.id).await?;
        sync::end_run(&mut tx, connected.id, run.id, RunEnd::Done).await?;
        Ok(tx.commit().await?)
    }

    /// None: there is nothing to read any more.
    async fn open(&self, held: &Held) -> StoreResult<Option<(Connected, Run)>> {
        let Ok(id) = held.key().parse::<ConnectionId>() else {
            return Ok(None);
        };
        let mut tx = self.services.db.org(held.lease().org).await?;
        let Some(connected) = sync::get(&mut tx, id).await? else {
            return Ok(None);
        };
        let run = sync::open_run(&mut tx, id, None).await?;
        tx.commit().await?;
        Ok(Some((connected, run)))
    }

    async fn interrupted(&self, held: &Held, interrupted: Interrupted) -> Done {
        let again = |after, error: &dyn std::error::Error| Done::Retry {
            after,
            error: error.to_string(),
        };
        match &interrupted {
            Interrupted::Store(StoreError::Fenced) => Done::Lost,
            Interrupted::HandOver => Done::HandOver,
            // The run has ended with the connection.
            Interrupted::Disconnected => Done::Finished,
            Interrupted::Store(error) => again(None, error),
            Interrupted::Connector(ConnectorError::Api(ApiError::Limited(wait))) => {
                again(Some(*wait), &interrupted)
            }
            Interrupted::Connector(ConnectorError::Api(ApiError::Away(_))) => {
                again(None, &interrupted)
            }
            Interrupted::Connector(error) => {
                let note = words::unreadable(error);
                self.end(held, RunEnd::Broken(&note)).await
            }
            Interrupted::Connection(error) => {
                let note = words::unopened(error);
                self.end(held, RunEnd::Broken(&note)).await
            }
        }
    }

    async fn end(&self, held: &Held, end: RunEnd<'_>) -> Done {
        let outcome = async {
            if let Some((connected, run)) = self.open(held).await? {
                let mut tx = self.services.db.org(held.lease().org).await?;
                sync::end_run(&mut tx, connected.id, run.id, end).await?;
                tx.commit().await?;
            }
            StoreResult::Ok(())
        };
        match outcome.await {
            Ok(()) => Done::Finished,
            Err(error) => Done::Retry {
                after: Some(Duration::from_secs(5)),
                error: error.to_string(),
            },
        }
    }
}

/// One run at work.
struct Reading<'a> {
    services: &'a Services,
    fence: Fence,
    api: JsonApi,
    connector: &'static dyn Connector,
    connection: ConnectionId,
    owner: Option<PersonId>,
    run: &'a Run,
    /// When whoever follows the run was last told how far it is.
    shown_at: Mutex<DateTime<Utc>>,
}

impl Reading<'_> {
    fn org(&self) -> OrgId {
        self.fence.org
    }

    fn source(&self) -> &'static str {
        self.connector.manifest().slug
    }

    /// Reads one page and saves it; returns where the stream stands and whether that is its end.
    async fn page(
        &self,
        stream: &'static str,
        position: Option<Value>,
        people: &HashMap<String, PersonId>,
    ) -> Result<(Value, bool), Interrupted> {
        let asked = Asked {
            stream,
            position: position.as_ref(),
            ids: Ids {
                org: self.org(),
                source: self.source(),
            },
            owner: self.owner,
            people,
            now: self.services.clock.now(),
        };
        let page = self.connector.page(&self.api, &asked).await?;
        self.save(stream, page).await
    }

    async fn people(&self) -> StoreResult<HashMap<String, PersonId>> {
        let mut tx = self.services.db.org(self.org()).await?;
        sync::people_of(&mut tx, self.source()).await
    }

    async fn save(&self, stream: &str, page: Page) -> Result<(Value, bool), Interrupted> {
        let (position, is_end) = match &page.next {
            Next::More(position) => (position, false),
            Next::End(position) => (position, true),
        };
        let mut tx = self.services.db.org(self.org()).await?;
        let users: Vec<SourceUser<'_>> = page
            .people
            .iter()
            .map(|person| SourceUser {
                source_id: &person.source_id,
                name: &person.name,
                email: person.email.as_deref(),
            })
            .collect();
        if !users.is_empty() {
            sync::link_people(&mut tx, self.source(), &users).await?;
        }
        let mut changed = page.rows.store(&mut tx).await?;
        changed += self.remove(&mut tx, &page).await?;
        if let Some(unlisted) = &page.unlisted {
            changed += self.remove_unlisted(&mut tx, unlisted).await?;
        }
        let step = Step {
            connection: self.connection,
            run: self.run.id,
            stream,
            position,
            is_end,
            rows_read: page.rows.len() as i64,
            rows_changed: i64::try_from(changed).unwrap_or(i64::MAX),
        };
        if self.is_time_to_show() {
            sync::nudge_messages(&mut tx, &[self.run.id]).await?;
        }
        // Last, so that the lease and the connection are locked for as short as can be.
        if !sync::save_step(&mut tx, &self.fence, &step).await? {
            return Err(Interrupted::Disconnected);
        }
        tx.commit().await?;
        Ok((position.clone(), is_end))
    }

    fn is_time_to_show(&self) -> bool {
        let now = self.services.clock.now();
        let mut shown_at = self.shown_at.lock();
        let is_time = (now - *shown_at).to_std().is_ok_and(|it| it >= SHOW_EVERY);
        if is_time {
            *shown_at = now;
        }
        is_time
    }

    async fn remove(&self, tx: &mut OrgTx, page: &Page) -> StoreResult<u64> {
        let mut by_table: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for one in &page.gone {
            let ids = by_table.entry(one.table).or_default();
            ids.push(one.source_id.clone());
        }
        let mut removed = 0;
        for (table, ids) in by_table {
            removed += company::remove(tx, table, self.source(), &ids).await?;
        }
        for one in &page.gone_within {
            removed += company::remove_within(tx, one.table, self.source(), &one.prefix).await?;
        }
        Ok(removed)
    }

    async fn remove_unlisted(&self, tx: &mut OrgTx, unlisted: &Unlisted) -> StoreResult<u64> {
        let unlisted = company::Unlisted {
            table: unlisted.table,
            source: self.source(),
            owner: self.owner,
            since: unlisted.since,
            listing: &unlisted.listing,
        };
        company::remove_unlisted(tx, &unlisted).await
    }
}
