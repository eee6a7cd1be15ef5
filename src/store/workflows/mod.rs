//! Workflows as rows. What their definitions mean is `automation`'s to know; their runs are
//! `runs`, `ends` and `costs`, what a run has taken is `steps` and `items`, what it leaves to later ones
//! is `notes`, and what starts or goes on by itself, over all organisations, is `waking`.

mod costs;
mod ends;
mod items;
mod notes;
mod runs;
mod steps;
mod waking;

pub use costs::{Budgeted, budgets_of, cost_of};
pub use ends::{Cancelled, End, Which, cancel, delete_older_than, end, start_followers, try_again};
pub use items::{
    Counts, FailedItem, Item, ItemEnd, counts, failed_items, forget_item_steps, outcomes,
    plan_items, planned, save_item, started_since, to_do,
};
pub use notes::{Noted, note, noted};
pub use runs::{
    NewRun, Run, advance, ancestors, behind, descendants, get_run, history, in_the_way, is_dry,
    is_given_up, of_owner, place, start, wake,
};
pub use steps::{
    Saved, Spent, answer, asked, finish_step, hold, saved, steps_of, take_a_lane, take_the_floor,
    turn_ended, wait_at,
};
pub use waking::{
    Due, Happened, Listening, Started, claim_due, claim_events, listening_to, wake_sleepers,
};

use super::db::{OrgTx, StoreError, StoreResult};
use crate::base::ids::{ChannelId, UserId, WorkflowId};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The kind of the job that takes a run's steps; its key is the run.
pub const RUN: &str = "workflow";

/// Runs that fail one after the other until the workflow is paused.
pub const FAILURES_UNTIL_PAUSE: i32 = 3;

#[derive(Debug, Clone)]
pub struct Workflow {
    pub id: WorkflowId,
    pub workspace: String,
    pub name: String,
    pub channel: Option<ChannelId>,
    pub owner: UserId,
    pub definition: Value,
    pub is_paused: bool,
    pub rule: Option<Value>,
    pub next_run_at: Option<DateTime<Utc>>,
    pub failures: i32,
    pub notes: Value,
}

/// What a person decides about a workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub name: String,
    pub channel: Option<ChannelId>,
    pub definition: Value,
    pub trigger_kind: &'static str,
    pub trigger_on: Option<String>,
    pub rule: Option<Value>,
    pub next_run_at: Option<DateTime<Utc>>,
}

struct Row {
    workflow_id: uuid::Uuid,
    workspace_id: String,
    name: String,
    channel_id: Option<String>,
    owner_user: String,
    definition: Value,
    state: String,
    rule: Option<Value>,
    next_run_at: Option<DateTime<Utc>>,
    failures: i32,
    notes: Value,
}

impl From<Row> for Workflow {
    fn from(row: Row) -> Self {
        Self {
            id: WorkflowId(row.workflow_id),
            workspace: row.workspace_id,
            name: row.name,
            channel: row.channel_id.map(ChannelId),
            owner: UserId(row.owner_user),
            definition: row.definition,
            is_paused: row.state == "paused",
            rule: row.rule,
            next_run_at: row.next_run_at,
            failures: row.failures,
            notes: row.notes,
        }
    }
}

/// Every query for whole rows, which differ only in which ones.
macro_rules! workflows {
    ($which:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            Row,
            "select workflow_id, workspace_id, name, channel_id, owner_user, definition, state, rule,
                 next_run_at, failures, notes
             from core.workflows " + $which,
            $($argument),+
        )
    };
}

/// Stores a workflow. None: its name is taken. The same origin gets the same one again.
pub async fn create(
    tx: &mut OrgTx,
    origin: &str,
    workspace: &str,
    owner: &UserId,
    plan: &Plan,
) -> StoreResult<Option<WorkflowId>> {
    let made = sqlx::query_scalar!(
        "insert into core.workflows (org_id, workflow_id, workspace_id, name, channel_id, owner_user,
             definition, trigger_kind, trigger_on, rule, next_run_at, origin)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict do nothing returning workflow_id",
        tx.org().0,
        WorkflowId::fresh().0,
        workspace,
        plan.name,
        plan.channel.as_ref().map(ChannelId::as_str),
        owner.as_str(),
        plan.definition,
        plan.trigger_kind,
        plan.trigger_on,
        plan.rule,
        plan.next_run_at,
        origin,
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(made) = made {
        return Ok(Some(WorkflowId(made)));
    }
    let earlier = sqlx::query_scalar!(
        "select workflow_id from core.workflows where org_id = $1 and origin = $2",
        tx.org().0,
        origin,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(earlier.map(WorkflowId))
}

/// Changes a workflow; one that is paused stays so. False: the name is another one's.
pub async fn change(tx: &mut OrgTx, id: WorkflowId, plan: &Plan) -> StoreResult<bool> {
    let done = sqlx::query!(
        "update core.workflows as w set name = $3, channel_id = $4, definition = $5, trigger_kind = $6,
             trigger_on = $7, rule = $8, failures = 0,
             next_run_at = case when state = 'paused' then null else $9::timestamptz end,
             notes = case when channel_id is not distinct from $4 then notes else '[]' end
         where org_id = $1 and workflow_id = $2 and not exists (select from core.workflows as o
             where o.org_id = $1 and o.workspace_id = w.workspace_id and o.name = $3 and o.workflow_id <> $2)",
        tx.org().0,
        id.0,
        plan.name,
        plan.channel.as_ref().map(ChannelId::as_str),
        plan.definition,
        plan.trigger_kind,
        plan.trigger_on,
        plan.rule,
        plan.next_run_at,
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn get(tx: &mut OrgTx, id: WorkflowId) -> StoreResult<Option<Workflow>> {
    let row = workflows!("where org_id = $1 and workflow_id = $2", tx.org().0, id.0)
        .fetch_optional(tx.connection())
        .await?;
    Ok(row.map(Workflow::from))
}

pub async fn named(tx: &mut OrgTx, workspace: &str, name: &str) -> StoreResult<Option<Workflow>> {
    let row = workflows!(
        "where org_id = $1 and workspace_id = $2 and name = $3",
        tx.org().0,
        workspace,
        name,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Workflow::from))
}

/// The workflows of a workspace that have these words in their name or in what they are for: a
/// person's own first, and then what comes next.
pub async fn list(
    tx: &mut OrgTx,
    workspace: &str,
    user: &UserId,
    words: &str,
    limit: i64,
) -> StoreResult<Vec<Workflow>> {
    let rows = workflows!(
        "where org_id = $1 and workspace_id = $2
             and position(lower($4) in lower(name || ' ' || coalesce(definition->>'about', ''))) > 0
         order by owner_user = $3 desc, state, next_run_at, name limit $5",
        tx.org().0,
        workspace,
        user.as_str(),
        words,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Workflow::from).collect())
}

/// What a person’s workflows are called.
pub async fn names_of(tx: &mut OrgTx, workspace: &str, owner: &UserId) -> StoreResult<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select name from core.workflows
         where org_id = $1 and workspace_id = $2 and owner_user = $3 order by name",
        tx.org().0,
        workspace,
        owner.as_str(),
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Whether a person has made a workflow that is still there.
pub async fn has_any(tx: &mut OrgTx, workspace: &str, owner: &UserId) -> StoreResult<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from core.workflows
               where org_id = $1 and workspace_id = $2 and owner_user = $3) as "has_any!""#,
        tx.org().0,
        workspace,
        owner.as_str(),
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Stops a workflow from being started by anything but a person.
pub async fn pause(tx: &mut OrgTx, id: WorkflowId) -> StoreResult<()> {
    sqlx::query!(
        "update core.workflows set state = 'paused', next_run_at = null
         where org_id = $1 and workflow_id = $2",
        tx.org().0,
        id.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub async fn resume(
    tx: &mut OrgTx,
    id: WorkflowId,
    next: Option<DateTime<Utc>>,
) -> StoreResult<()> {
    sqlx::query!(
        "update core.workflows set state = 'active', next_run_at = $3, failures = 0
         where org_id = $1 and workflow_id = $2",
        tx.org().0,
        id.0,
        next,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Deletes a workflow with the history of its runs; what they said stays in Slack.
pub async fn delete(tx: &mut OrgTx, id: WorkflowId) -> StoreResult<()> {
    sqlx::query!(
        "with items as (
            delete from core.workflow_items where org_id = $1 and run_id in (
                select run_id from core.workflow_runs where org_id = $1 and workflow_id = $2)
         )
         delete from core.workflows where org_id = $1 and workflow_id = $2",
        tx.org().0,
        id.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}
