//! Runs SQL that a model wrote: as the organisation's own login, on views that show what the
//! viewer may see, behind an allow-list and limits. The login and the views keep organisations
//! and people apart by themselves; everything in front of them is for good manners and memory.

mod describe;
mod error;
pub mod guard;
mod logins;
mod session;
mod table;
pub mod writing;

pub use describe::{Column, View, describe, views};
pub use error::QueryError;
pub use guard::{Parameter, ParameterType};
pub use logins::dismiss_login;
pub use table::{Cut, Table};

use crate::base::secret::Secret;
use crate::base::viewer::Viewer;
use crate::store::db::{Db, StoreResult};
use crate::store::sealing::Sealer;
use logins::{Login, Logins};
use session::{Session, Text};
use sqlx::postgres::PgConnectOptions;
use std::time::Duration;
use table::Collector;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Short: a database that does not answer within this is away.
const CONNECTING: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub rows: usize,
    /// Of all cells together, which bounds what a result adds to the model's context.
    pub bytes: usize,
    /// A single row longer than this stays on the server.
    pub row_bytes: usize,
    /// From the first byte to the last row. The server's own timeout is a little shorter, so
    /// this one only ends what does not listen to that.
    pub deadline: Duration,
    /// Queries of this process at one time, over all organisations.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 200,
            bytes: 32 * 1024,
            row_bytes: 16 * 1024,
            deadline: Duration::from_secs(10),
            at_once: 8,
        }
    }
}

/// A value for a `:name` of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    pub parameter: Parameter,
    /// A date as `2026-03-01`; none for null.
    pub value: Option<String>,
}

#[derive(Debug)]
pub struct Sandbox {
    db: Db,
    server: PgConnectOptions,
    logins: Logins,
    running: Semaphore,
    limits: Limits,
}

impl Sandbox {
    /// `url` is where the database is; the user in it is not the one that queries run as.
    pub fn new(db: Db, url: &Secret, sealer: Sealer, limits: Limits) -> StoreResult<Self> {
        Ok(Self {
            server: url.expose().parse::<PgConnectOptions>()?,
            logins: Logins::new(db.clone(), sealer),
            running: Semaphore::new(limits.at_once),
            db,
            limits,
        })
    }

    /// Checks and runs one query in the viewer's name.
    pub async fn run(&self, viewer: &Viewer, sql: &str) -> Result<Table, QueryError> {
        self.run_within(viewer, sql, self.limits.rows, self.limits.bytes)
            .await
    }

    /// The same with other bounds for the result: one that no model reads may be longer.
    pub async fn run_within(
        &self,
        viewer: &Viewer,
        sql: &str,
        rows: usize,
        bytes: usize,
    ) -> Result<Table, QueryError> {
        self.run_bound(viewer, sql, &[], rows, bytes).await
    }

    /// The same for a query with values that people choose, which are bound and never part of its
    /// text.
    pub async fn run_bound(
        &self,
        viewer: &Viewer,
        sql: &str,
        bound: &[Bound],
        rows: usize,
        bytes: usize,
    ) -> Result<Table, QueryError> {
        let limits = Limits {
            rows,
            bytes,
            ..self.limits
        };
        let (parameters, values): (Vec<_>, Vec<_>) = bound
            .iter()
            .map(|one| (one.parameter.clone(), one.value.as_deref()))
            .unzip();
        let too_long = |value: &&str| value.len() > guard::LONGEST_PARAMETER;
        if values.iter().flatten().any(too_long) {
            return Err(QueryError::Wrong("a chosen value is too long".to_owned()));
        }
        let checked = guard::check_bound(sql, views(), &parameters)?;
        let Ok(Ok(_running)) = timeout(limits.deadline, self.running.acquire()).await else {
            return Err(QueryError::Busy);
        };
        let mut session = self.open(viewer).await?;
        let mut collector = Collector::new(limits);
        let text = Text {
            sql: checked.as_str(),
            values: &values,
        };
        let reading = session.rows(text, limits.rows + 1, limits.row_bytes, |row| {
            collector.take(row)
        });
        let seconds = limits.deadline.as_secs();
        match timeout(limits.deadline, reading).await {
            Ok(Ok(())) => {
                session.close().await;
                Ok(collector.table())
            }
            Ok(Err(error)) => Err(QueryError::from_query(error, checked.as_str(), seconds)),
            Err(_) => {
                session.kill().await;
                Err(QueryError::TooSlow { seconds })
            }
        }
    }

    async fn open(&self, viewer: &Viewer) -> Result<Session, QueryError> {
        let signed = session::signed(&self.db, viewer).await?;
        let login = self.logins.of(viewer.org).await?;
        let mut opened = self.connect(&login, &signed).await;
        if matches!(&opened, Err(error) if is_refused_login(error)) {
            let login = self.logins.instead_of(viewer.org, &login).await?;
            opened = self.connect(&login, &signed).await;
        }
        let seconds = self.limits.deadline.as_secs();
        opened.map_err(|error| QueryError::from_query(error, "", seconds))
    }

    async fn connect(&self, login: &Login, signed: &str) -> Result<Session, sqlx::Error> {
        timeout(CONNECTING, Session::open(&self.server, login, signed))
            .await
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }
}

/// Class 28 is a refused user or password, 42501 a missing right to connect.
fn is_refused_login(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|db| db.code())
        .is_some_and(|code| code.starts_with("28") || code == "42501")
}
