//! When Penny could be heard last, and what has to be read back because she could not: Slack
//! repeats a delivery for some minutes only. The mark is in the database, so it tells of a process
//! that was away as well as of a Postgres that was.

use super::db::{Db, OrgTx, StoreResult};
use super::jobs::{self, Fence};
use crate::base::ids::{ChannelId, Ts};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The kind of job that reads back; its key is the workspace.
pub const CATCH_UP: &str = "catch_up";

/// A workspace that is to be read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Absence {
    pub since: DateTime<Utc>,
    pub noticed_at: DateTime<Utc>,
    pub course: Option<Value>,
}

/// Says that deliveries are heard and stored from now on. Where nobody has said so for
/// `too_long` seconds, every workspace is to be read back from a minute before that, but no further
/// than a day; returns how many that are. Spans organisations because Penny was away from all.
pub async fn attend(db: &Db, too_long: f64) -> StoreResult<u64> {
    let mut tx = db.system().begin().await?;
    // Of processes that come back at once, one finds the mark as it was.
    let heard_until = sqlx::query_scalar!(
        "select heard_until from core.attention
         where heard_until < now() - make_interval(secs => $1) for update",
        too_long,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let mut to_read = 0;
    if let Some(heard_until) = heard_until {
        to_read = sqlx::query!(
            "with away as (
                 insert into core.absences (org_id, workspace_id, since)
                 select org_id, workspace_id,
                     greatest($1::timestamptz - interval '1 minute', now() - interval '1 day')
                 from core.installations where retired_at is null
                 on conflict (org_id, workspace_id) do update
                 set since = least(core.absences.since, excluded.since), noticed_at = now(),
                     course = null
                 returning org_id, workspace_id
             )
             insert into core.jobs (org_id, kind, key, can_wait)
             select org_id, $2, workspace_id, true from away
             order by org_id, workspace_id
             on conflict (org_id, kind, key) do update
             set nudges = core.jobs.nudges + 1, run_at = least(core.jobs.run_at, now()),
                 attempts = case when core.jobs.dead_at is null then core.jobs.attempts else 0 end,
                 dead_at = null",
            heard_until,
            CATCH_UP,
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
    }
    sqlx::query!(
        "insert into core.attention (heard_until) values (now())
         on conflict (is_the_one) do update
         set heard_until = greatest(core.attention.heard_until, excluded.heard_until)"
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(to_read)
}

pub async fn get(tx: &mut OrgTx, workspace: &str) -> StoreResult<Option<Absence>> {
    Ok(sqlx::query_as!(
        Absence,
        "select since, noticed_at, course from core.absences
         where org_id = $1 and workspace_id = $2",
        tx.org().0,
        workspace,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Saves how far the reading is, under the lease, whose attempts begin anew. Nothing where another
/// absence was noticed meanwhile.
pub async fn save_course(
    tx: &mut OrgTx,
    fence: &Fence,
    absence: &Absence,
    course: &Value,
) -> StoreResult<()> {
    sqlx::query!(
        "update core.absences set course = $4
         where org_id = $1 and workspace_id = $2 and noticed_at = $3",
        tx.org().0,
        fence.key(),
        absence.noticed_at,
        course,
    )
    .execute(tx.connection())
    .await?;
    jobs::progress(tx, fence).await
}

/// It is read back, unless another absence was noticed meanwhile.
pub async fn end(tx: &mut OrgTx, fence: &Fence, absence: &Absence) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.absences where org_id = $1 and workspace_id = $2 and noticed_at = $3",
        tx.org().0,
        fence.key(),
        absence.noticed_at,
    )
    .execute(tx.connection())
    .await?;
    jobs::hold(tx, fence).await
}

/// The threads of a workspace in which Penny had part lately, the latest first.
pub async fn threads_since(
    tx: &mut OrgTx,
    workspace: &str,
    since: DateTime<Utc>,
    limit: i64,
) -> StoreResult<Vec<(ChannelId, Ts)>> {
    let rows = sqlx::query!(
        "select channel_id, thread_ts from core.conversations
         where org_id = $1 and workspace_id = $2 and last_active_at >= $3
             and strpos(thread_ts, '/') = 0
         order by last_active_at desc limit $4",
        tx.org().0,
        workspace,
        since,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (ChannelId(row.channel_id), Ts(row.thread_ts)))
        .collect())
}
