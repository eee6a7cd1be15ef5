//! The runs of workflows: each started once by what causes it, and ended once with all that
//! follows from it.

use super::{RUN, corrupt};
use crate::base::ids::{AskerId, ChannelId, Ts, TurnId, UserId, WorkflowId, WorkflowRunId};
use crate::store::db::{OrgTx, StoreResult};
use crate::store::jobs;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Clone)]
pub struct Run {
    pub id: WorkflowRunId,
    pub workflow: WorkflowId,
    pub cause: String,
    pub trigger_kind: String,
    pub input: Value,
    pub definition: Value,
    pub is_dry: bool,
    pub parent: Option<WorkflowRunId>,
    pub parent_step: Option<String>,
    pub root: WorkflowRunId,
    pub depth: i32,
    pub tries: i32,
    pub state: String,
    pub channel: Option<ChannelId>,
    pub thread: Option<Ts>,
    pub output: Option<Value>,
    pub trouble: Option<String>,
    pub cost_micros: i64,
    /// Of all its loops, once it has ended.
    pub items_failed: i64,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

impl Run {
    pub fn is_over(&self) -> bool {
        matches!(
            self.state.as_str(),
            "done" | "failed" | "cancelled" | "skipped"
        )
    }

    /// It was due while another run of its workflow was not over.
    pub fn is_left_out(&self) -> bool {
        self.state == "skipped"
    }

    /// Another run's step waits for this one.
    pub fn is_step_of_another(&self) -> bool {
        self.parent_step.is_some()
    }
}

struct Row {
    run_id: Uuid,
    workflow_id: Uuid,
    cause: String,
    trigger_kind: String,
    input: Value,
    definition: Value,
    is_dry: bool,
    parent_run: Option<Uuid>,
    parent_step: Option<String>,
    root_run: Uuid,
    depth: i32,
    tries: i32,
    state: String,
    channel_id: Option<String>,
    root_ts: Option<String>,
    output: Option<Value>,
    trouble: Option<String>,
    cost_micros: i64,
    items_failed: i64,
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

impl From<Row> for Run {
    fn from(row: Row) -> Self {
        Self {
            id: WorkflowRunId(row.run_id),
            workflow: WorkflowId(row.workflow_id),
            cause: row.cause,
            trigger_kind: row.trigger_kind,
            input: row.input,
            definition: row.definition,
            is_dry: row.is_dry,
            parent: row.parent_run.map(WorkflowRunId),
            parent_step: row.parent_step,
            root: WorkflowRunId(row.root_run),
            depth: row.depth,
            tries: row.tries,
            state: row.state,
            channel: row.channel_id.map(ChannelId),
            thread: row.root_ts.map(Ts),
            output: row.output,
            trouble: row.trouble,
            cost_micros: row.cost_micros,
            items_failed: row.items_failed,
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}

macro_rules! runs {
    ($which:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            Row,
            "select run_id, workflow_id, cause, trigger_kind, input, definition, is_dry, parent_run,
                 parent_step, root_run, depth, tries, state, channel_id, root_ts, output, trouble, cost_micros,
                 items_failed, created_at, ended_at
             from core.workflow_runs " + $which,
            $($argument),+
        )
    };
}

#[derive(Debug, Clone)]
pub struct NewRun<'a> {
    pub workflow: WorkflowId,
    pub cause: &'a str,
    pub trigger_kind: &'a str,
    pub input: &'a Value,
    pub is_dry: bool,
    /// The run that leads to it, and its step if that waits for it.
    pub parent: Option<(&'a Run, Option<&'a str>)>,
}

/// Starts a run, unless the same cause has started it already; either way, says which it is.
pub async fn start(tx: &mut OrgTx, new: &NewRun<'_>) -> StoreResult<WorkflowRunId> {
    let id = WorkflowRunId::fresh();
    let (parent, step) = match new.parent {
        Some((parent, step)) => (Some(parent), step),
        None => (None, None),
    };
    sqlx::query!(
        "insert into core.workflow_runs (org_id, run_id, workflow_id, cause, trigger_kind, input,
             definition, is_dry, parent_run, parent_step, root_run, depth)
         select org_id, $2, workflow_id, $4, $5, $6, definition, $7, $8, $9, $10, $11
         from core.workflows where org_id = $1 and workflow_id = $3
         on conflict do nothing",
        tx.org().0,
        id.0,
        new.workflow.0,
        new.cause,
        new.trigger_kind,
        new.input,
        new.is_dry,
        parent.map(|run| run.id.0),
        step,
        parent.map_or(id.0, |run| run.root.0),
        parent.map_or(0, |run| run.depth + 1),
    )
    .execute(tx.connection())
    .await?;
    let run = sqlx::query_scalar!(
        "select run_id from core.workflow_runs where org_id = $1 and workflow_id = $2 and cause = $3",
        tx.org().0,
        new.workflow.0,
        new.cause,
    )
    .fetch_optional(tx.connection())
    .await?;
    let run = run.ok_or_else(|| corrupt("a run of a workflow that is gone"))?;
    wake(tx, WorkflowRunId(run)).await?;
    Ok(WorkflowRunId(run))
}

/// Has a run look at how far it is.
pub async fn wake(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<()> {
    jobs::nudge(tx, RUN, &run.to_string()).await
}

pub async fn get_run(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<Option<Run>> {
    let row = runs!("where org_id = $1 and run_id = $2", tx.org().0, run.0)
        .fetch_optional(tx.connection())
        .await?;
    Ok(row.map(Run::from))
}

/// The latest runs of a workflow, newest first.
pub async fn history(tx: &mut OrgTx, workflow: WorkflowId, limit: i64) -> StoreResult<Vec<Run>> {
    let rows = runs!(
        "where org_id = $1 and workflow_id = $2 order by created_at desc limit $3",
        tx.org().0,
        workflow.0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Run::from).collect())
}

/// The oldest run of a workflow that is not over: the one that later ones would wait for.
pub async fn in_the_way(tx: &mut OrgTx, workflow: WorkflowId) -> StoreResult<Option<Run>> {
    let row = runs!(
        "where org_id = $1 and workflow_id = $2 and state in ('due', 'running', 'waiting')
         order by created_at limit 1",
        tx.org().0,
        workflow.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Run::from))
}

/// The latest runs of a person's workflows that nobody else waits for: those that are still on, or
/// those that are over.
pub async fn of_owner(
    tx: &mut OrgTx,
    workspace: &str,
    owner: &UserId,
    are_over: bool,
    limit: i64,
) -> StoreResult<Vec<Run>> {
    let rows = runs!(
        "where org_id = $1 and parent_step is null
             and (state in ('done', 'failed', 'cancelled')) = $4 and state <> 'skipped'
             and workflow_id in (select workflow_id from core.workflows
                 where org_id = $1 and workspace_id = $2 and owner_user = $3)
         order by coalesce(ended_at, created_at) desc limit $5",
        tx.org().0,
        workspace,
        owner.as_str(),
        are_over,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Run::from).collect())
}

/// The workflows of a run and of all that led to it.
pub async fn ancestors(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<Vec<WorkflowId>> {
    let found = sqlx::query_scalar!(
        r#"with recursive line as (
               select workflow_id, parent_run, 0 as height from core.workflow_runs
               where org_id = $1 and run_id = $2
               union all
               select r.workflow_id, r.parent_run, line.height + 1
               from core.workflow_runs as r join line on r.run_id = line.parent_run
               where r.org_id = $1 and line.height < 50
           )
           select workflow_id as "workflow!" from line"#,
        tx.org().0,
        run.0,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(found.into_iter().map(WorkflowId).collect())
}

/// How many runs the same beginning has led to.
pub async fn descendants(tx: &mut OrgTx, root: WorkflowRunId) -> StoreResult<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from core.workflow_runs where org_id = $1 and root_run = $2"#,
        tx.org().0,
        root.0,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Where a run is visible.
pub async fn place(
    tx: &mut OrgTx,
    run: WorkflowRunId,
    channel: &ChannelId,
    root: &Ts,
) -> StoreResult<()> {
    sqlx::query!(
        "update core.workflow_runs set channel_id = $3, root_ts = $4 where org_id = $1 and run_id = $2",
        tx.org().0,
        run.0,
        channel.as_str(),
        root.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// It works, or waits until then, or for somebody. A run that is over stays so.
pub async fn advance(
    tx: &mut OrgTx,
    run: WorkflowRunId,
    is_waiting: bool,
    wake_at: Option<DateTime<Utc>>,
) -> StoreResult<()> {
    sqlx::query!(
        "update core.workflow_runs set state = case when $3 then 'waiting' else 'running' end, wake_at = $4
         where org_id = $1 and run_id = $2 and state in ('due', 'running', 'waiting')",
        tx.org().0,
        run.0,
        is_waiting,
        wake_at,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whether this is a run that leaves everything outside as it is.
pub async fn is_dry(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<bool> {
    let found = sqlx::query_scalar!(
        "select is_dry from core.workflow_runs where org_id = $1 and run_id = $2",
        tx.org().0,
        run.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(found.unwrap_or(false))
}

/// Whether a turn is a step of a run that somebody has cancelled, or deleted with its workflow. The
/// run is kept as it is until `tx` ends.
pub async fn is_given_up(tx: &mut OrgTx, turn: TurnId) -> StoreResult<bool> {
    let found = sqlx::query_scalar!(
        r#"select coalesce(
               (select state = 'cancelled' from core.workflow_runs as r
                where r.org_id = $1 and r.run_id = t.run_id for share),
               not exists (select from core.schedule_runs as s
                where s.org_id = $1 and s.run_id = t.run_id)) as "is_given_up!"
           from core.turns as t where t.org_id = $1 and t.turn_id = $2 and t.run_id is not null"#,
        tx.org().0,
        turn.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(found.unwrap_or(false))
}

/// The workflow at the beginning of all that led to this turn or run. None: a person asked.
pub async fn behind(tx: &mut OrgTx, asker: AskerId) -> StoreResult<Option<WorkflowId>> {
    let found = sqlx::query_scalar!(
        "select root.workflow_id from core.workflow_runs as run
         join core.workflow_runs as root on root.org_id = run.org_id and root.run_id = run.root_run
         where run.org_id = $1 and run.run_id = coalesce(
             (select run_id from core.turns where org_id = $1 and turn_id = $2), $2)",
        tx.org().0,
        asker.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(found.map(WorkflowId))
}
