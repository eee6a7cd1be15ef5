//! How runs end, once each, with all that follows from it; and how one that ended badly goes on.

use super::FAILURES_UNTIL_PAUSE;
use super::costs::cost_of;
use super::runs::{NewRun, Run, ancestors, start, wake};
use crate::base::ids::{WorkflowId, WorkflowRunId};
use crate::store::db::{Db, OrgTx, StoreResult};
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq)]
pub enum End {
    Done(Value),
    /// What went wrong and what to do, in words for people.
    Failed(String),
}

/// Ends a run once: its workflow counts failures and is paused when it keeps failing, and whoever
/// waits for the run goes on. False: it was over.
pub async fn end(tx: &mut OrgTx, run: &Run, end: &End) -> StoreResult<bool> {
    let (state, output, trouble) = match end {
        End::Done(output) => ("done", Some(output), None),
        End::Failed(trouble) => ("failed", None, Some(trouble.as_str())),
    };
    let cost = cost_of(tx, run.id).await?;
    let done = sqlx::query!(
        "update core.workflow_runs set state = $3, output = $4, trouble = $5, cost_micros = $6,
             items_failed = (select count(*) from core.workflow_items
                 where org_id = $1 and run_id = $2 and state = 'failed'),
             ended_at = now(), wake_at = null
         where org_id = $1 and run_id = $2 and state in ('due', 'running', 'waiting')",
        tx.org().0,
        run.id.0,
        state,
        output,
        trouble,
        cost,
    )
    .execute(tx.connection())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "update core.workflows set failures = case when $3 then failures + 1 else 0 end,
             state = case when $3 and failures + 1 >= $4 then 'paused' else state end,
             next_run_at = case when $3 and failures + 1 >= $4 then null else next_run_at end
         where org_id = $1 and workflow_id = $2",
        tx.org().0,
        run.workflow.0,
        trouble.is_some() && !run.is_dry,
        FAILURES_UNTIL_PAUSE,
    )
    .execute(tx.connection())
    .await?;
    tell_parent(tx, run).await?;
    Ok(true)
}

async fn tell_parent(tx: &mut OrgTx, run: &Run) -> StoreResult<()> {
    match (run.parent, run.is_step_of_another()) {
        (Some(parent), true) => wake(tx, parent).await,
        _ => Ok(()),
    }
}

/// Starts what waits for the good end of this workflow: workflows of the same owner only, whose
/// rights are then the same.
pub async fn start_followers(tx: &mut OrgTx, run: &Run, output: &Value) -> StoreResult<()> {
    let line: Vec<Uuid> = ancestors(tx, run.id)
        .await?
        .into_iter()
        .map(|it| it.0)
        .collect();
    let followers = sqlx::query_scalar!(
        "select f.workflow_id from core.workflows as w
         join core.workflows as f on f.org_id = w.org_id and f.workspace_id = w.workspace_id
             and f.owner_user = w.owner_user and f.trigger_on = w.name
         where w.org_id = $1 and w.workflow_id = $2 and f.trigger_kind = 'after' and f.state = 'active'
             and f.workflow_id <> all($3)",
        tx.org().0,
        run.workflow.0,
        &line,
    )
    .fetch_all(tx.connection())
    .await?;
    for follower in followers {
        let cause = format!("after:{}", run.id);
        let new = NewRun {
            workflow: WorkflowId(follower),
            cause: &cause,
            trigger_kind: "after",
            input: output,
            is_dry: false,
            parent: Some((run, None)),
        };
        start(tx, &new).await?;
    }
    Ok(())
}

/// What somebody does not want any more.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    Run(WorkflowRunId),
    AllOf(WorkflowId),
}

/// A run that was ended, and the one whose step waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Cancelled {
    pub run: WorkflowRunId,
    pub is_waited_for_by: Option<WorkflowRunId>,
}

/// Ends runs that somebody does not want any more, and those that their steps wait for. Waking
/// whoever has to know is the caller's.
pub async fn cancel(tx: &mut OrgTx, which: Which) -> StoreResult<Vec<Cancelled>> {
    let (run, workflow) = match which {
        Which::Run(run) => (Some(run.0), None),
        Which::AllOf(workflow) => (None, Some(workflow.0)),
    };
    // Parents before children, as whoever takes the floor for a step: no two wait in a ring.
    let ended = sqlx::query!(
        r#"with recursive tree as (
               select run_id from core.workflow_runs
               where org_id = $1 and (run_id = $2 or workflow_id = $3)
               union
               select r.run_id from core.workflow_runs as r join tree on r.parent_run = tree.run_id
               where r.org_id = $1 and r.parent_step is not null
           ), held as (
               select run_id from core.workflow_runs
               where org_id = $1 and run_id in (select run_id from tree)
                   and state in ('due', 'running', 'waiting')
               order by depth, run_id for update
           )
           update core.workflow_runs set state = 'cancelled', ended_at = now(), wake_at = null
           where org_id = $1 and run_id in (select run_id from held)
               and state in ('due', 'running', 'waiting')
           returning run_id, case when parent_step is not null then parent_run end as parent"#,
        tx.org().0,
        run,
        workflow,
    )
    .fetch_all(tx.connection())
    .await?;
    let ended = ended.into_iter().map(|row| Cancelled {
        run: WorkflowRunId(row.run_id),
        is_waited_for_by: row.parent.map(WorkflowRunId),
    });
    Ok(ended.collect())
}

/// Goes on with a run that failed, or was cancelled, after the last step that was taken.
pub async fn try_again(tx: &mut OrgTx, run: &Run) -> StoreResult<bool> {
    let again = sqlx::query!(
        "update core.workflow_runs set state = 'due', trouble = null, ended_at = null, tries = tries + 1
         where org_id = $1 and run_id = $2 and state in ('failed', 'cancelled') and parent_step is null",
        tx.org().0,
        run.id.0,
    )
    .execute(tx.connection())
    .await?;
    if again.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "with anew as (
             delete from core.workflow_steps where org_id = $1 and run_id = $2 and state = 'waiting'
                 and kind in ('workflow', 'prompt')
             returning cost_micros
         )
         update core.workflow_runs
         set cost_before_micros = cost_before_micros + (select coalesce(sum(cost_micros), 0) from anew)
         where org_id = $1 and run_id = $2",
        tx.org().0,
        run.id.0,
    )
    .execute(tx.connection())
    .await?;
    wake(tx, run.id).await?;
    Ok(true)
}

/// Deletes runs that ended longer ago than the retention allows, with their steps and items, in
/// every organisation, a bounded number at a time; returns how many.
pub async fn delete_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    let gone = sqlx::query_scalar!(
        r#"
        with gone as (
            delete from core.workflow_runs where ctid = any(array(
                select ctid from core.workflow_runs
                where ended_at < now() - make_interval(days => greatest($1, 1)) limit $2))
            returning org_id, run_id
        ), items as (
            delete from core.workflow_items as i using gone
            where i.org_id = gone.org_id and i.run_id = gone.run_id
        )
        select count(*) as "gone!" from gone
        "#,
        days,
        limit,
    )
    .fetch_one(db.system())
    .await?;
    Ok(gone.unsigned_abs())
}
