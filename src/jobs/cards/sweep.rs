//! What nobody clicks for: time that is up, people to be called before it is, and approved changes
//! that no process carries out. Any number of processes may sweep at once.

use super::deciders::{self, MayDecide};
use super::draw::card_of;
use super::read::{Seen, see};
use super::{CardError, bring_later, redraw_later, words};
use crate::approvals::{self, State};
use crate::base::ids::{OrgId, UserId};
use crate::jobs::workspaces::Workspace;
use crate::jobs::{Services, deliver, waiting};
use crate::slack::client::{NewMessage, SlackError};
use crate::slack::mrkdwn::escape;
use crate::store::proposal_cards::{self, Call, Card, Copied};
use crate::store::proposals::{self, Key};
use crate::store::{OrgTx, jobs};

/// Of each kind in one round; the next one takes the rest.
const BATCH: i64 = 100;
/// Of those who may decide so many are told.
const MOST_CALLED: usize = 3;

pub async fn sweep(services: &Services) -> Result<(), CardError> {
    let db = &services.db;
    // One that cannot be ended keeps none of the others waiting.
    for (org, key) in proposals::due(db, BATCH).await? {
        if let Err(error) = end(services, org, key).await {
            tracing::warn!(proposal.key = %key, %error, "a proposal whose time is up could not be ended");
        }
    }
    for (org, key) in proposals::stranded(db, BATCH).await? {
        let mut tx = db.org(org).await?;
        jobs::nudge(&mut tx, approvals::JOB, &key.to_string()).await?;
        tx.commit().await?;
    }
    for call in [Call::Reminder, Call::Escalation] {
        for (org, key) in proposal_cards::to_call_for(db, call, BATCH).await? {
            if let Err(error) = call_for(services, org, key, call).await {
                tracing::warn!(proposal.key = %key, %error, "people could not be called for a proposal");
            }
        }
    }
    Ok(())
}

async fn end(services: &Services, org: OrgId, key: Key) -> Result<(), CardError> {
    let mut tx = services.db.org(org).await?;
    let Some(ended) = approvals::expire(&mut tx, key).await? else {
        return Ok(());
    };
    redraw_later(&mut tx, key.proposal).await?;
    if let Some(origin) = &ended.origin {
        waiting::wake(&mut tx, origin).await?;
    }
    Ok(tx.commit().await?)
}

async fn call_for(services: &Services, org: OrgId, key: Key, call: Call) -> Result<(), CardError> {
    let mut tx = services.db.org(org).await?;
    let seen = see(&mut tx, key.proposal).await?;
    let card = proposal_cards::of(&mut tx, key.proposal).await?;
    let copies = proposal_cards::copies_of(&mut tx, key.proposal).await?;
    drop(tx);
    let (Some(seen), Some(card)) = (seen, card) else {
        return Ok(());
    };
    let mut is_anybody_called = true;
    if seen.state == State::Proposed && seen.record.key == key {
        let workspace = services
            .workspaces
            .get(&card.workspace)
            .ok_or(CardError::Uninstalled)?;
        let place = Place {
            services,
            workspace: &workspace,
            card: &card,
            copies: &copies,
        };
        match call {
            Call::Reminder => place.remind(&seen).await?,
            Call::Escalation => {
                let reached = place.escalate(&seen).await?;
                if reached == Reached::Nobody {
                    place.tell_administrators(&seen).await?;
                }
                is_anybody_called = reached == Reached::Others;
            }
        }
    }
    let mut tx: OrgTx = services.db.org(org).await?;
    proposal_cards::called(&mut tx, key, call).await?;
    if !is_anybody_called {
        // Perhaps there is somebody by now.
        bring_later(&mut tx, key.proposal).await?;
    }
    Ok(tx.commit().await?)
}

/// Who of those who may decide sees a proposal whose time is nearly up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Others,
    /// Whoever asked alone.
    Asker,
    Nobody,
}

/// Where a proposal is seen.
struct Place<'a> {
    services: &'a Services,
    workspace: &'a Workspace,
    card: &'a Card,
    copies: &'a [Copied],
}

impl Place<'_> {
    /// In the thread of the card, and of each that was brought to somebody.
    async fn remind(&self, seen: &Seen) -> Result<(), CardError> {
        let key = format!("remind:{}", seen.record.key);
        self.remind_at(seen, self.card, &key).await?;
        for copy in self.copies {
            let key = format!("{key}:{}", copy.to);
            match self.remind_at(seen, &copy.card, &key).await {
                // They have left.
                Ok(()) | Err(CardError::Slack(SlackError::Refused { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn remind_at(&self, seen: &Seen, card: &Card, key: &str) -> Result<(), CardError> {
        let shown = card_of(seen);
        let what = escape(&shown.title);
        let expires_at = seen.sealed.content().expires_at;
        let message = NewMessage {
            thread: Some(card.thread.clone().unwrap_or_else(|| card.message.clone())),
            text: words::reminder(&what, expires_at, &shown.deciders),
            ..NewMessage::default()
        };
        let outbox = &self.services.outbox;
        deliver::once(outbox, self.workspace, key, &card.channel, message).await?;
        Ok(())
    }

    /// Tells a few of those who may decide and see a card; whoever asked was reminded in the thread.
    async fn escalate(&self, seen: &Seen) -> Result<Reached, CardError> {
        let content = seen.sealed.content();
        let there = deciders::members(self.workspace, &self.card.channel).await?;
        let may = deciders::of(self.services, self.workspace, seen, &there).await?;
        let seeing = may.iter().filter_map(|one| Some((one, self.seen_by(one)?)));
        let (asker, others): (Vec<_>, Vec<_>) =
            seeing.partition(|(one, _)| one.person == content.requester);
        for (one, card) in others.iter().take(MOST_CALLED) {
            self.tell(seen, &one.user, card).await?;
        }
        Ok(match (others.is_empty(), asker.is_empty()) {
            (false, _) => Reached::Others,
            (true, false) => Reached::Asker,
            (true, true) => Reached::Nobody,
        })
    }

    /// The card that somebody sees.
    fn seen_by(&self, one: &MayDecide) -> Option<&Card> {
        let copy = self.copies.iter().find(|copy| copy.to == one.user);
        let copy = copy.map(|copy| &copy.card);
        copy.or_else(|| one.is_there.then_some(self.card))
    }

    /// Tells administrators that nobody who may decide can be asked. They hear what sort of change
    /// it is and who wants it, and nothing of the record: they may not be among those who see it.
    async fn tell_administrators(&self, seen: &Seen) -> Result<(), CardError> {
        let shown = card_of(seen);
        let text = words::nobody_to_escalate_to(
            &escape(&shown.title),
            &shown.requester,
            seen.sealed.content().expires_at,
            &shown.deciders,
        );
        let admins = deciders::administrators(self.services, self.workspace).await?;
        for user in admins.iter().take(MOST_CALLED) {
            self.write_to(seen, user, text.clone()).await?;
        }
        Ok(())
    }

    async fn tell(&self, seen: &Seen, user: &UserId, card: &Card) -> Result<(), CardError> {
        let slack = &self.workspace.slack;
        let link = slack.permalink(&card.channel, &card.message).await;
        let what = escape(&card_of(seen).title);
        let expires_at = seen.sealed.content().expires_at;
        let text = words::escalation(&what, expires_at, link.ok().as_deref());
        self.write_to(seen, user, text).await
    }

    async fn write_to(&self, seen: &Seen, user: &UserId, text: String) -> Result<(), CardError> {
        let slack = &self.workspace.slack;
        let message = NewMessage {
            text,
            ..NewMessage::default()
        };
        let dm = slack.open_conversation(std::slice::from_ref(user)).await?;
        let key = format!("escalate:{}:{user}", seen.record.key);
        deliver::once(&self.services.outbox, self.workspace, &key, &dm, message).await?;
        Ok(())
    }
}
