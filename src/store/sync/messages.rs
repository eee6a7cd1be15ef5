//! Messages in Slack that follow a run, and what stands in them. The job that writes them reads
//! everything from here, so it may run in any process and as often as it likes.

use super::areas;
use crate::base::ids::{ChannelId, RunId, Ts};
use crate::store::db::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};

/// The kind of job that brings a run's messages up to date; its key is the run's id.
pub const SHOW: &str = "show_sync";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub workspace: String,
    pub channel: ChannelId,
    pub ts: Ts,
}

/// From now on this message follows the run. It is brought up to date at once, because the run
/// may have ended meanwhile.
pub async fn show_in(tx: &mut OrgTx, run: RunId, place: &Place) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.sync_messages (org_id, run_id, channel_id, ts, workspace_id)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        tx.org().0,
        run.0,
        place.channel.as_str(),
        place.ts.as_str(),
        place.workspace,
    )
    .execute(tx.connection())
    .await?;
    nudge(tx, &[run]).await
}

/// Has the messages of these runs brought up to date, where there are any.
pub async fn nudge(tx: &mut OrgTx, runs: &[RunId]) -> StoreResult<()> {
    let runs: Vec<_> = runs.iter().map(|run| run.0).collect();
    let nudged = sqlx::query!(
        "insert into core.jobs (org_id, kind, key)
         select distinct org_id, $2, run_id::text from core.sync_messages
         where org_id = $1 and run_id = any($3)
         on conflict (org_id, kind, key) do update
         set nudges = core.jobs.nudges + 1, dead_at = null",
        tx.org().0,
        SHOW,
        &runs,
    )
    .execute(tx.connection())
    .await?;
    if nudged.rows_affected() > 0 {
        tx.asks_for_work();
    }
    Ok(())
}

pub async fn shown_in(tx: &mut OrgTx, run: RunId) -> StoreResult<Vec<Place>> {
    Ok(sqlx::query!(
        "select workspace_id, channel_id, ts from core.sync_messages
         where org_id = $1 and run_id = $2",
        tx.org().0,
        run.0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Place {
        workspace: row.workspace_id,
        channel: ChannelId(row.channel_id),
        ts: Ts(row.ts),
    })
    .collect())
}

/// A message that nobody can see any more follows nothing.
pub async fn forget_message(tx: &mut OrgTx, run: RunId, place: &Place) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.sync_messages
         where org_id = $1 and run_id = $2 and channel_id = $3 and ts = $4",
        tx.org().0,
        run.0,
        place.channel.as_str(),
        place.ts.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// How a run is getting on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub system: String,
    pub name: String,
    /// running | done | failed | stopped
    pub state: String,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub rows_read: i64,
    pub rows_changed: i64,
    pub error: Option<String>,
    pub streams: Vec<StreamReport>,
    /// Private areas whose readers the system does not tell.
    pub unsaid: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamReport {
    pub stream: String,
    pub rows: i64,
    pub is_finished: bool,
}

pub async fn report(tx: &mut OrgTx, run: RunId) -> StoreResult<Option<Report>> {
    let Some(row) = sqlx::query!(
        "select c.system, c.name, r.connection_id, r.state, r.started_at, r.ended_at, r.rows_read,
             r.rows_changed, r.error
         from core.sync_runs as r join core.connections as c using (org_id, connection_id)
         where r.org_id = $1 and r.run_id = $2",
        tx.org().0,
        run.0,
    )
    .fetch_optional(tx.connection())
    .await?
    else {
        return Ok(None);
    };
    let streams = sqlx::query_as!(
        StreamReport,
        r#"select stream, run_rows as rows, coalesce(finished_run = $3, false) as "is_finished!"
           from core.sync_streams where org_id = $1 and connection_id = $2 and run_id = $3"#,
        tx.org().0,
        row.connection_id,
        run.0,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(Some(Report {
        system: row.system,
        name: row.name,
        state: row.state,
        started_at: row.started_at,
        ended_at: row.ended_at,
        rows_read: row.rows_read,
        rows_changed: row.rows_changed,
        error: row.error,
        unsaid: areas::unsaid(tx, row.connection_id).await?,
        streams,
    }))
}
