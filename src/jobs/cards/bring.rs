//! Bringing a card to those who may decide, where too few of them are in the place in which it was
//! asked for: it goes into their direct messages, is drawn with the first one, and counts as much.

use super::deciders::{self, asker_suffices, may_see, members};
use super::draw::{card_of, drawing};
use super::read::{Seen, see};
use super::{CardError, done, redraw_later, words};
use crate::approvals::{self, Act, Actor, State, ledger};
use crate::base::ids::{OrgId, ProposalId, UserId};
use crate::jobs::workspaces::Workspace;
use crate::jobs::{Services, deliver};
use crate::queue::{Done, Handler, Held};
use crate::slack::client::{NewMessage, SlackError};
use crate::slack::mrkdwn::escape;
use crate::store::proposal_cards::{self, Card, Copied};
use crate::store::{OrgTx, StoreResult, jobs};
use async_trait::async_trait;
use std::collections::HashSet;

/// The kind of job that brings the card of a proposal, whose id is its key.
pub const KIND: &str = "bring_card";

/// Who gets a card by direct message, if fewer do not have to agree.
const MOST_BROUGHT: usize = 3;

/// Has the card of a proposal brought to those who may decide, once the transaction is committed.
pub async fn bring_later(tx: &mut OrgTx, proposal: ProposalId) -> StoreResult<()> {
    jobs::nudge(tx, KIND, &proposal.to_string()).await
}

/// The same for a card that has just been put up, if anything on it is for others to decide.
pub(super) async fn bring_if_needed(
    tx: &mut OrgTx,
    proposals: &[ProposalId],
) -> Result<(), CardError> {
    for proposal in proposals {
        let seen = see(tx, *proposal).await?;
        let waits = seen.filter(|seen| seen.state == State::Proposed);
        if waits.is_some_and(|seen| !asker_suffices(&seen)) {
            return Ok(bring_later(tx, *proposal).await?);
        }
    }
    Ok(())
}

/// What is open on a card, and who has it already.
struct Open {
    seen: Seen,
    copies: Vec<Copied>,
}

async fn bring(services: &Services, org: OrgId, proposal: ProposalId) -> Result<(), CardError> {
    let mut tx = services.db.org(org).await?;
    let Some(card) = proposal_cards::of(&mut tx, proposal).await? else {
        return Ok(());
    };
    let shown = proposal_cards::shown_in(&mut tx, &card).await?;
    let mut open = Vec::new();
    for one in &shown {
        let seen = see(&mut tx, *one).await?;
        let waits = seen.filter(|seen| seen.state == State::Proposed && !asker_suffices(seen));
        if let Some(seen) = waits {
            let copies = proposal_cards::copies_of(&mut tx, *one).await?;
            open.push(Open { seen, copies });
        }
    }
    drop(tx);
    let (Some(first), false) = (shown.first(), open.is_empty()) else {
        return Ok(());
    };
    let workspace = services
        .workspaces
        .get(&card.workspace)
        .ok_or(CardError::Uninstalled)?;
    let there = members(&workspace, &card.channel).await?;
    let mut parcels: Vec<(UserId, Vec<ProposalId>)> = Vec::new();
    for one in &open {
        let reached = reached(services, &workspace, one, &there).await?;
        let key = one.seen.record.key;
        if !reached.are_enough {
            nobody(services, &workspace, &one.seen, &card).await?;
        }
        for user in reached.anew {
            match parcels.iter_mut().find(|(to, _)| *to == user) {
                Some((_, proposals)) => proposals.push(key.proposal),
                None => parcels.push((user, vec![key.proposal])),
            }
        }
    }
    for (user, proposals) in parcels {
        hand_over(services, &workspace, *first, user, &proposals).await?;
    }
    Ok(())
}

/// Who can say yes to a proposal, where it stands or by direct message.
struct Reached {
    /// They have no card yet.
    anew: Vec<UserId>,
    are_enough: bool,
}

async fn reached(
    services: &Services,
    workspace: &Workspace,
    open: &Open,
    there: &HashSet<UserId>,
) -> Result<Reached, CardError> {
    let seen = &open.seen;
    let content = seen.sealed.content();
    let needed = approvals::needed(content, seen.newer.as_ref());
    let needed = needed.saturating_sub(seen.approvers().len());
    let may = deciders::of(services, workspace, seen, there).await?;
    let mut have = may.iter().filter(|one| one.is_there).count();
    let mut anew = Vec::new();
    if have < needed {
        let wanted = have + (needed - have).max(MOST_BROUGHT);
        for one in may.iter().filter(|one| !one.is_there) {
            if have == wanted {
                break;
            }
            let has_it = open.copies.iter().any(|copy| copy.to == one.user);
            if has_it || may_see(services, content, one.person).await {
                have += 1;
                anew.extend((!has_it).then(|| one.user.clone()));
            }
        }
    }
    Ok(Reached {
        anew,
        are_enough: have >= needed,
    })
}

/// Puts these proposals into somebody's direct messages, below what they have of that card.
async fn hand_over(
    services: &Services,
    workspace: &Workspace,
    first: ProposalId,
    user: UserId,
    proposals: &[ProposalId],
) -> Result<(), CardError> {
    let slack = &workspace.slack;
    let dm = match slack.open_conversation(std::slice::from_ref(&user)).await {
        Ok(dm) => dm,
        Err(SlackError::Refused { code, .. }) => {
            tracing::warn!(slack.code = %code, "a card could not be brought to somebody who may decide");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let mut tx = services.db.org(workspace.org).await?;
    let drawn = drawing(&mut tx, proposals).await?;
    drop(tx);
    let Some(drawn) = drawn else {
        return Ok(());
    };
    let message = NewMessage {
        text: drawn.text.clone(),
        blocks: drawn.blocks.clone(),
        ..NewMessage::default()
    };
    let key = format!("card:{first}:{user}");
    let ts = deliver::once(&services.outbox, workspace, &key, &dm, message).await?;
    let copy = Copied {
        to: user,
        card: Card {
            workspace: workspace.id.clone(),
            channel: dm,
            thread: None,
            message: ts,
        },
    };
    let mut tx = services.db.org(workspace.org).await?;
    if !proposal_cards::copied(&mut tx, &copy, proposals).await? {
        return Ok(());
    }
    // It may have moved meanwhile, or be one more on a card that was there before.
    let all = proposal_cards::shown_in(&mut tx, &copy.card).await?;
    let has_moved = drawing(&mut tx, &all).await?.as_ref() != Some(&drawn);
    for proposal in drawn.tickets {
        let channel = copy.card.channel.clone();
        let act = Act::Shown { proposal, channel };
        ledger::record(&mut tx, Actor::Penny, &act).await?;
    }
    if has_moved {
        redraw_later(&mut tx, first).await?;
    }
    Ok(tx.commit().await?)
}

/// Says beside the card that nobody can be asked.
async fn nobody(
    services: &Services,
    workspace: &Workspace,
    seen: &Seen,
    card: &Card,
) -> Result<(), CardError> {
    let shown = card_of(seen);
    let message = NewMessage {
        thread: Some(card.thread.clone().unwrap_or_else(|| card.message.clone())),
        text: words::nobody(&escape(&shown.title), &shown.deciders),
        ..NewMessage::default()
    };
    let key = format!("nobody:{}", seen.record.key);
    deliver::once(&services.outbox, workspace, &key, &card.channel, message).await?;
    Ok(())
}

/// Brings cards to those who may decide.
#[derive(Debug, Clone)]
pub struct BringCard {
    pub services: Services,
}

#[async_trait]
impl Handler for BringCard {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, held: &Held) -> Done {
        let Ok(proposal) = held.key().parse() else {
            return Done::Failed {
                error: "the key names no proposal".to_owned(),
            };
        };
        done(Box::pin(bring(&self.services, held.lease().org, proposal)).await)
    }

    async fn exhausted(&self, held: &Held) -> Done {
        tracing::warn!(
            proposal.id = held.key(),
            "a card could not be brought to those who may decide"
        );
        Done::Failed {
            error: "gave up after several attempts".to_owned(),
        }
    }
}
