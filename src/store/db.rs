//! Four pools. Under forced row-level security a transaction of the first sees the rows of the
//! organisation it was opened for. The others are the named exceptions for work that spans
//! organisations: upkeep, what is done again if the server dies, and the way in. Their connections
//! are bound once, when they are opened, so that the hot path needs one round trip and not four.
//! The way in has its own, so that a delivery never waits behind the queue, and few, so that what
//! they prepared stays warm.

use super::announcer::Announcer;
use super::room::Room;
use crate::base::ids::OrgId;
use crate::base::telemetry::TraceId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, Transaction};
use std::fmt::Write;
use std::time::Duration;

/// The role that all of Penny's own queries run as: it owns nothing and bypasses nothing.
pub const APP_ROLE: &str = "penny_app";

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Postgres is away, or did not answer in time: worth another try.
    #[error("the database cannot be reached: {0}")]
    Away(String),
    /// The lease on this work was lost; somebody else does it now.
    #[error("the lease on this work was lost")]
    Fenced,
    #[error("the stored data cannot be read: {0}")]
    Corrupt(String),
    #[error(transparent)]
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Away(error.to_string()),
            // Class 57 is an operator's intervention (shutdown, crash), 53 a lack of resources,
            // 08 a connection that failed, 40 a transaction that another one stood in the way of,
            // 25006 a server that takes no writes: a standby, or one whose disk is full.
            sqlx::Error::Database(db)
                if db.code().is_some_and(|code| {
                    ["57P", "53", "08", "40", "25006"]
                        .iter()
                        .any(|class| code.starts_with(class))
                }) =>
            {
                Self::Away(error.to_string())
            }
            _ => Self::Sql(error),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

impl StoreError {
    /// What Postgres says about a value that does not fit its column: not a fault, but something
    /// for whoever gave the value.
    pub fn about_a_value(&self) -> Option<String> {
        let Self::Sql(sqlx::Error::Database(error)) = self else {
            return None;
        };
        // Class 22 is a value that its type cannot be, 23 one that a rule of the table forbids.
        let code = error.code()?;
        let is_value = code.starts_with("22") || code.starts_with("23");
        is_value.then(|| error.message().to_owned())
    }
}

pub type StoreResult<T> = Result<T, StoreError>;

const READ_ONLY: &str = "the database takes no writes";

/// Connections for work that spans organisations: few, because their statements are short. Two of
/// them listen for as long as the process lives.
const SYSTEM_CONNECTIONS: u32 = 6;
/// Connections for what spans organisations and is done again if the server dies.
const REPEATABLE_CONNECTIONS: u32 = 4;
/// Commits of deliveries that are on their way at once at most.
pub const INGRESS_CONNECTIONS: u32 = 4;

/// What `penny.org` is for work that spans organisations.
const SPANNING: &str = "system";

/// What stores deliveries finds rows by their keys, however many there are. Left to itself Postgres
/// plans it anew for each small batch, which takes longer than it runs.
const PLANNED_ONCE: &str = "; set plan_cache_mode = force_generic_plan";

/// A connection that was not used for longer than this is asked whether it lives before it is
/// used. To ask each time would be a round trip for every transaction.
const ALIVE_FOR: Duration = Duration::from_secs(1);

/// For what is found undone and done again if the server dies.
const REPEATABLE: &str = "; set plan_cache_mode = force_generic_plan; set synchronous_commit = off";

#[derive(Debug, Clone)]
pub struct Db {
    orgs: PgPool,
    system: PgPool,
    ingress: PgPool,
    repeatable: PgPool,
    announcer: Announcer,
    room: Room,
}

impl Db {
    /// Opens the pools. Connections run as [`APP_ROLE`] from their first statement on.
    pub async fn connect(url: &str, connections: u32) -> StoreResult<Self> {
        let options: PgConnectOptions = url.parse()?;
        let pool = |size, org, also| pool(options.clone(), size, org, also);
        let repeatable = pool(REPEATABLE_CONNECTIONS, SPANNING, REPEATABLE).await?;
        Ok(Self {
            orgs: pool(connections, "", "").await?,
            announcer: Announcer::start(repeatable.clone()),
            system: pool(SYSTEM_CONNECTIONS, SPANNING, "").await?,
            ingress: pool(INGRESS_CONNECTIONS, SPANNING, PLANNED_ONCE).await?,
            repeatable,
            room: Room::default(),
        })
    }

    /// A transaction that sees one organisation and nothing else.
    pub async fn org(&self, org: OrgId) -> StoreResult<OrgTx> {
        self.begin(org, "").await
    }

    /// As [`Self::org`], for what is found undone and done again if the server dies: its commit
    /// does not wait for the disk. Whatever commits after it takes it along.
    pub async fn org_repeatable(&self, org: OrgId) -> StoreResult<OrgTx> {
        self.begin(org, "; set local synchronous_commit = off")
            .await
    }

    async fn begin(&self, org: OrgId, also: &str) -> StoreResult<OrgTx> {
        // One round trip for all: ids are digits, letters and hyphens, so they can stand in the text.
        let mut begin = format!("begin; set local penny.org = '{org}'{also}");
        if let Some(trace) = TraceId::here() {
            // What this transaction asks for bears it: a default of the columns.
            let _ = write!(begin, "; set local penny.trace = '{trace}'");
        }
        let tx = self.orgs.begin_with(AssertSqlSafe(begin)).await?;
        Ok(OrgTx {
            org,
            tx,
            holds_jobs: false,
            announcer: self.announcer.clone(),
            asks_for_work: false,
        })
    }

    /// Says that something was committed which workers may take up at once.
    pub fn announce(&self) {
        self.announcer.announce();
    }

    /// Statements over all organisations. Each use has a reason in a comment beside it.
    pub(super) fn system(&self) -> &PgPool {
        &self.system
    }

    /// For deliveries alone.
    pub(super) fn ingress(&self) -> &PgPool {
        &self.ingress
    }

    /// As [`Self::system`], for what is found undone and done again if the server dies, such as
    /// taking jobs and ending them: its commits do not wait for the disk.
    pub(super) fn repeatable(&self) -> &PgPool {
        &self.repeatable
    }

    pub(super) fn room(&self) -> &Room {
        &self.room
    }

    /// (connections open, of them idle), for the metrics.
    pub fn pool_size(&self) -> (u32, usize) {
        (self.orgs.size(), self.orgs.num_idle())
    }

    /// Fails when nothing could be stored: Postgres is away, read-only, or out of disk.
    pub async fn check_writable(&self) -> StoreResult<()> {
        let written = sqlx::query!(
            r#"select pg_logical_emit_message(true, 'penny', 'ready?')::text as written,
                   current_setting('transaction_read_only')::boolean as "is_read_only!""#
        )
        .fetch_one(&self.system)
        .await?;
        if written.is_read_only {
            return Err(StoreError::Away(READ_ONLY.to_owned()));
        }
        Ok(self.room.try_out(&self.system).await?)
    }

    pub async fn close(&self) {
        self.orgs.close().await;
        self.system.close().await;
        self.ingress.close().await;
        self.repeatable.close().await;
    }
}

/// `also` is set on each connection once it has its role.
async fn pool(
    options: PgConnectOptions,
    size: u32,
    org: &'static str,
    also: &'static str,
) -> StoreResult<PgPool> {
    let pool = PgPoolOptions::new()
        .max_connections(size)
        // A short wait: with Postgres away a request must be refused in time for a retry.
        .acquire_timeout(Duration::from_millis(1500))
        .test_before_acquire(false)
        .before_acquire(|connection, known| {
            Box::pin(async move {
                if known.idle_for > ALIVE_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(AssertSqlSafe(format!("set role {APP_ROLE}{also}")))
                    .execute(&mut *connection)
                    .await?;
                let is_read_only: bool = sqlx::query_scalar(
                    "select set_config('penny.org', $1, false) is null
                         or current_setting('transaction_read_only')::boolean",
                )
                .bind(org)
                .fetch_one(connection)
                .await?;
                // It would stay read-only for its whole life, long after the server recovered.
                if is_read_only {
                    return Err(sqlx::Error::Configuration(READ_ONLY.into()));
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// One column of many rows, to be bound as an array.
pub(super) fn column<'a, R, T>(rows: &'a [R], of: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

#[derive(Debug)]
pub struct OrgTx {
    org: OrgId,
    tx: Transaction<'static, Postgres>,
    holds_jobs: bool,
    announcer: Announcer,
    asks_for_work: bool,
}

impl OrgTx {
    pub fn org(&self) -> OrgId {
        self.org
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Jobs come last: records first, then the ledger, then whoever has to look at them. Two
    /// transactions that took them in different orders would wait for each other.
    pub(super) fn reaches_jobs(&mut self) {
        self.holds_jobs = true;
    }

    /// Workers are told once this is committed.
    pub(super) fn asks_for_work(&mut self) {
        self.reaches_jobs();
        self.asks_for_work = true;
    }

    pub(super) fn reaches_ledger(&self) {
        debug_assert!(!self.holds_jobs, "the ledger comes before the jobs");
    }

    pub async fn commit(self) -> StoreResult<()> {
        self.tx.commit().await?;
        if self.asks_for_work {
            self.announcer.announce();
        }
        Ok(())
    }
}
