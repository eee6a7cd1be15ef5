//! Records that are gone in the system they came from.

use crate::store::db::{OrgTx, StoreResult};
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
