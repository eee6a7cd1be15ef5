//! What runs cost, with those that their steps start and wait for.

use crate::base::ids::WorkflowRunId;
use crate::store::db::{OrgTx, StoreResult};
use serde_json::Value;

/// What a run has cost so far, and what those have that its steps wait for.
pub async fn cost_of(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<i64> {
    Ok(sqlx::query_scalar!(
        r#"with recursive tree as (
               select run_id, cost_before_micros from core.workflow_runs
               where org_id = $1 and run_id = $2
               union all
               select r.run_id, r.cost_before_micros
               from core.workflow_runs as r join tree on r.parent_run = tree.run_id
               where r.org_id = $1 and r.root_run = (select root_run from core.workflow_runs
                       where org_id = $1 and run_id = $2)
                   and r.parent_step is not null
           )
           select (coalesce((select sum(cost_before_micros) from tree), 0)
                + coalesce((select sum(s.cost_micros) from core.workflow_steps as s
                    join tree using (run_id) where s.org_id = $1), 0)
                + coalesce((select sum(i.cost_micros) from core.workflow_items as i
                    join tree using (run_id) where i.org_id = $1), 0))::bigint as "cost!""#,
        tx.org().0,
        run.0,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// A run that may not cost more than its workflow says by now.
#[derive(Debug, Clone, PartialEq)]
pub struct Budgeted {
    pub run: WorkflowRunId,
    pub workflow: String,
    /// As it stands in the definition.
    pub budget: Value,
}

/// The run, and those that wait for it, as far as their workflows have a budget.
pub async fn budgets_of(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<Vec<Budgeted>> {
    let rows = sqlx::query!(
        r#"with recursive line as (
               select run_id, workflow_id, parent_run, parent_step from core.workflow_runs
               where org_id = $1 and run_id = $2
               union all
               select r.run_id, r.workflow_id, r.parent_run, r.parent_step
               from core.workflow_runs as r join line on r.run_id = line.parent_run
               where r.org_id = $1 and line.parent_step is not null
           )
           select line.run_id as "run!", w.name, w.definition -> 'budget' as "budget!"
           from line join core.workflows as w on w.org_id = $1 and w.workflow_id = line.workflow_id
           where w.definition ? 'budget'"#,
        tx.org().0,
        run.0,
    )
    .fetch_all(tx.connection())
    .await?;
    let found = rows.into_iter().map(|row| Budgeted {
        run: WorkflowRunId(row.run),
        workflow: row.name,
        budget: row.budget,
    });
    Ok(found.collect())
}
