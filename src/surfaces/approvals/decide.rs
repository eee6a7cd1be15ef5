//! Yes, no, and what somebody found out: each is one transaction with what follows from it (the
//! execution, the turn that waits, the card).

use super::answer::Answer;
use super::{At, facts, words};
use crate::approvals::{self, Decided, Effect, Error, Outcome, Verdict};
use crate::base::ids::UserId;
use crate::connectors::connections::JOB as SYNC;
use crate::jobs::cards::redraw_later;
use crate::jobs::waiting;
use crate::store::{OrgTx, StoreResult, jobs};
use crate::surfaces::scene::{Scene, Surfaced};

pub async fn approve(scene: &Scene<'_>, user: &UserId, at: &At, answer: &Answer<'_>) -> Surfaced {
    match say(scene, user, at, Verdict::Approved, None).await? {
        Said::Taken => Ok(()),
        Said::Refused(sentence) => answer.tell(scene, &sentence).await,
    }
}

pub async fn reject(
    scene: &Scene<'_>,
    user: &UserId,
    at: &At,
    answer: &Answer<'_>,
    reason: Option<&str>,
) -> Surfaced {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    match say(scene, user, at, Verdict::Rejected, reason).await? {
        Said::Taken => Ok(()),
        Said::Refused(sentence) => answer.tell(scene, &sentence).await,
    }
}

/// What became of somebody's word.
#[derive(Debug)]
pub enum Said {
    Taken,
    /// Nothing was changed, and this is to be said.
    Refused(String),
}

pub async fn say(
    scene: &Scene<'_>,
    user: &UserId,
    at: &At,
    verdict: Verdict,
    reason: Option<&str>,
) -> Surfaced<Said> {
    let facts = facts::about(scene, user, at).await?;
    let mut tx = scene.tx().await?;
    let decided = approvals::decide(&mut tx, at.ticket, verdict, reason, &facts).await;
    let decided = match decided {
        Ok(decided) => decided,
        Err(Error::Refused(refusal)) => {
            drop(tx);
            let sentence = words::refused(&refusal, &at.shown().deciders);
            return refused(scene, at, sentence).await;
        }
        Err(error) => return Err(error.into()),
    };
    match decided {
        Decided::Approved => {
            let key = at.ticket.key.to_string();
            jobs::nudge(&mut tx, approvals::JOB, &key).await?;
        }
        Decided::Rejected => wake(&mut tx, at).await?,
        Decided::Waiting { .. } => {}
    }
    redraw_later(&mut tx, at.ticket.key.proposal).await?;
    tx.commit().await?;
    Ok(Said::Taken)
}

/// Whoever was refused may have looked at a card that is not as things are.
async fn refused(scene: &Scene<'_>, at: &At, sentence: String) -> Surfaced<Said> {
    let mut tx = scene.tx().await?;
    redraw_later(&mut tx, at.ticket.key.proposal).await?;
    tx.commit().await?;
    Ok(Said::Refused(sentence))
}

/// Somebody has looked whether it was done.
pub async fn settle(
    scene: &Scene<'_>,
    user: &UserId,
    at: &At,
    answer: &Answer<'_>,
    happened: bool,
) -> Surfaced {
    let facts = facts::about(scene, user, at).await?;
    let outcome = match happened {
        true => Outcome::Succeeded(Effect::default()),
        false => Outcome::Failed(words::FOUND_NOTHING.to_owned()),
    };
    let mut tx = scene.tx().await?;
    match approvals::resolve(&mut tx, at.ticket, &outcome, Some(&facts)).await {
        Ok(_) => {}
        Err(Error::Refused(refusal)) => {
            drop(tx);
            let sentence = words::refused(&refusal, &at.shown().deciders);
            return answer.tell(scene, &sentence).await;
        }
        Err(error) => return Err(error.into()),
    }
    redraw_later(&mut tx, at.ticket.key.proposal).await?;
    if let (true, Some(connection)) = (happened, &at.content().connection) {
        // So that the tables say what the system says by now.
        jobs::nudge(&mut tx, SYNC, &connection.id.to_string()).await?;
    }
    if let Some(undone) = at.content().undo_of {
        redraw_later(&mut tx, undone).await?;
    }
    Ok(tx.commit().await?)
}

async fn wake(tx: &mut OrgTx, at: &At) -> StoreResult<()> {
    match &at.seen.record.origin {
        Some(origin) => waiting::wake(tx, origin).await,
        None => Ok(()),
    }
}
