//! A step that costs begins only while there is money for it: of the day's, and of the budgets of
//! the run and of those that wait for it.

use super::course::{Course, Halt};
use super::words;
use crate::automation::workflow::Kind;
use crate::jobs::allowance::tightest;
use crate::jobs::run_turn;
use crate::store::spending;

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
