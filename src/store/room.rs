//! Whether the disk has room for what Slack sends. The log of the transactions, where readiness is
//! tried out, may have some where the tables have none.

use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

#[derive(Debug, Clone, Default)]
pub struct Room {
    is_full: Arc<AtomicBool>,
}

impl Room {
    /// Keeps in mind whether the last deliveries found room.
    pub fn note<T>(&self, stored: &Result<T, sqlx::Error>) {
        let is_full = stored.as_ref().err().is_some_and(is_disk_full);
        self.is_full.store(is_full, Relaxed);
    }

    /// After deliveries that found none: stores one, and takes it back.
    pub async fn try_out(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        if !self.is_full.load(Relaxed) {
            return Ok(());
        }
        let mut tx = pool.begin().await?;
        let tried = sqlx::query!(
            "insert into core.inbox (org_id, kind, event_key, workspace_id, payload, trace_id)
             values (gen_random_uuid(), 'event', 'ready?', '', repeat('x', 1500), '')"
        )
        .execute(&mut *tx)
        .await;
        self.note(&tried);
        tried?;
        tx.rollback().await
    }
}

fn is_disk_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code == "53100")
}
