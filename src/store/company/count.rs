//! How much of a system is here, table by table.

use crate::base::ids::PersonId;
use crate::store::db::{OrgTx, StoreResult};
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

/// The rows of a system in these tables, those of one person's own account alone if it is theirs.
/// The names of the tables are constants of this binary.
pub async fn counts(
    tx: &mut OrgTx,
    source: &str,
    owner: Option<PersonId>,
    tables: impl IntoIterator<Item = &'static str>,
) -> StoreResult<Value> {
    let mut counts = Map::new();
    for table in tables {
        let statement = format!(
            "select count(*) from core.{table} where org_id = $1 and source = $2
                 and ($3::uuid is null or owner_id = $3)"
        );
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(statement))
            .bind(tx.org().0)
            .bind(source)
            .bind(owner.map(|owner| owner.0))
            .fetch_one(tx.connection())
            .await?;
        if rows > 0 {
            counts.insert(table.to_owned(), rows.into());
        }
    }
    Ok(counts.into())
}
