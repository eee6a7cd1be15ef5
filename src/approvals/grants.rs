//! Yes in advance: for what one person will ask for, so many times, until then, up to an amount.

use super::error::{Error, Refusal};
use super::ledger::{self, Act, Actor};
use super::policy::{self, Decider, Facts, Stakes, Standing};
use super::rules::policy_for;
use super::seal::{Content, Operation};
use crate::base::ids::{GrantId, PersonId, WorkflowId};
use crate::store::grants::{self, Caps, Envelope, NewGrant, Use};
use crate::store::{OrgTx, StoreError};
use std::time::Duration;

const LONGEST_DAYS: u64 = 90;

#[derive(Debug, Clone)]
pub struct GrantDraft {
    /// Whose requests it covers.
    pub requester: PersonId,
    pub operation: Operation,
    pub stakes: Stakes,
    /// Set where it is for the runs of one workflow.
    pub envelope: Option<Envelope>,
    pub caps: Caps,
    pub lives_for: Duration,
}

/// Gives a standing grant, if this person alone could say yes to each of these requests.
pub async fn give(tx: &mut OrgTx, draft: &GrantDraft, facts: &Facts) -> Result<GrantId, Error> {
    let longest = Duration::from_secs(LONGEST_DAYS * 24 * 60 * 60);
    let is_negative = draft
        .caps
        .amount
        .as_ref()
        .is_some_and(|(units, _)| *units < 0);
    if draft.caps.uses < 1 || is_negative || draft.lives_for.is_zero() || draft.lives_for > longest
    {
        return Err(Refusal::BadCaps(LONGEST_DAYS).into());
    }
    let policy = policy_for(tx, &draft.operation, draft.stakes).await?;
    let right = (facts.org == tx.org())
        .then(|| policy::may_grant(&policy, draft.requester, facts))
        .flatten()
        .ok_or(Refusal::CannotGrant)?;
    let id = GrantId::fresh();
    let expires_at = grants::insert(
        tx,
        &NewGrant {
            id,
            granted_by: facts.person,
            granted_as: &spelled(&right)?,
            requester: draft.requester,
            system: &draft.operation.system,
            operation: &draft.operation.name,
            envelope: draft.envelope.as_ref(),
            caps: &draft.caps,
            lives_for: draft.lives_for,
        },
    )
    .await?;
    let act = Act::Granted {
        grant: id,
        operation: draft.operation.clone(),
        requester: draft.requester,
        uses: draft.caps.uses,
        amount: draft.caps.amount.clone(),
        expires_at,
    };
    ledger::record(tx, Actor::Person(facts.person), &act).await?;
    Ok(id)
}

/// Takes a grant back: whoever gave it, whoever it is for, or an administrator.
pub async fn revoke(tx: &mut OrgTx, id: GrantId, facts: &Facts) -> Result<(), Error> {
    let usable = grants::usable(tx).await?;
    let grant = usable
        .iter()
        .find(|grant| grant.id == id)
        .ok_or(Refusal::NoSuchGrant)?;
    let concerns = facts.person == grant.granted_by || facts.person == grant.requester;
    let is_member = facts.org == tx.org() && facts.standing == Standing::Member;
    if !is_member || !(concerns || facts.is_admin) {
        return Err(Refusal::NotAllowed(policy::Refused::NotADecider).into());
    }
    if !grants::revoke(tx, id, facts.person).await? {
        return Err(Refusal::NoSuchGrant.into());
    }
    ledger::record(tx, Actor::Person(facts.person), &Act::Revoked { grant: id }).await
}

/// Spends one use on a proposal that a grant covers by today's policy.
pub(super) async fn spend(
    tx: &mut OrgTx,
    content: &Content,
    workflow: Option<WorkflowId>,
) -> Result<Option<(GrantId, PersonId)>, Error> {
    let policy = &content.policy;
    if policy.approvals > 1 {
        return Ok(None);
    }
    let deciders: Vec<String> = policy
        .deciders
        .iter()
        .map(spelled)
        .collect::<Result<_, _>>()?;
    let amount = content.amount.as_ref();
    let wanted = Use {
        requester: content.requester,
        system: &content.operation.system,
        operation: &content.operation.name,
        amount: amount.map(|amount| (amount.units.into(), amount.currency.as_str())),
        deciders: &deciders,
        admin: &spelled(&Decider::Admin)?,
        not_by_requester: policy.not_requester,
        workflow,
        target: &ids_of(content.target.id.as_deref()),
    };
    Ok(grants::spend(tx, &wanted).await?)
}

/// People name a record by the number that they see over there, `338`, where Penny says which list
/// it is in: `deals/338`. Which list that is, the operation says.
fn ids_of(id: Option<&str>) -> Vec<&str> {
    let number = id.and_then(|id| Some(id.split_once('/')?.1));
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    id.into_iter().chain(number.filter(is_number)).collect()
}

fn spelled(decider: &Decider) -> Result<String, StoreError> {
    Ok(serde_json::to_string(decider)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_goes_by_its_number_alone_only_where_that_is_a_number() {
        assert_eq!(ids_of(Some("deals/338")), ["deals/338", "338"]);
        assert_eq!(ids_of(Some("acme/planner#7")), ["acme/planner#7"]);
        assert_eq!(ids_of(Some("acme/12/34")), ["acme/12/34"]);
        assert_eq!(ids_of(None), [""; 0]);
    }
}
