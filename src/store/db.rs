//! The pool and its two kinds of transaction. Under forced row-level security a transaction
//! sees the rows of the organisation it was opened for; `SystemTx` is the named exception for
//! work that spans organisations (ingress, the queue, the sweep).

use crate::base::ids::OrgId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
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
            // Class 57 is an operator's intervention (shutdown, crash), 53 a lack of resources.
            sqlx::Error::Database(db)
                if db.code().is_some_and(|code| {
                    code.starts_with("57P") || code.starts_with("53") || code.starts_with("08")
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

pub type StoreResult<T> = Result<T, StoreError>;

#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
}

impl Db {
    /// Opens the pool. Connections run as [`APP_ROLE`] from their first statement on.
    pub async fn connect(url: &str, connections: u32) -> StoreResult<Self> {
        let options: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            // A short wait: with Postgres away a request must be refused in time for a retry.
            .acquire_timeout(Duration::from_millis(1500))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::query("set role penny_app")
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A transaction that sees one organisation and nothing else.
    pub async fn org(&self, org: OrgId) -> StoreResult<OrgTx> {
        let mut tx = self.pool.begin().await?;
        set_org(&mut tx, &org.to_string()).await?;
        Ok(OrgTx { org, tx })
    }

    /// A transaction over all organisations. Each use has a reason in a comment beside it.
    pub async fn system(&self) -> StoreResult<SystemTx> {
        let mut tx = self.pool.begin().await?;
        set_org(&mut tx, "system").await?;
        Ok(SystemTx { tx })
    }
}

async fn set_org(connection: &mut PgConnection, org: &str) -> StoreResult<()> {
    sqlx::query("select set_config('penny.org', $1, true)")
        .bind(org)
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(Debug)]
pub struct OrgTx {
    org: OrgId,
    tx: Transaction<'static, Postgres>,
}

impl OrgTx {
    pub fn org(&self) -> OrgId {
        self.org
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    pub async fn commit(self) -> StoreResult<()> {
        Ok(self.tx.commit().await?)
    }
}

#[derive(Debug)]
pub struct SystemTx {
    tx: Transaction<'static, Postgres>,
}

impl SystemTx {
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    pub async fn commit(self) -> StoreResult<()> {
        Ok(self.tx.commit().await?)
    }
}
