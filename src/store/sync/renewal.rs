//! Tokens that end: one process renews one at a time, without a transaction while it asks the
//! system, and what it got counts only in place of what it began with. And connections that no
//! longer work, of which somebody is told once.

use crate::base::ids::{ConnectionId, UserId};
use crate::store::db::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};

/// Longer than a renewal may take.
const RENEWAL_SECONDS: f64 = 30.0;

/// The kind of job that tells somebody of a connection that no longer works; its key is the
/// connection's id.
pub const TELL_BROKEN: &str = "tell_broken";

/// Takes the right to renew this token. False: somebody else has it, or has renewed it already.
pub async fn begin_renewal(
    tx: &mut OrgTx,
    id: ConnectionId,
    credentials: &[u8],
) -> StoreResult<bool> {
    let begun = sqlx::query!(
        "update core.connections set renewing_until = now() + make_interval(secs => $4)
         where org_id = $1 and connection_id = $2 and credentials = $3
             and (renewing_until is null or renewing_until < now())",
        tx.org().0,
        id.0,
        credentials,
        RENEWAL_SECONDS,
    )
    .execute(tx.connection())
    .await?;
    Ok(begun.rows_affected() == 1)
}

/// Keeps the new token. Whether a connection that was broken works again with it, its next
/// reading finds out, at once.
pub async fn end_renewal(
    tx: &mut OrgTx,
    id: ConnectionId,
    before: &[u8],
    after: &[u8],
    expires_at: Option<DateTime<Utc>>,
) -> StoreResult<()> {
    sqlx::query!(
        "update core.connections
         set credentials = $4, token_expires_at = $5, renewing_until = null,
             next_sync_at = case when broken_at is null then next_sync_at else now() end
         where org_id = $1 and connection_id = $2 and credentials = $3",
        tx.org().0,
        id.0,
        before,
        after,
        expires_at,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The system was away; anybody may try again.
pub async fn give_up_renewal(
    tx: &mut OrgTx,
    id: ConnectionId,
    credentials: &[u8],
) -> StoreResult<()> {
    sqlx::query!(
        "update core.connections set renewing_until = null
         where org_id = $1 and connection_id = $2 and credentials = $3",
        tx.org().0,
        id.0,
        credentials,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Says that these credentials no longer work, until somebody connects the system anew, and has
/// somebody told.
pub async fn mark_broken(
    tx: &mut OrgTx,
    id: ConnectionId,
    credentials: &[u8],
    note: &str,
) -> StoreResult<()> {
    let broken = sqlx::query!(
        "update core.connections
         set health = 'broken', health_note = $4, next_sync_at = null, renewing_until = null,
             broken_at = now()
         where org_id = $1 and connection_id = $2 and credentials = $3 and broken_at is null",
        tx.org().0,
        id.0,
        credentials,
        note,
    )
    .execute(tx.connection())
    .await?;
    match broken.rows_affected() {
        0 => Ok(()),
        _ => tell_of(tx, id).await,
    }
}

pub(super) async fn tell_of(tx: &mut OrgTx, id: ConnectionId) -> StoreResult<()> {
    crate::store::jobs::nudge(tx, TELL_BROKEN, &id.to_string()).await
}

/// A connection that no longer works, and who should know.
#[derive(Debug, Clone)]
pub struct Broken {
    pub system: String,
    pub name: String,
    pub note: String,
    pub since: DateTime<Utc>,
    /// Whose it is, or who connected it.
    pub user: Option<UserId>,
}

/// None: it works.
pub async fn broken(tx: &mut OrgTx, id: ConnectionId) -> StoreResult<Option<Broken>> {
    Ok(sqlx::query!(
        r#"select c.system, c.name, coalesce(c.health_note, '') as "note!",
               c.broken_at as "since!", p.slack_user_id
           from core.connections as c
           left join core.people as p
               on p.org_id = c.org_id and p.person_id = coalesce(c.owner_id, c.connected_by)
           where c.org_id = $1 and c.connection_id = $2 and c.broken_at is not null"#,
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| Broken {
        system: row.system,
        name: row.name,
        note: row.note,
        since: row.since,
        user: row.slack_user_id.map(UserId),
    }))
}
