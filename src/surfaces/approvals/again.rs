//! “Propose again”: the same wish once more, with its record as it is now, as the next version.

use super::answer::Answer;
use super::{At, facts, words};
use crate::approvals::{self, Error};
use crate::base::ids::UserId;
use crate::connectors::changes;
use crate::jobs::cards::{bring_later, redraw_later};
use crate::surfaces::scene::{Scene, Surfaced};

pub async fn propose(scene: &Scene<'_>, user: &UserId, at: &At, answer: &Answer<'_>) -> Surfaced {
    if !at.seen.state.can_be_proposed_again() {
        let refusal = approvals::Refusal::Already(at.seen.state);
        return answer
            .tell(scene, &words::refused(&refusal, &at.shown().deciders))
            .await;
    }
    let facts = facts::about(scene, user, at).await?;
    let content = at.content();
    let connections = &scene.services.connections;
    let wording = match changes::reword(connections, content, &content.arguments).await {
        Ok(wording) => wording,
        Err(unfit) => return answer.tell(scene, &words::unfit(&unfit.to_string())).await,
    };
    let mut tx = scene.tx().await?;
    match approvals::revise(&mut tx, at.ticket, wording, &facts).await {
        Ok(_) => {}
        Err(Error::Refused(refusal)) => {
            drop(tx);
            let sentence = words::refused(&refusal, &at.shown().deciders);
            return answer.tell(scene, &sentence).await;
        }
        Err(error) => return Err(error.into()),
    }
    redraw_later(&mut tx, at.ticket.key.proposal).await?;
    bring_later(&mut tx, at.ticket.key.proposal).await?;
    Ok(tx.commit().await?)
}
