//! The connected systems and how their sync is doing, as Penny's own pages show them.

use super::db::{OrgTx, StoreResult};
use crate::base::ids::PersonId;
use chrono::{DateTime, Utc};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its short name, such as hubspot.
    pub system: String,
    pub name: String,
    /// healthy, delayed, broken or paused.
    pub health: String,
    pub health_note: Option<String>,
    pub last_synced_at: Option<DateTime<Utc>>,
}

/// The company's systems and the person's own ones; a colleague's own stay theirs.
pub async fn visible_to(tx: &mut OrgTx, person: PersonId) -> StoreResult<Vec<Connection>> {
    Ok(sqlx::query_as!(
        Connection,
        "select system, name, health, health_note, last_synced_at from core.connections
         where org_id = $1 and (visibility = 'org' or owner_id = $2)
         order by name",
        tx.org().0,
        person.0,
    )
    .fetch_all(tx.connection())
    .await?)
}
