//! The connected systems and how their sync is doing, as Penny's own pages show them.

use super::db::{OrgTx, StoreResult};
use crate::base::ids::{ConnectionId, PersonId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub id: ConnectionId,
    /// Its short name, such as hubspot.
    pub system: String,
    pub name: String,
    /// The account over there, in its own words.
    pub account: Option<String>,
    /// healthy, delayed, broken or paused.
    pub health: String,
    pub health_note: Option<String>,
    pub last_synced_at: Option<DateTime<Utc>>,
    /// Set where it is one person's own account.
    pub owner: Option<PersonId>,
    pub connected_by: Option<PersonId>,
    /// Penny has what it takes to sign in there.
    pub is_open: bool,
    /// Set while it is being read.
    pub reading: Option<Reading>,
    /// None: it was not read yet.
    pub last_reading: Option<LastReading>,
}

/// How far a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub rows: i64,
    pub seconds: i64,
}

/// What the last reading that is over came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastReading {
    pub rows: i64,
    /// What was new or different, or is gone.
    pub changed: i64,
    pub seconds: i64,
    /// It came to its end.
    pub is_whole: bool,
}

struct Row {
    connection_id: Uuid,
    system: String,
    name: String,
    account_name: Option<String>,
    health: String,
    health_note: Option<String>,
    last_synced_at: Option<DateTime<Utc>>,
    owner_id: Option<Uuid>,
    connected_by: Option<Uuid>,
    is_open: bool,
    rows_so_far: Option<i64>,
    seconds_so_far: Option<i64>,
    last_rows_read: Option<i64>,
    last_rows_changed: Option<i64>,
    last_read_seconds: Option<i64>,
    last_read_is_whole: Option<bool>,
}

impl Row {
    fn reading(&self) -> Option<Reading> {
        Some(Reading {
            rows: self.rows_so_far?,
            seconds: self.seconds_so_far?,
        })
    }

    fn last_reading(&self) -> Option<LastReading> {
        Some(LastReading {
            rows: self.last_rows_read?,
            changed: self.last_rows_changed?,
            seconds: self.last_read_seconds?,
            is_whole: self.last_read_is_whole?,
        })
    }
}

impl From<Row> for Connection {
    fn from(row: Row) -> Self {
        Self {
            reading: row.reading(),
            last_reading: row.last_reading(),
            id: ConnectionId(row.connection_id),
            system: row.system,
            name: row.name,
            account: row.account_name,
            health: row.health,
            health_note: row.health_note,
            last_synced_at: row.last_synced_at,
            owner: row.owner_id.map(PersonId),
            connected_by: row.connected_by.map(PersonId),
            is_open: row.is_open,
        }
    }
}

/// The company's systems and the person's own ones; a colleague's own stay theirs.
pub async fn visible_to(tx: &mut OrgTx, person: PersonId) -> StoreResult<Vec<Connection>> {
    Ok(sqlx::query_as!(
        Row,
        r#"select c.connection_id, system, name, account_name, health, health_note, last_synced_at,
               owner_id, connected_by, credentials is not null as "is_open!",
               run.rows_read as "rows_so_far?",
               extract(epoch from now() - run.started_at)::bigint as "seconds_so_far?",
               last_rows_read, last_rows_changed, last_read_seconds, last_read_is_whole
           from core.connections as c
           left join core.sync_runs as run on run.org_id = $1
               and run.connection_id = c.connection_id and run.state = 'running'
           where c.org_id = $1 and (visibility = 'org' or owner_id = $2)
           order by name, c.connection_id"#,
        tx.org().0,
        person.0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(Connection::from)
    .collect())
}
