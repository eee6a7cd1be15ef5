//! What a run may still cost: its own budget, and those of the runs that wait for it. The budget is
//! the one that the workflow has by now, so a run that has used its own up goes on once that was
//! raised.

use crate::automation::budget;
use crate::base::ids::WorkflowRunId;
use crate::store::{OrgTx, StoreResult, workflows};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub workflow: String,
    pub budget_micros: i64,
    pub spent_micros: i64,
}

impl Account {
    pub fn left(&self) -> i64 {
        self.budget_micros - self.spent_micros
    }
}

/// The budget that has the least left; none if nothing bounds the run.
pub async fn tightest(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<Option<Account>> {
    let mut accounts = Vec::new();
    for one in workflows::budgets_of(tx, run).await? {
        let Some(budget_micros) = one.budget.as_f64().and_then(budget::micros) else {
            continue;
        };
        accounts.push(Account {
            workflow: one.workflow,
            budget_micros,
            spent_micros: workflows::cost_of(tx, one.run).await?,
        });
    }
    Ok(accounts.into_iter().min_by_key(Account::left))
}

/// What the turn that is a step of this run may cost.
pub async fn left(tx: &mut OrgTx, run: WorkflowRunId) -> StoreResult<Option<i64>> {
    let account = tightest(tx, run).await?;
    Ok(account.map(|account| account.left().max(0)))
}
