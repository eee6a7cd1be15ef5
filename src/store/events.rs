//! What has happened, for whoever acts upon it: written in the transaction in which it did, so
//! that nothing is told that was taken back, and nothing that happened goes untold.

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::ConnectionId;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// A connected system was read to its end.
pub const SYNC_COMPLETED: &str = "sync.completed";
/// Reading a connected system went wrong.
pub const SYNC_FAILED: &str = "sync.failed";

/// Something that happened in a connected system, or with it.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// What happened to what, such as `deal.stage_changed`.
    pub name: &'a str,
    pub connection: ConnectionId,
    /// The record that it is about, by its id over there.
    pub source_id: Option<&'a str>,
    /// What whoever acts upon it can look at.
    pub fields: &'a Value,
    /// None: now.
    pub occurred_at: Option<DateTime<Utc>>,
    /// What it follows from: the same connection's event of the same cause happens once.
    pub cause: Option<&'a str>,
    pub within: Option<Within<'a>>,
}

/// What a record lies in. If Penny does not have that, because not everybody here may know of it,
/// then what happens in it is not for everybody's ears either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within<'a> {
    TrackerTeam(&'a str),
    Repository(&'a str),
    Issue(&'a str),
}

impl Within<'_> {
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::TrackerTeam(id) => ("tracker_teams", id),
            Self::Repository(id) => ("repositories", id),
            Self::Issue(id) => ("issues", id),
        }
    }
}

/// Writes an event down, for the eyes of those who see its connection. False: it was known, or
/// it is not for them.
pub async fn record(tx: &mut OrgTx, event: &Event<'_>) -> StoreResult<bool> {
    let (table, row) = event.within.as_ref().map(Within::parts).unzip();
    let done = sqlx::query!(
        r#"insert into core.events (org_id, event_id, kind, payload, connection_id, system,
               source_id, occurred_at, visibility, owner_id, channel_id, cause)
           select c.org_id, $2, $3, $4, c.connection_id, c.system, $6, coalesce($7, now()),
               c.visibility, c.owner_id, c.channel_id, $8
           from core.connections as c
           where c.org_id = $1 and c.connection_id = $5 and case $9::text
               when 'tracker_teams' then exists (select from core.tracker_teams
                   where org_id = $1 and source = c.system and source_id = $10 and visibility = 'org')
               when 'repositories' then exists (select from core.repositories
                   where org_id = $1 and source = c.system and source_id = $10 and visibility = 'org')
               when 'issues' then exists (select from core.issues
                   where org_id = $1 and source = c.system and source_id = $10 and visibility = 'org')
               else true end
           on conflict do nothing"#,
        tx.org().0,
        Uuid::now_v7(),
        event.name,
        event.fields,
        event.connection.0,
        event.source_id,
        event.occurred_at,
        event.cause,
        table,
        row,
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
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
