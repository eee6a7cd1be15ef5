//! What has happened, for whoever acts upon it: written in the transaction in which it did, so
//! that nothing is told that was taken back, and nothing that happened goes untold.

use super::db::{Db, OrgTx, StoreResult};
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    SyncCompleted,
    SyncFailed,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SyncCompleted => "sync.completed",
            Self::SyncFailed => "sync.failed",
        }
    }
}

pub async fn record(tx: &mut OrgTx, kind: Kind, payload: &Value) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.events (org_id, event_id, kind, payload) values ($1, $2, $3, $4)",
        tx.org().0,
        Uuid::now_v7(),
        kind.as_str(),
        payload,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Deletes what happened longer ago than the retention allows, acted upon or not, in every
/// organisation, a bounded number at a time; returns how many.
pub async fn delete_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.events where ctid = any(array(
            select ctid from core.events
            where created_at < now() - make_interval(days => greatest($1, 1)) limit $2))",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
