//! Connections that are heard at an address of their own: its fingerprint, and the secret that is
//! signed with there. And those whose system has to be asked, time and again, to speak.

use crate::base::ids::{ConnectionId, OrgId, PersonId};
use crate::store::db::{Db, OrgTx, StoreResult};

/// A connection and its sealed secret.
#[derive(Debug)]
pub struct AtAddress {
    pub org: OrgId,
    pub connection: ConnectionId,
    pub sealed: Vec<u8>,
}

/// Whoever is heard at an address, in any organisation: the address alone says whose it is.
pub async fn at_address(
    db: &Db,
    system: &str,
    fingerprint: &[u8; 32],
) -> StoreResult<Option<AtAddress>> {
    let row = sqlx::query!(
        r#"select org_id, connection_id, credentials as "sealed!" from core.connections
           where address_hash = $1 and system = $2 and credentials is not null"#,
        fingerprint.as_slice(),
        system,
    )
    .fetch_optional(db.system())
    .await?;
    Ok(row.map(|row| AtAddress {
        org: OrgId(row.org_id),
        connection: ConnectionId(row.connection_id),
        sealed: row.sealed,
    }))
}

#[derive(Debug)]
pub struct NewAddress<'a> {
    pub id: ConnectionId,
    pub system: &'a str,
    pub name: &'a str,
    /// What tells it apart from others of the system.
    pub label: &'a str,
    pub fingerprint: &'a [u8; 32],
    pub secret: &'a [u8],
    pub by: PersonId,
}

fn source_id(system: &str, label: &str) -> String {
    format!("{system}/{}", label.to_lowercase())
}

/// The id of the connection with this label, whether it is there already or not.
pub async fn id_of_label(tx: &mut OrgTx, system: &str, label: &str) -> StoreResult<ConnectionId> {
    let found = sqlx::query_scalar!(
        "select connection_id from core.connections
         where org_id = $1 and source = 'penny' and source_id = $2",
        tx.org().0,
        source_id(system, label),
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(found.map_or_else(ConnectionId::fresh, ConnectionId))
}

/// Keeps an address; the one that the same label had is good no more.
pub async fn open_address(tx: &mut OrgTx, new: &NewAddress<'_>) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.connections (org_id, connection_id, system, name, scope, health,
             credentials, connected_by, source, source_id, account_id, address_hash)
         values ($1, $2, $3, $4, 'org', 'healthy', $5, $6, 'penny', $7, $8, $9)
         on conflict (org_id, connection_id) do update
         set health = 'healthy', health_note = null, credentials = excluded.credentials,
             connected_by = excluded.connected_by, address_hash = excluded.address_hash,
             disconnected_at = null",
        tx.org().0,
        new.id.0,
        new.system,
        new.name,
        new.secret,
        new.by.0,
        source_id(new.system, new.label),
        new.label,
        new.fingerprint.as_slice(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Asks for a job wherever a system is to be asked to speak: it speaks for a while only. The next
/// look is an hour later, unless the job itself says better.
pub async fn nudge_watches(db: &Db, systems: &[String], kind: &str) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "with due as (
             update core.connections set watch_due_at = now() + interval '1 hour'
             where system = any($1) and credentials is not null and health <> 'broken'
                 and coalesce(watch_due_at, now()) <= now()
             returning org_id, connection_id
         )
         insert into core.jobs (org_id, kind, key)
         select org_id, $2, connection_id::text from due order by 1, 3
         on conflict (org_id, kind, key) do update
         set nudges = core.jobs.nudges + 1, dead_at = null",
        systems,
        kind,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// When a system is asked the next time.
pub async fn watch_again(tx: &mut OrgTx, id: ConnectionId, seconds: f64) -> StoreResult<()> {
    sqlx::query!(
        "update core.connections set watch_due_at = now() + make_interval(secs => $3)
         where org_id = $1 and connection_id = $2",
        tx.org().0,
        id.0,
        seconds,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
