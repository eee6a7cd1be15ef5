//! A turn that waits for people, woken by what they (or the clock) decided.

use crate::base::telemetry::TraceId;
use crate::store::conversations::Thread;
use crate::store::proposals::Origin;
use crate::store::{OrgTx, StoreResult, jobs, turns};

/// Has the turn that asked for a proposal look at what became of it. Part of the caller's
/// transaction, so that it is woken exactly if the outcome stands.
pub async fn wake(tx: &mut OrgTx, origin: &Origin) -> StoreResult<()> {
    let Some(turn) = turns::get(tx, origin.turn).await? else {
        return Ok(());
    };
    let thread = Thread {
        workspace: turn.workspace.as_str().into(),
        channel: turn.channel.as_str().into(),
        thread_ts: turn.thread_ts.as_str().into(),
    };
    let trace = TraceId::fresh().to_string();
    jobs::nudge(tx, super::run_turn::KIND, &thread.job_key(), &trace, None).await
}
