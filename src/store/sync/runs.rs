//! How far each stream was read, and what each run did. A page's rows and the position behind
//! them are saved in one transaction, under the lease.

use super::{messages, renewal};
use crate::base::ids::{ConnectionId, PersonId, RunId};
use crate::store::db::{OrgTx, StoreError, StoreResult};
use crate::store::events::{self, Event};
use crate::store::jobs::Fence;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A run that has not ended.
#[derive(Debug, Clone)]
pub struct Run {
    pub id: RunId,
    pub started_at: DateTime<Utc>,
    pub rows_read: i64,
    pub rows_changed: i64,
    /// When the last run began that read everything; none yet.
    pub read_before: Option<DateTime<Utc>>,
}

/// The run that is on its way, or a new one, which this person asked for.
pub async fn open_run(
    tx: &mut OrgTx,
    connection: ConnectionId,
    asked_by: Option<PersonId>,
) -> StoreResult<Run> {
    let row = sqlx::query!(
        "insert into core.sync_runs (org_id, run_id, connection_id, asked_by)
         values ($1, $2, $3,
             (select slack_user_id from core.people where org_id = $1 and person_id = $4))
         on conflict (org_id, connection_id) where state = 'running' do update set error = null
         returning run_id, started_at, rows_read, rows_changed,
             (select last_synced_at from core.connections where org_id = $1 and connection_id = $3)
                 as read_before",
        tx.org().0,
        RunId::fresh().0,
        connection.0,
        asked_by.map(|person| person.0),
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Run {
        id: RunId(row.run_id),
        started_at: row.started_at,
        rows_read: row.rows_read,
        rows_changed: row.rows_changed,
        read_before: row.read_before,
    })
}

/// How far the streams of a connection were read.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    pub positions: HashMap<String, Value>,
    /// Those that this run has read to their end already.
    pub finished: Vec<String>,
}

pub async fn progress(tx: &mut OrgTx, id: ConnectionId, run: RunId) -> StoreResult<Progress> {
    let rows = sqlx::query!(
        r#"select stream, position, finished_run = $3 as "is_finished" from core.sync_streams
           where org_id = $1 and connection_id = $2"#,
        tx.org().0,
        id.0,
        run.0,
    )
    .fetch_all(tx.connection())
    .await?;
    let mut progress = Progress::default();
    for row in rows {
        if row.is_finished == Some(true) {
            progress.finished.push(row.stream.clone());
        }
        if let Some(position) = row.position {
            progress.positions.insert(row.stream, position);
        }
    }
    Ok(progress)
}

/// What a page moved forward.
#[derive(Debug)]
pub struct Step<'a> {
    pub connection: ConnectionId,
    pub run: RunId,
    pub stream: &'a str,
    pub position: &'a Value,
    pub is_end: bool,
    pub rows_read: i64,
    pub rows_changed: i64,
}

/// Saves where a page leads, under the lease, whose attempts begin anew. False: somebody has
/// disconnected the system meanwhile, and nothing of this page may stay.
pub async fn save_step(tx: &mut OrgTx, fence: &Fence, step: &Step<'_>) -> StoreResult<bool> {
    let saved = sqlx::query!(
        r#"
        with held as (
            update core.jobs set attempts = 1
            where org_id = $1 and kind = $2 and key = $3 and lease_token = $4
            returning 1
        ), connected as (
            select 1 from core.connections
            where org_id = $1 and connection_id = $5 and credentials is not null for share
        ), moved as (
            insert into core.sync_streams as known
                (org_id, connection_id, stream, position, finished_run, run_id, run_rows)
            select $1, $5, $6, $7, case when $8 then $9::uuid end, $9, $10 from held, connected
            on conflict (org_id, connection_id, stream) do update
            set position = excluded.position, finished_run = excluded.finished_run,
                run_id = excluded.run_id, run_rows = excluded.run_rows
                    + case when known.run_id = excluded.run_id then known.run_rows else 0 end
        ), counted as (
            update core.sync_runs
            set rows_read = rows_read + $10, rows_changed = rows_changed + $11
            where org_id = $1 and run_id = $9 and exists (select from held)
        )
        select exists (select from held) as "held!", exists (select from connected) as "connected!"
        "#,
        tx.org().0,
        fence.kind(),
        fence.key(),
        fence.token(),
        step.connection.0,
        step.stream,
        step.position,
        step.is_end,
        step.run.0,
        step.rows_read,
        step.rows_changed,
    )
    .fetch_one(tx.connection())
    .await?;
    match saved.held {
        true => Ok(saved.connected),
        false => Err(StoreError::Fenced),
    }
}

/// How many rows of a system there are by now, by table.
pub async fn count_rows(tx: &mut OrgTx, id: ConnectionId, counts: &Value) -> StoreResult<()> {
    sqlx::query!(
        "update core.connections set row_counts = $3 where org_id = $1 and connection_id = $2",
        tx.org().0,
        id.0,
        counts,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd<'a> {
    /// With a note on what could not be read of it.
    Done(Option<&'a str>),
    /// Worth another try by itself, an hour later.
    Delayed(&'a str),
    /// Somebody has to do something first.
    Broken(&'a str),
}

/// Ends a run, tells of it, and says how the connection is. A connection that was cut meanwhile
/// stays cut.
pub async fn end_run(
    tx: &mut OrgTx,
    connection: ConnectionId,
    run: RunId,
    end: RunEnd<'_>,
) -> StoreResult<()> {
    let (state, health, note) = match end {
        RunEnd::Done(note) => ("done", "healthy", note),
        RunEnd::Delayed(error) => ("failed", "delayed", Some(error)),
        RunEnd::Broken(error) => ("failed", "broken", Some(error)),
    };
    let error = note.filter(|_| state == "failed");
    let ended = sqlx::query!(
        "with ended as (
             update core.sync_runs set state = $4, error = $5, ended_at = now()
             where org_id = $1 and run_id = $3 and state = 'running'
             returning started_at, rows_read, rows_changed
         )
         update core.connections as c
         set health = $6, health_note = $7,
             last_rows_read = ended.rows_read, last_rows_changed = ended.rows_changed,
             last_read_seconds = extract(epoch from now() - ended.started_at)::bigint,
             last_read_is_whole = $4 = 'done',
             last_synced_at = case when $4 = 'done' then ended.started_at else last_synced_at end,
             next_sync_at = case when $6 = 'broken' then null else now() + interval '1 hour' end,
             broken_at = case when $6 = 'broken' then coalesce(broken_at, now()) end
         from ended
         where org_id = $1 and connection_id = $2 and credentials is not null
         returning system, ended.rows_read, ended.rows_changed",
        tx.org().0,
        connection.0,
        run.0,
        state,
        error,
        health,
        note,
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(ended) = ended else {
        return Ok(());
    };
    let name = match end {
        RunEnd::Done(_) => events::SYNC_COMPLETED,
        RunEnd::Delayed(_) | RunEnd::Broken(_) => events::SYNC_FAILED,
    };
    let fields = json!({
        "system": ended.system, "connection": connection, "run": run, "error": error,
        "rows_read": ended.rows_read, "rows_changed": ended.rows_changed,
    });
    let event = Event {
        name,
        connection,
        source_id: None,
        fields: &fields,
        occurred_at: None,
        cause: None,
        within: None,
    };
    events::record(tx, &event).await?;
    if let RunEnd::Broken(_) = end {
        renewal::tell_of(tx, connection).await?;
    }
    messages::nudge(tx, &[run]).await
}
