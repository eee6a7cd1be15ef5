//! Which policy holds for an operation, and who sets it.

use super::error::{Error, Refusal};
use super::ledger::{self, Act, Actor};
use super::policy::{Facts, Policy, Stakes, Standing};
use super::seal::{Content, Operation};
use crate::store::{OrgTx, StoreError, policies};
use chrono::{DateTime, Utc};

/// Who decides on an operation today.
pub async fn policy_for(
    tx: &mut OrgTx,
    operation: &Operation,
    stakes: Stakes,
) -> Result<Policy, Error> {
    Ok(in_force(tx, operation, stakes).await?.0)
}

/// What an administrator has said about a proposal after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    pub policy: Policy,
    /// When it was said; none where an older rule was taken back.
    pub since: Option<DateTime<Utc>>,
}

/// The rule that holds today, where it asks for more than the one that a proposal was made under.
/// One that asks for less changes nothing: people were shown who decides.
pub async fn newer_policy(tx: &mut OrgTx, content: &Content) -> Result<Option<Newer>, Error> {
    let (policy, since) = in_force(tx, &content.operation, content.stakes).await?;
    Ok((!content.policy.is_within(&policy)).then_some(Newer { policy, since }))
}

async fn in_force(
    tx: &mut OrgTx,
    operation: &Operation,
    stakes: Stakes,
) -> Result<(Policy, Option<DateTime<Utc>>), Error> {
    let set = policies::for_operation(tx, &operation.system, &operation.name).await?;
    // A rule for everything is not meant to let others read and send somebody's mail; one that
    // names the system is.
    let applies = |row: &policies::Row| stakes != Stakes::Own || row.system != policies::ANY;
    Ok(match set.filter(applies) {
        Some(row) => {
            let policy = serde_json::from_value(row.policy).map_err(StoreError::from)?;
            (policy, Some(row.set_at))
        }
        None => (Policy::default_for(stakes), None),
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
