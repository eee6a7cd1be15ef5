//! Work that was given up, for an operator: what it was, why it ended, and having it tried again.

use crate::base::ids::OrgId;
use crate::store::db::{Db, StoreResult};
use chrono::{DateTime, Utc};

/// A job that nobody tries any more.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenUp {
    pub org: OrgId,
    pub kind: String,
    pub key: String,
    pub attempts: i32,
    pub error: Option<String>,
    pub at: DateTime<Utc>,
}

/// What was given up lately in all organisations, of one kind or of any, the latest first.
pub async fn given_up(db: &Db, kind: Option<&str>, limit: i64) -> StoreResult<Vec<GivenUp>> {
    let rows = sqlx::query!(
        r#"select org_id, kind, key, attempts, last_error, dead_at as "dead_at!"
           from core.jobs
           where dead_at is not null and ($1::text is null or kind = $1)
           order by dead_at desc, kind, key limit $2"#,
        kind,
        limit,
    )
    .fetch_all(db.system())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| GivenUp {
            org: OrgId(row.org_id),
            kind: row.kind,
            key: row.key,
            attempts: row.attempts,
            error: row.last_error,
            at: row.dead_at,
        })
        .collect())
}

/// Has what was given up of this kind tried anew, or what has this key of it; returns how many.
pub async fn retry(db: &Db, kind: &str, key: Option<&str>) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "update core.jobs
         set dead_at = null, attempts = 0, nudges = nudges + 1, run_at = now()
         where dead_at is not null and kind = $1 and ($2::text is null or key = $2)",
        kind,
        key,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
