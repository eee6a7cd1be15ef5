//! Connected systems: who connected them, and who reaches them with whose key.

mod addresses;
mod areas;
mod keys;
mod messages;
mod people;
mod renewal;
mod runs;
mod told;

pub use addresses::{
    AtAddress, NewAddress, at_address, id_of_label, nudge_watches, open_address, watch_again,
};
pub use areas::{Area, Readable, Readers, keep_areas, readable};
pub use keys::{SealedKey, disconnect_all, reseal, sealed_keys};
pub use messages::{
    Place, Report, SHOW, StreamReport, forget_message, nudge as nudge_messages, report, show_in,
    shown_in,
};
pub use people::{
    LinkedPerson, PersonLink, SourceUser, correct_link, forget_correction, link_people,
    linked_name, people_of, person_links, read_anew,
};
pub use renewal::{
    Broken, TELL_BROKEN, begin_renewal, broken, end_renewal, give_up_renewal, mark_broken,
};
pub use runs::{Progress, Run, RunEnd, Step, count_rows, end_run, open_run, progress, save_step};
pub use told::{changed_by_approval, heard_behind, to_be_read_in};

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::{ConnectionId, PersonId, RunId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A system that somebody has connected.
#[derive(Debug, Clone)]
pub struct Connected {
    pub id: ConnectionId,
    pub system: String,
    /// Sealed.
    pub credentials: Vec<u8>,
    pub auth: Auth,
    pub connected_by: Option<PersonId>,
    /// Set where it is one person's own account.
    pub owner: Option<PersonId>,
    /// The system's own id of the account.
    pub account_id: String,
    /// What Penny was allowed there.
    pub scopes: Vec<String>,
}

/// What the credentials of a connection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// A key that somebody pasted.
    Key,
    /// Tokens that are renewed.
    OAuth,
    /// The name of a connection at Nango, which keeps the tokens.
    Nango,
}

impl Auth {
    fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::OAuth => "oauth",
            Self::Nango => "nango",
        }
    }

    fn of(name: &str) -> Self {
        match name {
            "oauth" => Self::OAuth,
            "nango" => Self::Nango,
            _ => Self::Key,
        }
    }
}

#[derive(Debug)]
pub struct NewConnection<'a> {
    pub id: ConnectionId,
    pub system: &'a str,
    pub name: &'a str,
    /// Set where it is one person's own account.
    pub owner: Option<PersonId>,
    pub account_id: &'a str,
    pub account: &'a str,
    pub scopes: &'a [String],
    pub credentials: &'a [u8],
    pub auth: Auth,
    pub token_expires_at: Option<DateTime<Utc>>,
    pub by: PersonId,
}

/// The id of the company's connection to a system, or of somebody's own one, whether it is there
/// already or not; the key is sealed for it.
pub async fn id_for(
    tx: &mut OrgTx,
    system: &str,
    owner: Option<PersonId>,
) -> StoreResult<ConnectionId> {
    let found = sqlx::query_scalar!(
        "select connection_id from core.connections
         where org_id = $1 and system = $2 and owner_id is not distinct from $3
         order by credentials is null limit 1",
        tx.org().0,
        system,
        owner.map(|owner| owner.0),
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(found.map_or_else(ConnectionId::fresh, ConnectionId))
}

/// Keeps a key that was tried, and has the system read at once. One that was connected before
/// goes on where it was.
pub async fn connect(tx: &mut OrgTx, new: &NewConnection<'_>) -> StoreResult<()> {
    let (scope, visibility) = match new.owner {
        Some(_) => ("person", "person"),
        None => ("org", "org"),
    };
    // Another account begins anew: where the last one was read to means nothing there.
    sqlx::query!(
        "delete from core.sync_streams where org_id = $1 and connection_id = $2
             and exists (select from core.connections
                 where org_id = $1 and connection_id = $2 and account_id <> $3)",
        tx.org().0,
        new.id.0,
        new.account_id,
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "insert into core.connections (org_id, connection_id, system, name, scope, health,
             account_name, credentials, connected_by, next_sync_at, source, source_id,
             visibility, owner_id, account_id, scopes, auth, token_expires_at)
         values ($1, $2, $3, $4, $8, 'healthy', $5, $6, $7, now(), 'penny',
             concat_ws('/', $3::text, $10::uuid::text), $9, $10, $11, $12, $13, $14)
         on conflict (org_id, connection_id) do update
         set name = excluded.name, health = 'healthy', health_note = null,
             account_name = excluded.account_name, credentials = excluded.credentials,
             account_id = excluded.account_id, scopes = excluded.scopes,
             connected_by = excluded.connected_by, next_sync_at = now(), disconnected_at = null,
             auth = excluded.auth, token_expires_at = excluded.token_expires_at,
             renewing_until = null, broken_at = null",
        tx.org().0,
        new.id.0,
        new.system,
        new.name,
        new.account,
        new.credentials,
        new.by.0,
        scope,
        visibility,
        new.owner.map(|owner| owner.0),
        new.account_id,
        new.scopes,
        new.auth.as_str(),
        new.token_expires_at,
    )
    .execute(tx.connection())
    .await?;
    areas::settle_readers(tx, new.system).await
}

/// Forgets the key. What was read stays; a run on its way ends with it and saves no further page.
pub async fn disconnect(
    tx: &mut OrgTx,
    system: &str,
    owner: Option<PersonId>,
) -> StoreResult<bool> {
    let done = sqlx::query!(
        r#"with cut as (
             update core.connections
             set credentials = null, disconnected_at = now(), next_sync_at = null, health = 'paused',
                 broken_at = null,
                 health_note = 'Disconnected; what was read before is still here.'
             where org_id = $1 and system = $2 and credentials is not null
                 and owner_id is not distinct from $3
             returning connection_id
         ), stopped as (
             update core.sync_runs set state = 'stopped', ended_at = now()
             where org_id = $1 and state = 'running' and connection_id in (select connection_id from cut)
             returning run_id
         )
         select exists (select from cut) as "cut!", array(select run_id from stopped) as "stopped!""#,
        tx.org().0,
        system,
        owner.map(|owner| owner.0),
    )
    .fetch_one(tx.connection())
    .await?;
    let stopped: Vec<_> = done.stopped.into_iter().map(RunId).collect();
    messages::nudge(tx, &stopped).await?;
    Ok(done.cut)
}

struct Row {
    connection_id: Uuid,
    system: String,
    credentials: Vec<u8>,
    auth: String,
    connected_by: Option<Uuid>,
    owner_id: Option<Uuid>,
    account_id: String,
    scopes: Vec<String>,
}

impl From<Row> for Connected {
    fn from(row: Row) -> Self {
        Self {
            id: ConnectionId(row.connection_id),
            system: row.system,
            credentials: row.credentials,
            auth: Auth::of(&row.auth),
            connected_by: row.connected_by.map(PersonId),
            owner: row.owner_id.map(PersonId),
            account_id: row.account_id,
            scopes: row.scopes,
        }
    }
}

/// Both queries for a connection with its key, which differ only in which one.
macro_rules! connected {
    ($which:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"select connection_id, system, credentials as "credentials!", auth, connected_by,
                   owner_id, coalesce(account_id, '') as "account_id!", scopes
               from core.connections where org_id = $1 and credentials is not null and "# + $which,
            $($argument),+
        )
    };
}

pub async fn get(tx: &mut OrgTx, id: ConnectionId) -> StoreResult<Option<Connected>> {
    let row = connected!("connection_id = $2", tx.org().0, id.0)
        .fetch_optional(tx.connection())
        .await?;
    Ok(row.map(Connected::from))
}

/// The connection through which somebody reaches a system: the company's, or their own. Never a
/// colleague's own.
pub async fn reachable_by(
    tx: &mut OrgTx,
    system: &str,
    person: PersonId,
) -> StoreResult<Option<Connected>> {
    let row = connected!(
        "system = $2 and (owner_id = $3 or owner_id is null) order by owner_id nulls last limit 1",
        tx.org().0,
        system,
        person.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Connected::from))
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
