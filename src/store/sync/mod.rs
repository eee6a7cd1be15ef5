//! Reading connected systems: the keys, how far each stream was read, and what each run did.
//! A page's rows and the position behind them are saved in one transaction, under the lease.

mod keys;

pub use keys::{SealedKey, disconnect_all, reseal, sealed_keys};

use super::db::{Db, OrgTx, StoreError, StoreResult};
use super::jobs::Fence;
use crate::base::ids::{ConnectionId, PersonId, RunId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashMap;

/// A system that somebody has connected.
#[derive(Debug, Clone)]
pub struct Connected {
    pub id: ConnectionId,
    pub system: String,
    /// Sealed.
    pub credentials: Vec<u8>,
    pub connected_by: Option<PersonId>,
}

#[derive(Debug)]
pub struct NewConnection<'a> {
    pub id: ConnectionId,
    pub system: &'a str,
    pub name: &'a str,
    pub account: &'a str,
    pub credentials: &'a [u8],
    pub by: PersonId,
}

/// The id of the company's own connection to a system, whether it is there already or not; the
/// key is sealed for it.
pub async fn id_for(tx: &mut OrgTx, system: &str) -> StoreResult<ConnectionId> {
    let found = sqlx::query_scalar!(
        "select connection_id from core.connections
         where org_id = $1 and system = $2 and scope = 'org' order by credentials is null limit 1",
        tx.org().0,
        system,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(found.map_or_else(ConnectionId::fresh, ConnectionId))
}

/// Keeps a key that was tried, and has the system read at once. One that was connected before
/// goes on where it was.
pub async fn connect(tx: &mut OrgTx, new: &NewConnection<'_>) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.connections (org_id, connection_id, system, name, scope, health,
             account_name, credentials, connected_by, next_sync_at, source, source_id)
         values ($1, $2, $3, $4, 'org', 'healthy', $5, $6, $7, now(), 'penny', $3)
         on conflict (org_id, connection_id) do update
         set name = excluded.name, health = 'healthy', health_note = null,
             account_name = excluded.account_name, credentials = excluded.credentials,
             connected_by = excluded.connected_by, next_sync_at = now(), disconnected_at = null",
        tx.org().0,
        new.id.0,
        new.system,
        new.name,
        new.account,
        new.credentials,
        new.by.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Forgets the key. What was read stays; a run on its way ends with it and saves no further page.
pub async fn disconnect(tx: &mut OrgTx, system: &str) -> StoreResult<bool> {
    let done = sqlx::query_scalar!(
        r#"with cut as (
             update core.connections
             set credentials = null, disconnected_at = now(), next_sync_at = null, health = 'paused',
                 health_note = 'Disconnected; what was read before is still here.'
             where org_id = $1 and system = $2 and credentials is not null
             returning connection_id
         ), stopped as (
             update core.sync_runs set state = 'stopped', ended_at = now()
             where org_id = $1 and state = 'running' and connection_id in (select connection_id from cut)
         )
         select exists (select from cut) as "cut!""#,
        tx.org().0,
        system,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(done)
}

pub async fn get(tx: &mut OrgTx, id: ConnectionId) -> StoreResult<Option<Connected>> {
    Ok(sqlx::query!(
        r#"select system, credentials as "credentials!", connected_by from core.connections
           where org_id = $1 and connection_id = $2 and credentials is not null"#,
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| Connected {
        id,
        system: row.system,
        credentials: row.credentials,
        connected_by: row.connected_by.map(PersonId),
    }))
}

/// The connection to a system that has a key.
pub async fn find(tx: &mut OrgTx, system: &str) -> StoreResult<Option<ConnectionId>> {
    Ok(sqlx::query_scalar!(
        "select connection_id from core.connections
         where org_id = $1 and system = $2 and credentials is not null limit 1",
        tx.org().0,
        system,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(ConnectionId))
}

/// Asks for a run of every connection whose hour has come, in every organisation.
pub async fn nudge_due(db: &Db) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "with due as (
             update core.connections set next_sync_at = now() + interval '1 hour'
             where credentials is not null and next_sync_at <= now()
             returning org_id, connection_id
         )
         insert into core.jobs (org_id, kind, key)
         select org_id, 'sync', connection_id::text from due order by 1, 3
         on conflict (org_id, kind, key) do update
         set nudges = core.jobs.nudges + 1, dead_at = null"
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// A run that has not ended.
#[derive(Debug, Clone)]
pub struct Run {
    pub id: RunId,
    pub started_at: DateTime<Utc>,
    pub rows_read: i64,
    pub rows_changed: i64,
}

/// The run that is on its way, or a new one.
pub async fn open_run(tx: &mut OrgTx, connection: ConnectionId) -> StoreResult<Run> {
    let row = sqlx::query!(
        "insert into core.sync_runs (org_id, run_id, connection_id) values ($1, $2, $3)
         on conflict (org_id, connection_id) where state = 'running' do update set error = null
         returning run_id, started_at, rows_read, rows_changed",
        tx.org().0,
        RunId::fresh().0,
        connection.0,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Run {
        id: RunId(row.run_id),
        started_at: row.started_at,
        rows_read: row.rows_read,
        rows_changed: row.rows_changed,
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
            insert into core.sync_streams (org_id, connection_id, stream, position, finished_run)
            select $1, $5, $6, $7, case when $8 then $9::uuid end from held, connected
            on conflict (org_id, connection_id, stream) do update
            set position = excluded.position, finished_run = excluded.finished_run
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

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd<'a> {
    Done,
    /// Worth another try by itself, an hour later.
    Delayed(&'a str),
    /// Somebody has to do something first.
    Broken(&'a str),
}

/// Ends a run and says how the connection is. A connection that was cut meanwhile stays cut.
pub async fn end_run(
    tx: &mut OrgTx,
    connection: ConnectionId,
    run: RunId,
    end: RunEnd<'_>,
) -> StoreResult<()> {
    let (state, health, error) = match end {
        RunEnd::Done => ("done", "healthy", None),
        RunEnd::Delayed(error) => ("failed", "delayed", Some(error)),
        RunEnd::Broken(error) => ("failed", "broken", Some(error)),
    };
    sqlx::query!(
        "with ended as (
             update core.sync_runs set state = $4, error = $5, ended_at = now()
             where org_id = $1 and run_id = $3 and state = 'running'
             returning started_at
         )
         update core.connections
         set health = $6, health_note = $5,
             last_synced_at = case when $4 = 'done' then (select started_at from ended)
                 else last_synced_at end,
             next_sync_at = case when $6 = 'broken' then null else now() + interval '1 hour' end
         where org_id = $1 and connection_id = $2 and credentials is not null
             and exists (select from ended)",
        tx.org().0,
        connection.0,
        run.0,
        state,
        error,
        health,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A user of another system.
#[derive(Debug, Clone)]
pub struct SourceUser<'a> {
    pub source_id: &'a str,
    pub name: &'a str,
    pub email: Option<&'a str>,
}

/// Finds out who the users of a system are here, by mail address. What a person corrected stays.
pub async fn link_people(
    tx: &mut OrgTx,
    source: &str,
    users: &[SourceUser<'_>],
) -> StoreResult<()> {
    let ids: Vec<&str> = users.iter().map(|user| user.source_id).collect();
    let names: Vec<&str> = users.iter().map(|user| user.name).collect();
    let emails: Vec<Option<&str>> = users.iter().map(|user| user.email).collect();
    sqlx::query!(
        r#"
        insert into core.person_links as old (org_id, source, source_id, name, email, person_id)
        select $1, $2, u.source_id, u.name, u.email, (
            select person_id from core.people as p
            where p.org_id = $1 and lower(p.email) = lower(u.email)
            order by p.slack_user_id is null, p.person_id limit 1)
        from unnest($3::text[], $4::text[], $5::text[]) as u(source_id, name, email)
        on conflict (org_id, source, source_id) do update
        set name = excluded.name, email = excluded.email,
            person_id = case when old.is_corrected then old.person_id else excluded.person_id end
        "#,
        tx.org().0,
        source,
        &ids as _,
        &names as _,
        &emails as _,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Who the users of a system are here, as far as that is known.
pub async fn people_of(tx: &mut OrgTx, source: &str) -> StoreResult<HashMap<String, PersonId>> {
    let rows = sqlx::query!(
        r#"select source_id, person_id as "person_id!" from core.person_links
           where org_id = $1 and source = $2 and person_id is not null"#,
        tx.org().0,
        source,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.source_id, PersonId(row.person_id)))
        .collect())
}
