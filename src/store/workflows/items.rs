//! The items of loops, one row each, so that a loop goes on with those that are not done.

use super::steps::hold;
use crate::base::ids::{ChannelId, PersonId, WorkflowRunId};
use crate::store::db::{OrgTx, StoreResult};
use crate::store::jobs::{self, Fence};
use chrono::{DateTime, Utc};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub number: i32,
    pub item: Value,
    pub is_begun: bool,
}

/// Writes the items of a loop down, once; what the loop goes through does not change any more.
pub async fn plan_items(
    tx: &mut OrgTx,
    fence: &Fence,
    run: WorkflowRunId,
    step: &str,
    workflow: &str,
    items: &[Value],
    (owner, channel): (PersonId, Option<&ChannelId>),
) -> StoreResult<()> {
    hold(tx, run).await?;
    jobs::hold(tx, fence).await?;
    sqlx::query!(
        "insert into core.workflow_items (org_id, run_id, step, number, workflow, item, visibility, owner_id, channel_id)
         select $1, $2, $3, (place - 1)::integer, $4, item,
             case when $7::text is null then 'person' else 'channel' end, $6, $7
         from unnest($5::jsonb[]) with ordinality as given(item, place)
         on conflict do nothing",
        tx.org().0,
        run.0,
        step,
        workflow,
        items,
        owner.0,
        channel.map(ChannelId::as_str),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// How many items all loops of a run have written down.
pub async fn planned(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from core.workflow_items where org_id = $1 and run_id = $2"#,
        tx.org().0,
        run.0,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// The next items after this one that are not done.
pub async fn to_do(
    tx: &mut OrgTx,
    run: WorkflowRunId,
    step: &str,
    after: i32,
    limit: i64,
) -> StoreResult<Vec<Item>> {
    Ok(sqlx::query_as!(
        Item,
        r#"select number, item, began_at is not null as "is_begun!" from core.workflow_items
         where org_id = $1 and run_id = $2 and step = $3 and state in ('todo', 'waiting') and number > $4
         order by number limit $5"#,
        tx.org().0,
        run.0,
        step,
        after,
        limit,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// How many items were begun since then.
pub async fn started_since(
    tx: &mut OrgTx,
    run: WorkflowRunId,
    step: &str,
    since: DateTime<Utc>,
) -> StoreResult<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from core.workflow_items
           where org_id = $1 and run_id = $2 and step = $3 and began_at > $4"#,
        tx.org().0,
        run.0,
        step,
        since,
    )
    .fetch_one(tx.connection())
    .await?)
}

#[derive(Debug, Clone, PartialEq)]
pub enum ItemEnd {
    Waiting,
    Done(Value),
    Failed(String),
}

/// How an item went. Its steps have done their work once it is over, and go.
pub async fn save_item(
    tx: &mut OrgTx,
    fence: &Fence,
    run: WorkflowRunId,
    (step, number): (&str, i32),
    end: &ItemEnd,
    began_at: DateTime<Utc>,
) -> StoreResult<()> {
    hold(tx, run).await?;
    jobs::hold(tx, fence).await?;
    let (state, outcome, trouble) = match end {
        ItemEnd::Waiting => ("waiting", None, None),
        ItemEnd::Done(outcome) => ("done", Some(outcome), None),
        ItemEnd::Failed(trouble) => ("failed", None, Some(trouble.as_str())),
    };
    sqlx::query!(
        "update core.workflow_items set state = $5, outcome = $6, trouble = $7,
             began_at = coalesce(began_at, $8), ended_at = case when $5 <> 'waiting' then now() end,
             cost_micros = case when $5 = 'waiting' then 0 else (
                 select coalesce(sum(cost_micros), 0)::bigint from core.workflow_steps
                 where org_id = $1 and run_id = $2 and starts_with(path, $9)) end
         where org_id = $1 and run_id = $2 and step = $3 and number = $4 and state in ('todo', 'waiting')",
        tx.org().0,
        run.0,
        step,
        number,
        state,
        outcome,
        trouble,
        began_at,
        format!("{step}.{number}."),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The steps of an item that is over.
pub async fn forget_item_steps(
    tx: &mut OrgTx,
    run: WorkflowRunId,
    (step, number): (&str, i32),
) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.workflow_steps where org_id = $1 and run_id = $2 and starts_with(path, $3)",
        tx.org().0,
        run.0,
        format!("{step}.{number}."),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub open: i64,
    pub done: i64,
    pub failed: i64,
    pub cost_micros: i64,
}

pub async fn counts(tx: &mut OrgTx, run: WorkflowRunId, step: &str) -> StoreResult<Counts> {
    Ok(sqlx::query_as!(
        Counts,
        r#"select count(*) filter (where state in ('todo', 'waiting')) as "open!",
               count(*) filter (where state = 'done') as "done!",
               count(*) filter (where state = 'failed') as "failed!",
               coalesce(sum(cost_micros), 0)::bigint as "cost_micros!"
           from core.workflow_items where org_id = $1 and run_id = $2 and step = $3"#,
        tx.org().0,
        run.0,
        step,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// An item of which nothing came.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedItem {
    pub number: i32,
    pub item: Value,
    pub trouble: String,
}

pub async fn failed_items(
    tx: &mut OrgTx,
    run: WorkflowRunId,
    step: &str,
    limit: i64,
) -> StoreResult<Vec<FailedItem>> {
    Ok(sqlx::query_as!(
        FailedItem,
        r#"select number, item, coalesce(trouble, '') as "trouble!" from core.workflow_items
           where org_id = $1 and run_id = $2 and step = $3 and state = 'failed'
           order by number limit $4"#,
        tx.org().0,
        run.0,
        step,
        limit,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// What came of the first items.
pub async fn outcomes(
    tx: &mut OrgTx,
    run: WorkflowRunId,
    step: &str,
    limit: i64,
) -> StoreResult<Vec<Value>> {
    let found = sqlx::query_scalar!(
        r#"select outcome as "outcome!" from core.workflow_items
           where org_id = $1 and run_id = $2 and step = $3 and state = 'done' and outcome is not null
           order by number limit $4"#,
        tx.org().0,
        run.0,
        step,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(found)
}
