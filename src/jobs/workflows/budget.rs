//! What a run may still cost: its own budget, and those of the runs that wait for it. The budget is
//! the one that the workflow has by now, so a run that has used its own up goes on once that was
//! raised.

use super::course::{Course, Halt};
use super::words;
use crate::automation::budget;
use crate::automation::workflow::Kind;
use crate::base::ids::WorkflowRunId;
use crate::jobs::run_turn;
use crate::store::{OrgTx, StoreResult, spending, workflows};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub workflow: String,
    pub budget_micros: i64,
    pub spent_micros: i64,
}

impl Account {
    fn left(&self) -> i64 {
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

impl Course<'_> {
    /// Nothing that costs is begun once a budget is used up.
    pub async fn afford(&self, kind: &Kind, path: &str) -> Result<(), Halt> {
        let costs = matches!(
            kind,
            Kind::Model { .. } | Kind::Prompt(_) | Kind::Workflow { .. }
        );
        // What it waits for was paid for, or is by the run that it waits for.
        if !costs || self.awaited(path).is_some() {
            return Ok(());
        }
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let caps = &self.services.agent.limits.caps;
        let owner = self.workflow.owner.as_str();
        if let Some(reached) = spending::money_reached(&mut tx, caps, owner).await? {
            let which = run_turn::words::capped(reached, caps);
            return Err(Halt::Spent(words::day_used(path, &which)));
        }
        match tightest(&mut tx, self.run.id).await? {
            Some(account) if account.left() <= 0 => {
                Err(Halt::Spent(words::budget_used(path, &account)))
            }
            _ => Ok(()),
        }
    }
}
