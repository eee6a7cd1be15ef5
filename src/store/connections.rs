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
    /// It is being read right now.
    pub is_reading: bool,
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
    is_reading: bool,
}

impl From<Row> for Connection {
    fn from(row: Row) -> Self {
        Self {
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
            is_reading: row.is_reading,
        }
    }
}

/// The company's systems and the person's own ones; a colleague's own stay theirs.
pub async fn visible_to(tx: &mut OrgTx, person: PersonId) -> StoreResult<Vec<Connection>> {
    Ok(sqlx::query_as!(
        Row,
        r#"select connection_id, system, name, account_name, health, health_note, last_synced_at,
               owner_id, connected_by, credentials is not null as "is_open!",
               exists (select from core.sync_runs as run where run.org_id = $1
                   and run.connection_id = c.connection_id and run.state = 'running') as "is_reading!"
           from core.connections as c
           where org_id = $1 and (visibility = 'org' or owner_id = $2)
           order by name, connection_id"#,
        tx.org().0,
        person.0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(Connection::from)
    .collect())
}
