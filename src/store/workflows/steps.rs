//! The steps that runs have taken. A step is saved under the lease of its run's job, once, and
//! only while the run is not over.

use crate::base::ids::{Ts, TurnId, WorkflowRunId};
use crate::store::db::{OrgTx, StoreError, StoreResult};
use crate::store::jobs::{self, Fence};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    pub path: String,
    pub kind: String,
    pub is_done: bool,
    /// What it came to, or what it waits for.
    pub output: Value,
    pub cost_micros: i64,
    pub began_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// What a step took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    pub cost_micros: i64,
    pub time: Duration,
}

/// The steps of a run that stand outside of its loops, in the order in which they began.
pub async fn steps_of(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<Vec<Saved>> {
    Ok(sqlx::query_as!(
        Saved,
        r#"select path, kind, state = 'done' as "is_done!", output, cost_micros, began_at, ended_at
           from core.workflow_steps where org_id = $1 and run_id = $2 and path !~ '\.'
           order by began_at, path"#,
        tx.org().0,
        run.0,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Every step of a run that was begun.
pub async fn saved(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<Vec<Saved>> {
    Ok(sqlx::query_as!(
        Saved,
        r#"select path, kind, state = 'done' as "is_done!", output, cost_micros, began_at, ended_at
           from core.workflow_steps where org_id = $1 and run_id = $2"#,
        tx.org().0,
        run.0,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Fails unless the run goes on, and keeps it from being cancelled until `tx` ends. Whoever
/// cancels it takes the run before its job as well.
pub async fn hold(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<()> {
    let goes_on = sqlx::query_scalar!(
        r#"select 1 as "one!" from core.workflow_runs
           where org_id = $1 and run_id = $2 and state in ('due', 'running', 'waiting') for share"#,
        tx.org().0,
        run.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    goes_on.map(|_: i32| ()).ok_or(StoreError::Fenced)
}

/// The step was taken. Items of a loop are worked on at once and share the lease; what they get
/// done is counted by their loop.
pub async fn finish_step(
    tx: &mut OrgTx,
    fence: &Fence,
    run: WorkflowRunId,
    (path, kind): (&str, &str),
    output: &Value,
    spent: Spent,
) -> StoreResult<()> {
    hold(tx, run).await?;
    match path.contains('.') {
        true => jobs::hold(tx, fence).await?,
        false => jobs::progress(tx, fence).await?,
    }
    save(tx, run, (path, kind), "done", output, spent).await
}

/// The step waits for this.
pub async fn wait_at(
    tx: &mut OrgTx,
    fence: &Fence,
    run: WorkflowRunId,
    (path, kind): (&str, &str),
    what: &Value,
) -> StoreResult<()> {
    hold(tx, run).await?;
    jobs::hold(tx, fence).await?;
    save(tx, run, (path, kind), "waiting", what, Spent::default()).await
}

async fn save(
    tx: &mut OrgTx,
    run: WorkflowRunId,
    (path, kind): (&str, &str),
    state: &str,
    output: &Value,
    spent: Spent,
) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.workflow_steps (org_id, run_id, path, kind, state, output, cost_micros, began_at, ended_at)
         values ($1, $2, $3, $4, $5, $6, $7, now() - make_interval(secs => $8),
             case when $5 = 'done' then now() end)
         on conflict (org_id, run_id, path) do update
         set state = excluded.state, output = excluded.output, cost_micros = excluded.cost_micros,
             ended_at = excluded.ended_at
         where core.workflow_steps.state <> 'done'",
        tx.org().0,
        run.0,
        path,
        kind,
        state,
        output,
        spent.cost_micros,
        spent.time.as_secs_f64(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Has a step wait for Penny's answer, unless another step waits for one in the same thread: what is
/// said there while she works would be part of that question. False: it is not its turn.
pub async fn take_the_floor(
    tx: &mut OrgTx,
    fence: &Fence,
    run: WorkflowRunId,
    (path, kind): (&str, &str),
) -> StoreResult<bool> {
    // Of steps that ask at once, in this run or in others of its thread, one finds nobody asking.
    sqlx::query_scalar!(
        "select root.run_id from core.workflow_runs as root
         join core.workflow_runs as run on run.org_id = root.org_id and run.root_run = root.run_id
         where run.org_id = $1 and run.run_id = $2 for update of root",
        tx.org().0,
        run.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    let somebody_asks = sqlx::query_scalar!(
        r#"select exists (
               select from core.workflow_steps as s
               join core.workflow_runs as r on (r.org_id, r.run_id) = (s.org_id, s.run_id)
               join core.workflow_runs as run on run.org_id = $1 and run.run_id = $2
                   and (run.channel_id, run.root_ts) = (r.channel_id, r.root_ts)
               where s.org_id = $1 and s.kind = 'prompt' and s.state = 'waiting'
                   and not (s.output ? 'text' or s.output ? 'trouble')
                   and r.state in ('due', 'running', 'waiting') and strpos(s.path, '.') = 0
                   and (s.run_id, s.path) <> ($2, $3)) as "asks!""#,
        tx.org().0,
        run.0,
        path,
    )
    .fetch_one(tx.connection())
    .await?;
    if !somebody_asks {
        wait_at(tx, fence, run, (path, kind), &serde_json::json!({})).await?;
    }
    Ok(!somebody_asks)
}

/// The same for a step within a loop, which asks beside the thread: `has_room` says whether it may,
/// by the steps of the run's loops that wait for an answer by now.
pub async fn take_a_lane(
    tx: &mut OrgTx,
    fence: &Fence,
    run: WorkflowRunId,
    (path, kind): (&str, &str),
    has_room: impl FnOnce(&[String]) -> bool,
) -> StoreResult<bool> {
    // Items are worked on at once: one of them counts at a time.
    sqlx::query_scalar!(
        "select run_id from core.workflow_runs where org_id = $1 and run_id = $2 for update",
        tx.org().0,
        run.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    let asking = sqlx::query_scalar!(
        "select path from core.workflow_steps
         where org_id = $1 and run_id = $2 and kind = 'prompt' and state = 'waiting'
             and not (output ? 'text' or output ? 'trouble') and strpos(path, '.') > 0 and path <> $3",
        tx.org().0,
        run.0,
        path,
    )
    .fetch_all(tx.connection())
    .await?;
    let is_free = has_room(&asking);
    if is_free {
        wait_at(tx, fence, run, (path, kind), &serde_json::json!({})).await?;
    }
    Ok(is_free)
}

/// In which message Penny was asked for a step.
pub async fn asked(tx: &mut OrgTx, run: WorkflowRunId, path: &str, ts: &Ts) -> StoreResult<()> {
    sqlx::query!(
        "update core.workflow_steps set asked_ts = $4
         where org_id = $1 and run_id = $2 and path = $3 and state = 'waiting'",
        tx.org().0,
        run.0,
        path,
        ts.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// What somebody answered to a step that waits for it. False: it does not wait any more.
pub async fn answer(
    tx: &mut OrgTx,
    run: WorkflowRunId,
    path: &str,
    answer: &Value,
) -> StoreResult<bool> {
    let done = sqlx::query!(
        "update core.workflow_steps as s set state = 'done', output = $4, ended_at = now()
         from core.workflow_runs as r
         where s.org_id = $1 and s.run_id = $2 and s.path = $3 and s.state = 'waiting' and s.kind = 'approve'
             and r.org_id = $1 and r.run_id = $2 and r.state in ('due', 'running', 'waiting')",
        tx.org().0,
        run.0,
        path,
        answer,
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A turn that was a step of a run is over: the step waits with what was said, and the run looks
/// at it. Part of the transaction in which the turn ends.
pub async fn turn_ended(
    tx: &mut OrgTx,
    turn: TurnId,
    said: &Value,
    cost_micros: i64,
) -> StoreResult<()> {
    let is_step = sqlx::query_scalar!(
        "update core.workflow_steps as s set output = $3, cost_micros = $4
         from core.workflow_runs as r, core.conversations as c, core.turns as t
         where t.org_id = $1 and t.turn_id = $2 and s.org_id = $1 and s.run_id = t.run_id
             and s.asked_ts = t.asked_ts and s.state = 'waiting'
             and r.org_id = $1 and r.run_id = s.run_id
             and c.org_id = $1 and c.conversation_id = t.conversation_id
             and (c.channel_id, split_part(c.thread_ts, '/', 1)) = (r.channel_id, r.root_ts)
         returning s.run_id",
        tx.org().0,
        turn.0,
        said,
        cost_micros,
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(run) = is_step else {
        return Ok(());
    };
    // Those that could not ask meanwhile are in the same thread.
    let in_thread = sqlx::query_scalar!(
        "select r.run_id from core.workflow_runs as r
         join core.workflow_runs as run on run.org_id = r.org_id
             and (run.channel_id, run.root_ts) = (r.channel_id, r.root_ts)
         where run.org_id = $1 and run.run_id = $2 and r.state in ('due', 'running', 'waiting')
         order by r.run_id",
        tx.org().0,
        run,
    )
    .fetch_all(tx.connection())
    .await?;
    for run in in_thread {
        super::wake(tx, WorkflowRunId(run)).await?;
    }
    Ok(())
}
