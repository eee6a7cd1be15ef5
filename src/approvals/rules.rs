//! Which policy holds for an operation, and who sets it.

use super::error::{Error, Refusal};
use super::ledger::{self, Act, Actor};
use super::policy::{Facts, Policy, Stakes, Standing};
use super::seal::Operation;
use crate::store::{OrgTx, StoreError, policies};

/// Who decides on an operation today.
pub async fn policy_for(
    tx: &mut OrgTx,
    operation: &Operation,
    stakes: Stakes,
) -> Result<Policy, Error> {
    let set = policies::for_operation(tx, &operation.system, &operation.name).await?;
    // A rule for everything is not meant to let others read and send somebody's mail; one that
    // names the system is.
    let applies = |row: &policies::Row| stakes != Stakes::Own || row.system != policies::ANY;
    Ok(match set.filter(applies) {
        Some(row) => serde_json::from_value(row.policy).map_err(StoreError::from)?,
        None => Policy::default_for(stakes),
    })
}

/// Sets who decides, for everything, a system or an operation (`*` stands for all); None goes
/// back to what held before.
pub async fn set_policy(
    tx: &mut OrgTx,
    scope: Operation,
    policy: Option<Policy>,
    facts: &Facts,
) -> Result<(), Error> {
    let is_administrator = facts.is_admin && facts.org == tx.org();
    if !is_administrator || facts.standing != Standing::Member {
        return Err(Refusal::AdministratorsOnly.into());
    }
    if let Some(policy) = &policy {
        policy.check().map_err(Refusal::from)?;
    }
    let value = policy
        .as_ref()
        .map(serde_json::to_value)
        .transpose()
        .map_err(StoreError::from)?;
    policies::set(tx, &scope.system, &scope.name, value.as_ref(), facts.person).await?;
    let act = Act::PolicySet {
        operation: scope,
        policy,
    };
    ledger::record(tx, Actor::Person(facts.person), &act).await
}
