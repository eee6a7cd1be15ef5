//! What the runs of a workflow leave to those to come.

use crate::base::ids::{TurnId, WorkflowId};
use crate::store::db::{OrgTx, StoreResult};
use serde_json::Value;

/// Adds a note; the oldest ones make room. One that stands there already is not added again.
pub async fn note(tx: &mut OrgTx, id: WorkflowId, note: &Value, most: i32) -> StoreResult<()> {
    sqlx::query!(
        "update core.workflows set notes = coalesce((
             select jsonb_agg(kept.note order by kept.place) from (
                 select note, place from jsonb_array_elements(notes || jsonb_build_array($3::jsonb))
                     with ordinality as all_notes(note, place)
                 order by place desc limit $4) as kept), '[]')
         where org_id = $1 and workflow_id = $2 and not notes @> jsonb_build_array($3::jsonb)",
        tx.org().0,
        id.0,
        note,
        i64::from(most),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The workflow that a turn is a step of, and what its runs have noted.
#[derive(Debug)]
pub struct Noted {
    pub workflow: WorkflowId,
    pub notes: Value,
}

pub async fn noted(tx: &mut OrgTx, turn: TurnId) -> StoreResult<Option<Noted>> {
    let row = sqlx::query!(
        "select w.workflow_id, w.notes from core.turns as t
         join core.workflow_runs as r on (r.org_id, r.run_id) = (t.org_id, t.run_id)
         join core.workflows as w on (w.org_id, w.workflow_id) = (r.org_id, r.workflow_id)
         where t.org_id = $1 and t.turn_id = $2",
        tx.org().0,
        turn.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Noted {
        workflow: WorkflowId(row.workflow_id),
        notes: row.notes,
    }))
}
