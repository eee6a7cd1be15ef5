//! Postgres notifications: how one process hears at once what another has committed.

use super::db::{Db, StoreError, StoreResult};
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// There may be work for a worker.
pub const JOBS: &str = "penny_jobs";
/// Somebody stops what runs in a thread.
pub const STOPS: &str = "penny_stop";
/// Who is in a channel has changed.
pub const AUDIENCES: &str = "penny_audiences";

/// A workspace was installed, renewed or removed, or other channels of it are read.
pub const INSTALLATIONS: &str = "penny_installations";

/// Told at most this often: what is committed meanwhile is in the same notification.
const TELL_EVERY: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    pub async fn connect(db: &Db, channels: &[&str]) -> StoreResult<Self> {
        let mut listener = PgListener::connect_with(db.system()).await?;
        listener.listen_all(channels.iter().copied()).await?;
        Ok(Self(listener))
    }

    /// The next notification: channel and payload. An error where the connection was lost: what
    /// was said meanwhile is not to be heard any more, so whoever listens looks for themselves.
    pub async fn next(&mut self) -> StoreResult<(String, String)> {
        let heard = self.0.try_recv().await?;
        let heard = heard
            .ok_or_else(|| StoreError::Away("the connection that listens was lost".to_owned()))?;
        Ok((heard.channel().to_owned(), heard.payload().to_owned()))
    }
}

/// Tells every process that listens.
pub async fn notify(db: &Db, channel: &str, payload: &str) -> StoreResult<()> {
    tell(db.system(), channel, payload).await
}

async fn tell(pool: &PgPool, channel: &str, payload: &str) -> StoreResult<()> {
    sqlx::query!("select pg_notify($1, $2)::text as told", channel, payload)
        .fetch_one(pool)
        .await?;
    Ok(())
}

/// Tells the workers of every process that there may be work. Any number of commits become one
/// notification, and none of them waits for it: in Postgres, transactions that notify commit one
/// after the other. One that is lost costs a poll's wait.
#[derive(Debug, Clone)]
pub(super) struct Announcer(Arc<Notify>);

impl Announcer {
    pub fn start(pool: PgPool) -> Self {
        let due = Arc::new(Notify::new());
        let announcer = Self(due.clone());
        tokio::spawn(async move {
            loop {
                due.notified().await;
                if let Err(error) = tell(&pool, JOBS, "").await {
                    tracing::debug!(%error, "other processes will find the work by themselves");
                }
                tokio::time::sleep(TELL_EVERY).await;
            }
        });
        announcer
    }

    pub fn announce(&self) {
        self.0.notify_one();
    }
}
