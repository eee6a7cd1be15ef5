//! What Penny means to post, written down first.

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::Ts;
use serde_json::Value;

/// What is known of earlier attempts with the same key.
#[derive(Debug, PartialEq, Eq)]
pub enum Earlier {
    None,
    /// Begun, outcome unknown: look before sending.
    Unsettled,
    Sent(Ts),
}

#[derive(Debug)]
pub struct Place<'a> {
    pub workspace: &'a str,
    pub channel: &'a str,
    pub thread_ts: Option<&'a str>,
}

pub async fn intend(
    tx: &mut OrgTx,
    key: &str,
    place: &Place<'_>,
    body: &Value,
) -> StoreResult<Earlier> {
    let inserted = sqlx::query!(
        "insert into core.outbox (org_id, key, workspace_id, channel_id, thread_ts, body)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        tx.org().0,
        key,
        place.workspace,
        place.channel,
        place.thread_ts,
        body,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if inserted == 1 {
        return Ok(Earlier::None);
    }
    let sent = sqlx::query_scalar!(
        "select sent_ts from core.outbox where org_id = $1 and key = $2",
        tx.org().0,
        key,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(sent.map_or(Earlier::Unsettled, |ts| Earlier::Sent(Ts(ts))))
}

pub async fn sent(tx: &mut OrgTx, key: &str, ts: &str) -> StoreResult<()> {
    sqlx::query!(
        "update core.outbox set sent_at = now(), sent_ts = $3 where org_id = $1 and key = $2",
        tx.org().0,
        key,
        ts,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Deletes what was intended longer ago than the retention allows, in every organisation, a
/// bounded number at a time; returns how many. Nobody asks for so old a key again.
pub async fn delete_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.outbox where (org_id, key) in (
            select org_id, key from core.outbox
            where created_at < now() - make_interval(days => $1) limit $2)",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
