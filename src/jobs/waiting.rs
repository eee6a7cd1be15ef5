//! A turn, or the run of a workflow, that waits for people, woken by what they (or the clock)
//! decided.

use crate::base::ids::TurnId;
use crate::store::conversations::Thread;
use crate::store::proposals::{self, Asker, Origin};
use crate::store::{OrgTx, StoreResult, jobs, turns, workflows};

/// Has whoever asked for a proposal look at what became of it. Part of the caller's transaction,
/// so that they are woken exactly if the outcome stands.
pub async fn wake(tx: &mut OrgTx, origin: &Origin) -> StoreResult<()> {
    match proposals::asker(tx, origin).await? {
        Some(Asker::Turn(turn)) => wake_turn(tx, turn).await,
        Some(Asker::Run(run)) => workflows::wake(tx, run).await,
        None => Ok(()),
    }
}

async fn wake_turn(tx: &mut OrgTx, turn: TurnId) -> StoreResult<()> {
    let Some(turn) = turns::get(tx, turn).await? else {
        return Ok(());
    };
    let thread = Thread {
        workspace: turn.workspace.as_str().into(),
        channel: turn.channel.as_str().into(),
        thread_ts: turn.thread_ts.as_str().into(),
    };
    jobs::nudge(tx, super::run_turn::KIND, &thread.job_key()).await
}
