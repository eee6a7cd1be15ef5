//! Records that are gone in the system they came from.

use crate::base::ids::PersonId;
use crate::store::db::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

/// Deletes rows of one table by their ids in the other system; returns how many there were.
/// The name of the table is a constant of this binary.
pub async fn remove(
    tx: &mut OrgTx,
    table: &'static str,
    source: &str,
    source_ids: &[String],
) -> StoreResult<u64> {
    let statement = format!(
        "delete from core.{table} where org_id = $1 and source = $2 and source_id = any($3)"
    );
    let done = sqlx::query(AssertSqlSafe(statement))
        .bind(tx.org().0)
        .bind(source)
        .bind(source_ids)
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected())
}

/// As [`remove`], for everything whose id there begins like this.
pub async fn remove_within(
    tx: &mut OrgTx,
    table: &'static str,
    source: &str,
    prefix: &str,
) -> StoreResult<u64> {
    let statement = format!(
        "delete from core.{table} where org_id = $1 and source = $2 and starts_with(source_id, $3)"
    );
    let done = sqlx::query(AssertSqlSafe(statement))
        .bind(tx.org().0)
        .bind(source)
        .bind(prefix)
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected())
}

/// As [`remove`], for everything that names a record at this place of its raw payload.
pub async fn remove_in(
    tx: &mut OrgTx,
    table: &'static str,
    source: &str,
    place: &[&str],
    record: &str,
) -> StoreResult<u64> {
    let statement =
        format!("delete from core.{table} where org_id = $1 and source = $2 and (raw #>> $3) = $4");
    let done = sqlx::query(AssertSqlSafe(statement))
        .bind(tx.org().0)
        .bind(source)
        .bind(place)
        .bind(record)
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected())
}

/// What a listing of everything did not name.
#[derive(Debug)]
pub struct Unlisted<'a> {
    pub table: &'static str,
    pub source: &'a str,
    /// Whose account was listed; none for the company's.
    pub owner: Option<PersonId>,
    pub since: DateTime<Utc>,
    /// What the rows that it named carry as `listing` in their raw payload.
    pub listing: &'a str,
}

/// Deletes what is not there any more; returns how many rows that were.
pub async fn remove_unlisted(tx: &mut OrgTx, unlisted: &Unlisted<'_>) -> StoreResult<u64> {
    let statement = format!(
        "delete from core.{} where org_id = $1 and source = $2
             and ($3::uuid is null or owner_id = $3)
             and created_at >= $4 and raw ->> 'listing' is distinct from $5",
        unlisted.table
    );
    let done = sqlx::query(AssertSqlSafe(statement))
        .bind(tx.org().0)
        .bind(unlisted.source)
        .bind(unlisted.owner.map(|owner| owner.0))
        .bind(unlisted.since)
        .bind(unlisted.listing)
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected())
}
