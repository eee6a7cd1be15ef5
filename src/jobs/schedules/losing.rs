//! Runs whose end nobody will hear of, because what worked on them is gone: each fails after half a
//! day, as any other, so that its owner is told and the schedule goes on.

use super::words;
use crate::store::schedules;
use crate::store::{Db, StoreResult};

const BATCH: i64 = 100;

/// Settles what is lost. Two processes may do so at once.
pub async fn settle_lost(db: &Db) -> StoreResult<()> {
    for (org, run) in schedules::lost(db, BATCH).await? {
        let mut tx = db.org(org).await?;
        schedules::settle_lost(&mut tx, run, words::LOST).await?;
        tx.commit().await?;
        tracing::warn!(run.id = %run, "a scheduled run was lost");
    }
    Ok(())
}
