//! What nobody could ever decide on is not proposed: it would wait for its end in vain.

use super::error::{Error, Refusal};
use super::policy::{Decider, Stakes};
use super::seal::Content;
use crate::base::ids::PersonId;
use crate::store::proposals::{self, Asker, Origin};
use crate::store::{OrgTx, company, people, turns};
use std::collections::BTreeSet;

/// Counts those who could say yes, as far as they are known here. A group and the administrators
/// count as enough, since Slack knows better how many they are.
pub(super) async fn check(
    tx: &mut OrgTx,
    content: &Content,
    origin: Option<&Origin>,
) -> Result<(), Error> {
    let policy = &content.policy;
    // What somebody wants in their own account nobody else gets to see, unless they ask in public.
    let is_private = content.stakes == Stakes::Own && is_direct(tx, origin).await?;
    let is_many = |decider: &Decider| matches!(decider, Decider::Admin | Decider::Group(_));
    if !is_private && policy.deciders.iter().any(is_many) {
        return Ok(());
    }
    let mut may = BTreeSet::new();
    for decider in &policy.deciders {
        may.extend(match decider {
            Decider::Requester => Some(content.requester),
            Decider::Person(person) => Some(*person),
            Decider::RecordOwner => owner_of(tx, content).await?,
            Decider::Admin | Decider::Group(_) => None,
        });
    }
    if policy.not_requester {
        may.remove(&content.requester);
    }
    may.retain(|person| !is_private || *person == content.requester);
    let may: Vec<PersonId> = may.into_iter().collect();
    let known = people::by_ids(tx, &may).await?;
    let are_out = known
        .iter()
        .filter(|it| it.is_deactivated || it.is_restricted);
    if may.len() - are_out.count() < usize::from(policy.approvals) {
        return Err(Refusal::NobodyDecides.into());
    }
    Ok(())
}

async fn owner_of(tx: &mut OrgTx, content: &Content) -> Result<Option<PersonId>, Error> {
    let target = &content.target;
    let Some(id) = &target.id else {
        return Ok(None);
    };
    let system = &content.operation.system;
    Ok(company::owner_of(tx, system, &target.kind, id).await?)
}

/// Whether it was asked for where nobody reads along.
async fn is_direct(tx: &mut OrgTx, origin: Option<&Origin>) -> Result<bool, Error> {
    let Some(origin) = origin else {
        return Ok(false);
    };
    let Some(Asker::Turn(turn)) = proposals::asker(tx, origin).await? else {
        return Ok(false);
    };
    let turn = turns::get(tx, turn).await?;
    Ok(turn.is_some_and(|turn| turn.channel.as_str().starts_with('D')))
}
