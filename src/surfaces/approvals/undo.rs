//! Undo: the way back of something that was done, proposed like any other change, on a card of
//! its own in the thread of the original.

use super::answer::Answer;
use super::{At, facts, words};
use crate::approvals::policy::Standing;
use crate::approvals::{self, Error};
use crate::base::ids::UserId;
use crate::base::viewer::Audience;
use crate::connectors::changes::{self, Wanted};
use crate::jobs::cards;
use crate::store::jobs;
use crate::surfaces::scene::{Scene, Surfaced};

pub async fn propose(scene: &Scene<'_>, user: &UserId, at: &At, answer: &Answer<'_>) -> Surfaced {
    let facts = facts::about(scene, user, at).await?;
    let may_ask = facts.standing == Standing::Member && facts.sees_card;
    let Some(card) = at.card.as_ref().filter(|_| may_ask) else {
        return answer.tell(scene, words::CANNOT_ASK_FOR_UNDO).await;
    };
    let undone = at.ticket.key.proposal;
    let mut tx = scene.tx().await?;
    let way_back = changes::way_back(&mut tx, undone).await?;
    drop(tx);
    let Some((operation, arguments)) = way_back else {
        return answer.tell(scene, words::NO_WAY_BACK).await;
    };
    let wanted = Wanted {
        requester: facts.person,
        audience: Audience::Private,
        system: &operation.system,
        operation: &operation.name,
        arguments: &arguments,
        undo_of: Some(undone),
    };
    let connections = &scene.services.connections;
    let draft = match changes::draft(connections, scene.workspace.org, &wanted).await {
        Ok(draft) => draft,
        Err(unfit) => return answer.tell(scene, &words::unfit(&unfit.to_string())).await,
    };
    let mut tx = scene.tx().await?;
    let proposed = match approvals::propose(&mut tx, draft, None).await {
        Ok(proposed) => proposed,
        Err(Error::Refused(refusal)) => {
            drop(tx);
            let sentence = words::refused(&refusal, &at.shown().deciders);
            return answer.tell(scene, &sentence).await;
        }
        Err(error) => return Err(error.into()),
    };
    let key = proposed.sealed.key();
    if proposed.state == approvals::State::Approved {
        jobs::nudge(&mut tx, approvals::JOB, &key.to_string()).await?;
    }
    tx.commit().await?;
    let thread = card.thread.as_ref().unwrap_or(&card.message);
    let (services, workspace) = (scene.services, &scene.workspace);
    Ok(cards::show(
        services,
        workspace,
        &card.channel,
        Some(thread),
        key.proposal,
    )
    .await?)
}
