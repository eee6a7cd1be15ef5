//! A turn, or the run of a workflow, that waits for people, woken by what they (or the clock)
//! decided.

use crate::base::ids::WorkflowRunId;
use crate::store::conversations::Thread;
use crate::store::proposals::Origin;
use crate::store::{OrgTx, StoreResult, jobs, turns, workflows};

/// Has the turn that asked for a proposal look at what became of it. Part of the caller's
/// transaction, so that it is woken exactly if the outcome stands.
pub async fn wake(tx: &mut OrgTx, origin: &Origin) -> StoreResult<()> {
    let Some(turn) = turns::get(tx, origin.turn).await? else {
        return wake_run(tx, origin).await;
    };
    let thread = Thread {
        workspace: turn.workspace.as_str().into(),
        channel: turn.channel.as_str().into(),
        thread_ts: turn.thread_ts.as_str().into(),
    };
    jobs::nudge(tx, super::run_turn::KIND, &thread.job_key()).await
}

/// A step of a workflow asks as a turn does, under the id of its run.
async fn wake_run(tx: &mut OrgTx, origin: &Origin) -> StoreResult<()> {
    let run = WorkflowRunId(origin.turn.0);
    match workflows::get_run(tx, run).await? {
        Some(run) => workflows::wake(tx, run.id).await,
        None => Ok(()),
    }
}
