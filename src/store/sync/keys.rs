//! The keys of connected systems over the years: sealed anew when the operator's key changes, and
//! erased when Penny leaves.

use crate::base::ids::{ConnectionId, OrgId};
use crate::store::db::{Db, OrgTx, StoreResult};

/// Forgets all keys of an organisation that Penny has left.
pub async fn disconnect_all(tx: &mut OrgTx) -> StoreResult<()> {
    sqlx::query!(
        "with cut as (
             update core.connections
             set credentials = null, disconnected_at = now(), next_sync_at = null, health = 'paused'
             where org_id = $1 and credentials is not null
             returning connection_id
         )
         update core.sync_runs set state = 'stopped', ended_at = now()
         where org_id = $1 and state = 'running' and connection_id in (select connection_id from cut)",
        tx.org().0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A key as it is kept.
#[derive(Debug, Clone)]
pub struct SealedKey {
    pub org: OrgId,
    pub connection: ConnectionId,
    pub sealed: Vec<u8>,
}

/// The keys of all organisations, for sealing them anew when the operator's key has changed.
pub async fn sealed_keys(db: &Db) -> StoreResult<Vec<SealedKey>> {
    let rows = sqlx::query!(
        r#"select org_id, connection_id, credentials as "sealed!" from core.connections
           where credentials is not null"#
    )
    .fetch_all(db.system())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SealedKey {
            org: OrgId(row.org_id),
            connection: ConnectionId(row.connection_id),
            sealed: row.sealed,
        })
        .collect())
}

/// Replaces a key by the same one sealed anew, unless it was replaced meanwhile.
pub async fn reseal(tx: &mut OrgTx, before: &SealedKey, after: &[u8]) -> StoreResult<bool> {
    let done = sqlx::query!(
        "update core.connections set credentials = $4
         where org_id = $1 and connection_id = $2 and credentials = $3",
        tx.org().0,
        before.connection.0,
        before.sealed,
        after,
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}
