//! Versions of artifacts on their way to where they were asked for.

use super::{Version, in_thread};
use crate::base::ids::{ChannelId, Ts};
use crate::store::db::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// A version on its way to its thread.
#[derive(Debug)]
pub struct Delivery {
    pub title: String,
    pub kind: String,
    pub workspace: String,
    pub channel: ChannelId,
    /// None: it stands in the channel itself.
    pub thread: Option<Ts>,
    pub blocks: Option<Value>,
    pub file: Option<(String, Vec<u8>)>,
    pub words: String,
    pub note: Option<String>,
    /// What has changed since the version before it, and when that was made.
    pub changes: Option<String>,
    pub rows: i64,
    pub is_waiting: bool,
    pub slack_file: Option<String>,
    pub made_at: DateTime<Utc>,
}

pub async fn delivery(tx: &mut OrgTx, version: Version) -> StoreResult<Option<Delivery>> {
    Ok(sqlx::query!(
        r#"select a.title, a.kind, a.workspace_id, a.channel_id, a.thread_ts,
               v.blocks, v.file_name, v.bytes, v.words, v.note, v.changes, v.row_count,
               v.state = 'waiting' as "is_waiting!", v.slack_file, v.made_at
           from core.artifact_versions v
           join core.artifacts a using (org_id, artifact_id)
           where v.org_id = $1 and v.artifact_id = $2 and v.version = $3"#,
        tx.org().0,
        version.artifact.0,
        version.number,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| Delivery {
        title: row.title,
        kind: row.kind,
        workspace: row.workspace_id,
        channel: ChannelId(row.channel_id),
        thread: in_thread(&row.thread_ts),
        blocks: row.blocks,
        file: row.file_name.zip(row.bytes),
        words: row.words,
        note: row.note,
        changes: row.changes,
        rows: row.row_count,
        is_waiting: row.is_waiting,
        slack_file: row.slack_file,
        made_at: row.made_at,
    }))
}

/// Remembers the file that is about to be shared.
pub async fn set_slack_file(tx: &mut OrgTx, version: Version, file: &str) -> StoreResult<()> {
    sqlx::query!(
        "update core.artifact_versions set slack_file = $4
         where org_id = $1 and artifact_id = $2 and version = $3",
        tx.org().0,
        version.artifact.0,
        version.number,
        file,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub async fn settle(tx: &mut OrgTx, version: Version, is_delivered: bool) -> StoreResult<()> {
    let state = if is_delivered { "delivered" } else { "failed" };
    sqlx::query!(
        "update core.artifact_versions set state = $4
         where org_id = $1 and artifact_id = $2 and version = $3",
        tx.org().0,
        version.artifact.0,
        version.number,
        state,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
