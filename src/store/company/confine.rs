//! Rows that more people may see than before, or fewer, because the area they are in was opened
//! or closed over there.

use crate::base::ids::ChannelId;
use crate::store::db::{OrgTx, StoreResult};
use sqlx::AssertSqlSafe;

/// Shows what has an id there that begins like this to the members of an area alone; without one,
/// to everybody. Returns how many rows that changed. The name of the table is a constant of this
/// binary.
pub async fn confine(
    tx: &mut OrgTx,
    table: &'static str,
    source: &str,
    prefix: &str,
    area: Option<&ChannelId>,
) -> StoreResult<u64> {
    let statement = format!(
        "update core.{table}
         set visibility = case when $4::text is null then 'org' else 'channel' end, channel_id = $4
         where org_id = $1 and source = $2 and starts_with(source_id, $3)
             and channel_id is distinct from $4"
    );
    let done = sqlx::query(AssertSqlSafe(statement))
        .bind(tx.org().0)
        .bind(source)
        .bind(prefix)
        .bind(area.map(ChannelId::as_str))
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected())
}
