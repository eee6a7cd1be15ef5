//! What has happened, for whoever acts upon it: written in the transaction in which it did, so
//! that nothing is told that was taken back, and nothing that happened goes untold.
//!
//! Ids of events are in the order in which they were written. Whose eyes one is for stands beside
//! it, as with any row. [`KINDS`] says what there is besides what connectors hear (their manifests
//! say what that is).

mod meetings;
mod messages;
mod records;

pub use meetings::record_ended_meetings;
pub(super) use messages::{forget_channels, forget_messages, record_said, redescribe};
pub use records::{record_deals, record_issues};

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::ConnectionId;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// A connected system was read to its end.
pub const SYNC_COMPLETED: &str = "sync.completed";
/// Reading a connected system went wrong.
pub const SYNC_FAILED: &str = "sync.failed";
/// Something was said in a channel that is read; what a workflow looks for in it, its filter says.
pub const MESSAGE_MATCHED: &str = "message.matched";

/// A kind of event that comes from what Penny reads, whatever the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// What happened to what.
    pub name: &'static str,
    /// When that is.
    pub about: &'static str,
    /// What `payload` has.
    pub fields: &'static [&'static str],
}

const SYNC: &[&str] = &[
    "system",
    "connection",
    "run",
    "error",
    "rows_read",
    "rows_changed",
];
const DEAL: &[&str] = &[
    "deal_id",
    "name",
    "pipeline",
    "stage",
    "stage_before",
    "status",
    "status_before",
    "amount",
    "currency",
    "close_date",
    "url",
];
const ISSUE: &[&str] = &[
    "issue_id",
    "key",
    "title",
    "kind",
    "priority",
    "labels",
    "assignee",
    "due_date",
    "status",
    "status_before",
    "url",
];
const MEETING: &[&str] = &[
    "meeting_id",
    "title",
    "starts_at",
    "ends_at",
    "location",
    "account_id",
    "deal_id",
    "url",
];
const MESSAGE: &[&str] = &[
    "text",
    "author",
    "channel",
    "channel_id",
    "thread_id",
    "url",
];

/// Of records it is told what has become of them since they were read before: all that went
/// through in between is one event, and what was there when a system was connected is none.
pub const KINDS: &[Kind] = &[
    kind(SYNC_COMPLETED, "A system was read to its end.", SYNC),
    kind(SYNC_FAILED, "Reading a system went wrong.", SYNC),
    kind("deal.created", "A deal was made.", DEAL),
    kind("deal.stage_changed", "A deal moved to another stage.", DEAL),
    kind("issue.created", "An issue was made.", ISSUE),
    kind("issue.completed", "An issue was done.", ISSUE),
    kind("issue.cancelled", "An issue was given up.", ISSUE),
    kind(
        "issue.status_changed",
        "An issue moved, neither done nor given up.",
        ISSUE,
    ),
    kind(
        "meeting.ended",
        "The end of a meeting has come, unless it was cancelled.",
        MEETING,
    ),
    kind(
        MESSAGE_MATCHED,
        "Something was said in a channel that is read.",
        MESSAGE,
    ),
];

const fn kind(name: &'static str, about: &'static str, fields: &'static [&'static str]) -> Kind {
    Kind {
        name,
        about,
        fields,
    }
}

/// Something that happened in a connected system, or with it.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// What happened to what, such as `issue.commented`.
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

/// Writes an event down, for the eyes of those who see its connection and, where it is in a private
/// area, may read that. False: it was known, or it is for nobody.
pub async fn record(tx: &mut OrgTx, event: &Event<'_>) -> StoreResult<bool> {
    let (table, row) = event.within.as_ref().map(Within::parts).unzip();
    let done = sqlx::query!(
        r#"insert into core.events (org_id, event_id, kind, payload, connection_id, system,
               source_id, occurred_at, visibility, owner_id, channel_id, cause)
           select c.org_id, $2, $3, $4, c.connection_id, c.system, $6, coalesce($7, now()),
               case c.visibility when 'org' then coalesce(area.visibility, 'org')
                   else c.visibility end,
               c.owner_id, coalesce(area.channel_id, c.channel_id), $8
           from core.connections as c
           left join core.repositories as area on $9::text = 'repositories'
               and area.org_id = $1 and area.source = c.system and area.source_id = $10
           where c.org_id = $1 and c.connection_id = $5 and case $9::text
               when 'tracker_teams' then exists (select from core.tracker_teams
                   where org_id = $1 and source = c.system and source_id = $10 and visibility = 'org')
               when 'repositories' then area.visibility in ('org', 'channel')
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

/// Ids for so many events at most, in the order of the clock.
fn fresh_ids(most: usize) -> Vec<Uuid> {
    (0..most).map(|_| Uuid::now_v7()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_its_fields_stand_in_the_architecture() {
        let page = include_str!("../../../docs/ARCHITECTURE.md");
        for kind in KINDS {
            let row = page
                .lines()
                .find(|line| line.starts_with(&format!("| `{}`", kind.name)));
            let row = row.unwrap_or_else(|| panic!("{} is not described", kind.name));
            for field in kind.fields {
                assert!(
                    row.contains(&format!("`{field}`")),
                    "{}: {field}",
                    kind.name
                );
            }
        }
    }
}
