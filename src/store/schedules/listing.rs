//! The schedules that somebody may see, page by page. Who sees what is decided in the query, so
//! that however many others there are, nobody's own are missing.

use super::{Row, Schedule};
use crate::base::ids::UserId;
use crate::store::artifacts::like;
use crate::store::db::{OrgTx, StoreResult};

/// What somebody may see: their own, those of these channels, or all.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    pub owner: &'a UserId,
    pub channels: &'a [String],
    pub is_everything: bool,
}

/// Which of those are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// All of them stand in the question, or in the time as it was written.
    pub words: &'a [String],
    pub from: i64,
    pub limit: i64,
}

/// What comes next first, what is paused or over last; and how many there are in all.
pub async fn list(
    tx: &mut OrgTx,
    workspace: &str,
    sight: Sight<'_>,
    wanted: Wanted<'_>,
) -> StoreResult<(Vec<Schedule>, i64)> {
    let patterns: Vec<String> = wanted.words.iter().map(|word| like(word)).collect();
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from core.schedules
         where org_id = $1 and workspace_id = $2 and state <> 'proposed'
           and ($3 or owner_user = $4 or channel_id = any($5::text[]))
           and (question || ' ' || said) ilike all ($6::text[])"#,
        tx.org().0,
        workspace,
        sight.is_everything,
        sight.owner.as_str(),
        sight.channels,
        &patterns,
    )
    .fetch_one(tx.connection())
    .await?;
    let found = sqlx::query_as!(
        Row,
        "select schedule_id, workspace_id, channel_id, owner_user, asked_by, replaces, question, said, rule, catch_up,
             budget_micros, model, state, next_run_at, failures, empties, digest
         from core.schedules
         where org_id = $1 and workspace_id = $2 and state <> 'proposed'
           and ($3 or owner_user = $4 or channel_id = any($5::text[]))
           and (question || ' ' || said) ilike all ($6::text[])
         order by state <> 'active', next_run_at, created_at, schedule_id
         offset $7 limit $8",
        tx.org().0,
        workspace,
        sight.is_everything,
        sight.owner.as_str(),
        sight.channels,
        &patterns,
        wanted.from,
        wanted.limit,
    )
    .fetch_all(tx.connection())
    .await?;
    let found: StoreResult<Vec<Schedule>> = found.into_iter().map(Schedule::try_from).collect();
    Ok((found?, total))
}
