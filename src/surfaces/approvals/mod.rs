//! What people do with proposals in Slack. A click names what was shown; who clicked and what
//! they may do is looked up at that moment; and what a card shows afterwards is drawn from what
//! is stored, so a click can never say more than it did.

mod again;
mod answer;
mod ask;
mod at;
pub mod audit;
mod decide;
pub mod edit;
mod everything;
pub(super) mod facts;
pub mod grant;
pub mod home;
mod plan;
pub mod policy;
pub mod undo;
pub mod words;

pub use at::At;

use super::scene::{Scene, Surfaced};
use crate::approvals::Ticket;
use crate::slack::ids::{self, MenuChoice};
use crate::slack::inbound::{Action, BlockActions, ViewSubmission};
use answer::Answer;

/// What is about one proposal.
const BUTTONS: [&str; 10] = [
    ids::APPROVE,
    ids::REJECT,
    ids::EDIT_PROPOSAL,
    ids::SHOW_ALL,
    ids::SHOW_PAGE,
    ids::ALWAYS_ALLOW,
    ids::PROPOSE_AGAIN,
    ids::TAKE_BACK,
    ids::IT_HAPPENED,
    ids::IT_DID_NOT_HAPPEN,
];

/// The buttons and menus of cards, and what leads to them.
pub async fn clicked(scene: &Scene<'_>, clicked: &BlockActions, action: &Action) -> Surfaced {
    let value = action.chosen().unwrap_or_default();
    let answer = Answer::to_click(clicked);
    if ids::meaning(&action.action_id) == ids::GO_TO_CARD {
        return Ok(());
    }
    // They see the card where they share a channel, and that is all.
    if facts::is_outsider(scene, &clicked.source.user).await? {
        return answer.tell(scene, words::NOT_FOR_OUTSIDERS).await;
    }
    match ids::meaning(&action.action_id) {
        ids::REVOKE_GRANT => return grant::revoke(scene, clicked, value).await,
        ids::CHANGE_POLICY => return policy::open(scene, clicked).await,
        ids::APPROVE_ALL => return plan::approve_all(scene, clicked, &answer, value).await,
        _ => {}
    }
    let meaning = ids::meaning(&action.action_id);
    let entry = MenuChoice::parse(value).filter(|_| meaning == ids::PROPOSAL_MENU);
    // An entry of a menu does what a button of its name does.
    let (name, ticket) = entry.map_or((meaning, value), |it| (it.action, it.ticket));
    if !BUTTONS.contains(&name) {
        return Ok(());
    }
    let Ok(ticket) = ticket.parse::<Ticket>() else {
        return answer.tell(scene, words::NO_SUCH_PROPOSAL).await;
    };
    let Some(at) = At::find(&mut scene.tx().await?, ticket).await? else {
        return answer.tell(scene, words::NO_SUCH_PROPOSAL).await;
    };
    let source = &clicked.source;
    match name {
        // A menu cannot ask twice by itself.
        ids::APPROVE if entry.is_some() && at.shown().asks_twice() => {
            ask::twice(scene, source, &at).await
        }
        ids::APPROVE => decide::approve(scene, &source.user, &at, &answer).await,
        ids::REJECT => ask::why_not(scene, source, &at).await,
        ids::EDIT_PROPOSAL => edit::open(scene, source, &at, &answer).await,
        ids::SHOW_ALL => everything::open(scene, source, &at).await,
        ids::SHOW_PAGE => everything::turn(scene, clicked, &at, &action.action_id).await,
        ids::ALWAYS_ALLOW => grant::open(scene, source, &at).await,
        ids::PROPOSE_AGAIN => again::propose(scene, &source.user, &at, &answer).await,
        ids::TAKE_BACK => undo::propose(scene, &source.user, &at, &answer).await,
        ids::IT_HAPPENED => decide::settle(scene, &source.user, &at, &answer, true).await,
        ids::IT_DID_NOT_HAPPEN => decide::settle(scene, &source.user, &at, &answer, false).await,
        _ => Ok(()),
    }
}

/// The windows of proposals.
pub async fn submitted(scene: &Scene<'_>, submitted: &ViewSubmission) -> Surfaced {
    let view = &submitted.view;
    let user = &submitted.source.user;
    if view.callback_id == ids::POLICY_MODAL {
        return policy::submitted(scene, submitted).await;
    }
    let Ok(ticket) = view.private_metadata.parse::<Ticket>() else {
        return Ok(());
    };
    let Some(at) = At::find(&mut scene.tx().await?, ticket).await? else {
        return Ok(());
    };
    let answer = Answer::beside(&at, user);
    match view.callback_id.as_str() {
        ids::APPROVE_MODAL => decide::approve(scene, user, &at, &answer).await,
        ids::REJECT_MODAL => {
            let reason = view.filled(ids::FIELD, ids::FIELD);
            decide::reject(scene, user, &at, &answer, reason).await
        }
        ids::GRANT_MODAL => grant::submitted(scene, submitted, &at, &answer).await,
        ids::EDIT_PROPOSAL_MODAL => edit::submitted(scene, submitted, &at, &answer).await,
        _ => Ok(()),
    }
}
