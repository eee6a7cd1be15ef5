//! Who asked for a proposal, and waits for what comes of it.

use super::Origin;
use crate::base::ids::{TurnId, WorkflowRunId};
use crate::store::db::{OrgTx, StoreResult};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    Turn(TurnId),
    Run(WorkflowRunId),
}

/// None: it was deleted meanwhile.
pub async fn asker(tx: &mut OrgTx, origin: &Origin) -> StoreResult<Option<Asker>> {
    let found = sqlx::query!(
        r#"select (select turn_id from core.turns where org_id = $1 and turn_id = $2) as turn,
            (select run_id from core.workflow_runs where org_id = $1 and run_id = $2) as run"#,
        tx.org().0,
        origin.asker.0,
    )
    .fetch_one(tx.connection())
    .await?;
    let turn = found.turn.map(|turn| Asker::Turn(TurnId(turn)));
    Ok(turn.or(found.run.map(|run| Asker::Run(WorkflowRunId(run)))))
}
