//! What nobody clicks for: time that is up, people to be called before it is, and approved changes
//! that no process carries out. Any number of processes may sweep at once.

use super::draw::card_of;
use super::read::{Seen, see};
use super::{CardError, redraw_later, words};
use crate::approvals::policy::Decider;
use crate::approvals::{self, State};
use crate::base::ids::{OrgId, UserId};
use crate::jobs::people::is_in;
use crate::jobs::workspaces::Workspace;
use crate::jobs::{Services, deliver, waiting};
use crate::slack::blocks::escape;
use crate::slack::client::NewMessage;
use crate::store::proposal_cards::{self, Call, Card};
use crate::store::proposals::{self, Key};
use crate::store::{OrgTx, jobs, people};

/// Of each kind in one round; the next one takes the rest.
const BATCH: i64 = 100;
/// Administrators who are told at most.
const MOST_CALLED: usize = 3;

pub async fn sweep(services: &Services) -> Result<(), CardError> {
    let db = &services.db;
    for (org, key) in proposals::due(db, BATCH).await? {
        let mut tx = db.org(org).await?;
        let Some(ended) = approvals::expire(&mut tx, key).await? else {
            continue;
        };
        redraw_later(&mut tx, key.proposal).await?;
        if let Some(origin) = &ended.origin {
            waiting::wake(&mut tx, origin).await?;
        }
        tx.commit().await?;
    }
    for (org, key) in proposals::stranded(db, BATCH).await? {
        let mut tx = db.org(org).await?;
        jobs::nudge(&mut tx, approvals::JOB, &key.to_string(), "", None).await?;
        tx.commit().await?;
    }
    for call in [Call::Reminder, Call::Escalation] {
        for (org, key) in proposal_cards::to_call_for(db, call, BATCH).await? {
            if let Err(error) = call_for(services, org, key, call).await {
                tracing::warn!(proposal = %key, %error, "people could not be called for a proposal");
            }
        }
    }
    Ok(())
}

async fn call_for(services: &Services, org: OrgId, key: Key, call: Call) -> Result<(), CardError> {
    let mut tx = services.db.org(org).await?;
    let seen = see(&mut tx, key.proposal).await?;
    let card = proposal_cards::of(&mut tx, key.proposal).await?;
    let admins = people::admins(&mut tx).await?;
    drop(tx);
    let (Some(seen), Some(card)) = (seen, card) else {
        return Ok(());
    };
    if seen.state == State::Proposed && seen.record.key == key {
        let workspace = services
            .workspaces
            .get(&card.workspace)
            .ok_or(CardError::Uninstalled)?;
        match call {
            Call::Reminder => remind(services, &workspace, &seen, &card).await?,
            Call::Escalation => escalate(services, &workspace, &seen, &card, &admins).await?,
        }
    }
    let mut tx: OrgTx = services.db.org(org).await?;
    proposal_cards::called(&mut tx, key, call).await?;
    Ok(tx.commit().await?)
}

async fn remind(
    services: &Services,
    workspace: &Workspace,
    seen: &Seen,
    card: &Card,
) -> Result<(), CardError> {
    let shown = card_of(seen);
    let what = escape(&shown.title);
    let expires_at = seen.sealed.content().expires_at;
    let message = NewMessage {
        thread: Some(card.thread.clone().unwrap_or_else(|| card.message.clone())),
        text: words::reminder(&what, expires_at, &shown.deciders),
        ..NewMessage::default()
    };
    let key = format!("remind:{}", seen.record.key);
    deliver::once(&services.outbox, workspace, &key, &card.channel, message).await?;
    Ok(())
}

/// Tells those administrators who can see the card, where administrators may decide.
async fn escalate(
    services: &Services,
    workspace: &Workspace,
    seen: &Seen,
    card: &Card,
    admins: &[UserId],
) -> Result<(), CardError> {
    let content = seen.sealed.content();
    if !content.policy.deciders.contains(&Decider::Admin) {
        return Ok(());
    }
    let link = workspace
        .slack
        .permalink(&card.channel, &card.message)
        .await;
    let what = escape(&card_of(seen).title);
    let text = words::escalation(&what, content.expires_at, link.ok().as_deref());
    let mut called = 0;
    for admin in admins {
        if called == MOST_CALLED || !is_in(workspace, &card.channel, admin).await? {
            continue;
        }
        let dm = workspace
            .slack
            .open_conversation(std::slice::from_ref(admin))
            .await?;
        let message = NewMessage {
            text: text.clone(),
            ..NewMessage::default()
        };
        let key = format!("escalate:{}:{admin}", seen.record.key);
        deliver::once(&services.outbox, workspace, &key, &dm, message).await?;
        called += 1;
    }
    Ok(())
}
