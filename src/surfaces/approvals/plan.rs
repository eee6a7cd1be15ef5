//! “Approve all”: a yes to each that is open on a plan, if that is what the plan showed.

use super::answer::Answer;
use super::decide::{Said, say};
use super::{At, words};
use crate::approvals::Verdict;
use crate::slack::inbound::BlockActions;
use crate::store::proposal_cards::Card;
use crate::surfaces::scene::{Scene, Surfaced};

pub async fn approve_all(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    answer: &Answer<'_>,
    shown: &str,
) -> Surfaced {
    let (Some(channel), Some(message)) = (&clicked.channel, &clicked.container.message_ts) else {
        return Ok(());
    };
    let card = Card {
        workspace: scene.workspace.id.clone(),
        channel: channel.clone(),
        thread: clicked.container.thread_ts.clone(),
        message: message.clone(),
    };
    let (open, seal) = At::open_on(scene, &card).await?;
    if open.is_empty() || seal != shown {
        return answer.tell(scene, words::PLAN_HAS_CHANGED).await;
    }
    let mut refusals: Vec<String> = Vec::new();
    for at in &open {
        let said = say(scene, &clicked.source.user, at, Verdict::Approved, None).await?;
        if let Said::Refused(sentence) = said
            && !refusals.contains(&sentence)
        {
            refusals.push(sentence);
        }
    }
    if refusals.is_empty() {
        return Ok(());
    }
    answer.tell(scene, &refusals.join("\n")).await
}
