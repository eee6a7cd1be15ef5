//! Reads a connected system into the company's tables, page by page. Pages are saved together
//! with the place behind them, so a run that was interrupted goes on where it was, in any process;
//! the job's lease makes it one run a connection at a time.

mod reading;
mod saving;
mod told;
mod words;

use self::reading::Reading;

use super::Services;
use crate::base::ids::ConnectionId;
use crate::connectors::connections::{ConnectionError, JOB};
use crate::connectors::{ConnectorError, Table, registry};
use crate::net::json_api::ApiError;
use crate::queue::{Done, Handler, Held, Lane};
use crate::store::sync::{self, Connected, Run, RunEnd};
use crate::store::{StoreError, StoreResult, company};
use async_trait::async_trait;
use parking_lot::Mutex;
use std::collections::BTreeSet;
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

    fn lane(&self) -> Lane {
        Lane::Background
    }

    async fn run(&self, held: &Held) -> Done {
        match self.read(held).await {
            Ok(None) => Done::Finished,
            // Something has changed meanwhile.
            Ok(Some(wait)) => Done::Later(wait),
            Err(interrupted) => self.interrupted(held, interrupted).await,
        }
    }

    /// The system was away for too long; the next hour's run tries again.
    async fn exhausted(&self, held: &Held) -> Done {
        self.end(held, RunEnd::Delayed(words::SILENT)).await
    }
}

impl SyncConnection {
    /// Some: when to read it again, for it has said meanwhile that something changed.
    async fn read(&self, held: &Held) -> Result<Option<Duration>, Interrupted> {
        let org = held.lease().org;
        let Some((connected, run)) = self.open(held).await? else {
            return Ok(None);
        };
        let connector = registry::find(&connected.system).ok_or_else(|| {
            ConnectorError::Unexpected(format!("nothing here reads {}", connected.system))
        })?;
        let reading = Reading {
            services: &self.services,
            fence: held.lease().fence(),
            leave: &held.leave,
            api: self.services.connections.open(org, &connected, connector)?,
            connector,
            connection: connected.id,
            owner: connected.owner,
            run: &run,
            shown_at: Mutex::new(self.services.clock.now()),
            closed: Mutex::default(),
            shut: Mutex::default(),
        };
        let mut tx = self.services.db.org(org).await?;
        let progress = sync::progress(&mut tx, connected.id, run.id).await?;
        tx.commit().await?;
        if connector.manifest().streams.is_empty() {
            // Whether the key still opens it is all that there is to know.
            connector.account(&reading.api).await?;
        }
        let mut positions = progress.positions;
        for stream in connector.manifest().streams {
            if progress.finished.iter().any(|it| it == stream.name) {
                continue;
            }
            let position = positions.remove(stream.name);
            reading.stream(stream.name, position).await?;
        }
        let shut = std::mem::take(&mut *reading.shut.lock());
        // A key that opens nothing at all is no good any more.
        if shut.len() == connector.manifest().streams.len()
            && let Some((_, error)) = shut.first()
        {
            return Err(ConnectorError::Api(error.clone()).into());
        }
        reading.named().await?;
        let mut tx = self.services.db.org(org).await?;
        reading.remove_gone(&mut tx).await?;
        company::match_mails(&mut tx, run.id).await?;
        let tables: BTreeSet<_> = connector.manifest().tables().collect();
        let tables = tables.into_iter().map(Table::name);
        let counts = company::counts(&mut tx, reading.source(), connected.owner, tables).await?;
        sync::count_rows(&mut tx, connected.id, &counts).await?;
        let shut: Vec<&str> = shut.iter().map(|(stream, _)| *stream).collect();
        let note = words::left_out(&reading.closed.lock(), &shut);
        let end = RunEnd::Done(note.as_deref());
        sync::end_run(&mut tx, connected.id, run.id, end).await?;
        // Behind the end, which whoever hears of a change waits for.
        let again = reading.again(&mut tx).await?;
        tx.commit().await?;
        Ok(again)
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
            Interrupted::Store(error) | Interrupted::Connection(ConnectionError::Store(error)) => {
                again(None, error)
            }
            Interrupted::Connector(ConnectorError::Api(ApiError::Limited(wait))) => {
                again(Some(*wait), &interrupted)
            }
            Interrupted::Connector(ConnectorError::Api(ApiError::Away(_))) => {
                again(None, &interrupted)
            }
            Interrupted::Connector(ConnectorError::Key(said)) => {
                self.end(held, RunEnd::Broken(said)).await
            }
            Interrupted::Connector(ConnectorError::Api(
                error @ (ApiError::Unauthorized | ApiError::Forbidden(_)),
            )) => {
                let note = words::refused(error);
                self.end(held, RunEnd::Broken(&note)).await
            }
            // Nobody can mend that over here, and it may pass.
            Interrupted::Connector(error) => {
                tracing::warn!(connection.id = held.key(), %error, "a system could not be read to its end");
                let note = words::unreadable(error);
                self.end(held, RunEnd::Delayed(&note)).await
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
