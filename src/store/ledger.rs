//! The rows of the ledger. Numbers, times and hashes are the database's (see the migration);
//! here entries go in, and the chain comes out again.

use super::db::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// Canonical JSON.
    pub entry: String,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// Appends an entry. Until the transaction ends no other one of the organisation can, so nothing
/// but the jobs that follow from it comes after this.
pub async fn append(tx: &mut OrgTx, entry: &str) -> StoreResult<()> {
    tx.reaches_ledger();
    sqlx::query!(
        "insert into core.ledger (org_id, entry) values ($1, $2)",
        tx.org().0,
        entry,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// How many entries there are and the last one's hash; None before the first.
pub async fn head(tx: &mut OrgTx) -> StoreResult<Option<(i64, Vec<u8>)>> {
    Ok(sqlx::query!(
        "select entries, hash from core.ledger_heads where org_id = $1",
        tx.org().0,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| (row.entries, row.hash)))
}

/// Up to `limit` entries after `seq`, in order.
pub async fn after(tx: &mut OrgTx, seq: i64, limit: i64) -> StoreResult<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "select seq, at, entry, previous, hash from core.ledger
         where org_id = $1 and seq > $2 order by seq limit $3",
        tx.org().0,
        seq,
        limit,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// The last `limit` entries, newest first.
pub async fn latest(tx: &mut OrgTx, limit: i64) -> StoreResult<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "select seq, at, entry, previous, hash from core.ledger
         where org_id = $1 order by seq desc limit $2",
        tx.org().0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?)
}
