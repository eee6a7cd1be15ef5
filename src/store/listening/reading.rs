//! How far a channel is read back, and who is told.

use super::channels::nudge_report;
use super::{READ_BACK, SOURCE};
use crate::base::ids::{ChannelId, Ts};
use crate::store::db::{OrgTx, StoreError, StoreResult};
use crate::store::jobs::{self, Fence};
use serde_json::Value;

/// What one page of reading back has brought.
#[derive(Debug)]
pub struct Progress<'a> {
    pub channel: &'a ChannelId,
    pub read: i64,
    /// Where it goes on; none when there is nothing left.
    pub position: Option<&'a Value>,
    /// Whoever follows the reading shall see it now.
    pub is_shown: bool,
}

/// Saves how far the reading is, under the lease, whose attempts begin anew. The caller holds the
/// channel.
pub async fn save_progress(
    tx: &mut OrgTx,
    fence: &Fence,
    progress: &Progress<'_>,
) -> StoreResult<()> {
    let held = sqlx::query!(
        "update core.jobs set attempts = 1
         where org_id = $1 and kind = $2 and key = $3 and lease_token = $4",
        tx.org().0,
        fence.kind(),
        fence.key(),
        fence.token(),
    )
    .execute(tx.connection())
    .await?;
    if held.rows_affected() == 0 {
        return Err(StoreError::Fenced);
    }
    sqlx::query!(
        "update core.heard_channels
         set position = $3, read_count = read_count + case when read_back_at is null then $4::bigint else 0 end,
             read_back_at = case when $3::jsonb is null then coalesce(read_back_at, now())
                 else read_back_at end
         where org_id = $1 and channel_id = $2",
        tx.org().0,
        progress.channel.as_str(),
        progress.position,
        progress.read,
    )
    .execute(tx.connection())
    .await?;
    if progress.position.is_none() {
        sqlx::query!(
            "update core.connections
             set last_synced_at = now(), row_counts = jsonb_build_object('messages',
                 (select count(*) from core.messages where org_id = $1 and source = $2))
             where org_id = $1 and system = $2",
            tx.org().0,
            SOURCE,
        )
        .execute(tx.connection())
        .await?;
    }
    if progress.is_shown {
        nudge_report(tx, progress.channel).await?;
    }
    Ok(())
}

/// Has what was said since a moment read once more, unless the reading back is still on its way.
pub async fn read_again(tx: &mut OrgTx, channel: &ChannelId, position: &Value) -> StoreResult<()> {
    sqlx::query!(
        "update core.heard_channels set position = $3
         where org_id = $1 and channel_id = $2 and position is null",
        tx.org().0,
        channel.as_str(),
        position,
    )
    .execute(tx.connection())
    .await?;
    jobs::nudge(tx, READ_BACK, channel.as_str()).await
}

pub async fn mark_checked(tx: &mut OrgTx, channel: &ChannelId) -> StoreResult<()> {
    sqlx::query!(
        "update core.heard_channels set checked_at = now() where org_id = $1 and channel_id = $2",
        tx.org().0,
        channel.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// From now on this message tells how far the reading is. It is brought up to date at once,
/// because the reading may have ended meanwhile.
pub async fn report_in(
    tx: &mut OrgTx,
    channel: &ChannelId,
    (dm, ts): (&ChannelId, &Ts),
) -> StoreResult<()> {
    sqlx::query!(
        "update core.heard_channels set report_channel = $3, report_ts = $4
         where org_id = $1 and channel_id = $2",
        tx.org().0,
        channel.as_str(),
        dm.as_str(),
        ts.as_str(),
    )
    .execute(tx.connection())
    .await?;
    nudge_report(tx, channel).await
}
