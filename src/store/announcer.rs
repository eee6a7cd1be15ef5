//! Telling the workers of every process, by a notification of Postgres, that there may be work.

use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// What workers listen for.
pub const JOBS: &str = "penny_jobs";

/// Told at most this often: what is committed meanwhile is in the same notification.
const TELL_EVERY: Duration = Duration::from_millis(5);

/// Any number of commits become one notification, and none of them waits for it: in Postgres,
/// transactions that notify commit one after the other. One that is lost costs a poll's wait.
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

/// One notification to whoever listens.
pub(super) async fn tell(pool: &PgPool, channel: &str, payload: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_notify($1, $2)::text as told", channel, payload)
        .fetch_one(pool)
        .await?;
    Ok(())
}
