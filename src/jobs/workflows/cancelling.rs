//! What follows when somebody does not want a run any more, or its whole workflow: nothing that it
//! has asked for can be approved from then on. What is being carried out already is left to finish.

use crate::approvals;
use crate::base::ids::{PersonId, WorkflowId};
use crate::jobs::cards::redraw_later;
use crate::jobs::waiting;
use crate::store::workflows::{self, Cancelled, Run, Which};
use crate::store::{OrgTx, proposals};

/// Ends a run and those that its steps wait for. False: it was over.
pub async fn cancel(tx: &mut OrgTx, run: &Run, by: PersonId) -> Result<bool, approvals::Error> {
    let cancelled = workflows::cancel(tx, Which::Run(run.id)).await?;
    follow_up(tx, &cancelled, by).await?;
    Ok(!cancelled.is_empty())
}

/// Ends the runs of a workflow and deletes it with all of them.
pub async fn delete(
    tx: &mut OrgTx,
    workflow: WorkflowId,
    by: PersonId,
) -> Result<(), approvals::Error> {
    let cancelled = workflows::cancel(tx, Which::AllOf(workflow)).await?;
    follow_up(tx, &cancelled, by).await?;
    Ok(workflows::delete(tx, workflow).await?)
}

async fn follow_up(
    tx: &mut OrgTx,
    cancelled: &[Cancelled],
    by: PersonId,
) -> Result<(), approvals::Error> {
    let runs: Vec<_> = cancelled.iter().map(|it| it.run).collect();
    // Proposals before jobs, as wherever else both are moved: whoever decides waits, and no two
    // for each other.
    let mut withdrawn = Vec::new();
    for record in proposals::open_of_runs(tx, &runs).await? {
        if approvals::withdraw(tx, &record, by).await? {
            withdrawn.push(record);
        }
    }
    for record in withdrawn {
        redraw_later(tx, record.key.proposal).await?;
        if let Some(origin) = &record.origin {
            waiting::wake(tx, origin).await?;
        }
    }
    for it in cancelled {
        // Its message says so, and a step that has waited for it does.
        workflows::wake(tx, it.run).await?;
        if let Some(parent) = it.is_waited_for_by {
            workflows::wake(tx, parent).await?;
        }
    }
    Ok(())
}
