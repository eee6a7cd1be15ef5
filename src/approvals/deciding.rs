//! Deciding: what people say to a proposal, and what silence comes to.

use super::error::{Error, Refusal};
use super::ledger::{self, Act, Actor};
use super::policy::{self, Facts, Policy, Verdict};
use super::rows::{illegal, locked, open, state_of, ticket_of};
use super::rules::{Newer, newer_policy};
use super::seal::{Content, Ticket};
use super::state::Step;
use crate::base::ids::PersonId;
use crate::store::OrgTx;
use crate::store::proposals::{self, Key, Record};
use chrono::{DateTime, Utc};

/// What a decision came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// So many people have agreed, of so many that have to.
    Waiting {
        have: usize,
        needed: usize,
    },
    Approved,
    Rejected,
}

/// Whether this person may say this: a no by the rule of the proposal or by a newer one, a yes by
/// both.
pub fn may_say(
    content: &Content,
    newer: Option<&Newer>,
    facts: &Facts,
    verdict: Verdict,
) -> Result<(), Refusal> {
    let by = |policy: &Policy| policy::may_decide(policy, content.request(), facts, verdict);
    let made_under = by(&content.policy);
    match newer.map(|newer| by(&newer.policy)) {
        Some(Ok(())) if verdict == Verdict::Rejected => Ok(()),
        Some(Err(refused)) if verdict == Verdict::Approved && made_under.is_ok() => {
            Err(Refusal::NoLongerAllowed(refused))
        }
        _ => Ok(made_under?),
    }
}

/// How many have to agree.
pub fn needed(content: &Content, newer: Option<&Newer>) -> usize {
    let newer = newer.map_or(0, |newer| newer.policy.approvals);
    usize::from(content.policy.approvals.max(newer))
}

/// Takes somebody's word on exactly what they were shown.
pub async fn decide(
    tx: &mut OrgTx,
    ticket: Ticket,
    verdict: Verdict,
    reason: Option<&str>,
    facts: &Facts,
) -> Result<Decided, Error> {
    let record = locked(tx, ticket).await?;
    let state = state_of(&record)?;
    state
        .after(Step::Agree)
        .map_err(|_| Refusal::Already(state))?;
    let sealed = open(tx.org(), &record)?;
    let content = sealed.content();
    let newer = newer_policy(tx, content).await?;
    may_say(content, newer.as_ref(), facts, verdict)?;

    let decided = match verdict {
        Verdict::Rejected => Decided::Rejected,
        Verdict::Approved => {
            let since = newer.as_ref().and_then(|newer| newer.since);
            let others = agreed(tx, record.key, facts.person, since).await?;
            let needed = needed(content, newer.as_ref());
            match others + 1 {
                have if have < needed => Decided::Waiting { have, needed },
                _ => Decided::Approved,
            }
        }
    };
    let step = match decided {
        Decided::Waiting { .. } => Step::Agree,
        Decided::Approved => Step::Approve,
        Decided::Rejected => Step::Reject,
    };
    let next = state.after(step).map_err(illegal)?;
    if !proposals::decide(tx, record.key, ticket.hash.as_bytes(), next.as_str()).await? {
        return Err(Refusal::Expired.into());
    }
    proposals::record_decision(tx, record.key, facts.person, verdict.as_str(), reason, None)
        .await?;
    let act = Act::Decided {
        proposal: ticket,
        verdict,
        grant: None,
    };
    ledger::record(tx, Actor::Person(facts.person), &act).await?;
    Ok(decided)
}

/// How many others have agreed and are still somebody to agree. A yes from before a stricter rule
/// was set has to be said again.
async fn agreed(
    tx: &mut OrgTx,
    key: Key,
    person: PersonId,
    since: Option<DateTime<Utc>>,
) -> Result<usize, Error> {
    let said_yes = Verdict::Approved.as_str();
    let decisions = proposals::decisions(tx, key).await?;
    let mut agreed = decisions
        .iter()
        .filter(|decision| decision.verdict == said_yes && decision.still_counts)
        .filter(|decision| since.is_none_or(|since| decision.at >= since));
    if agreed.clone().any(|decision| decision.person == person) {
        return Err(Refusal::AlreadyAgreed.into());
    }
    Ok(agreed.by_ref().count())
}

/// Ends a version that nobody decided on, or carried out, in time, and returns it. None: it is
/// not due, or somebody else ended it.
pub async fn expire(tx: &mut OrgTx, key: Key) -> Result<Option<Record>, Error> {
    let Some(record) = proposals::lock(tx, key).await? else {
        return Ok(None);
    };
    if !proposals::expire(tx, key).await? {
        return Ok(None);
    }
    let proposal = ticket_of(&record)?;
    ledger::record(tx, Actor::Penny, &Act::Expired { proposal }).await?;
    Ok(Some(record))
}

/// Voids what a run has asked for that somebody cancelled, unless it is being carried out already.
/// False: it is, or it was settled before.
pub async fn withdraw(tx: &mut OrgTx, record: &Record, by: PersonId) -> Result<bool, Error> {
    if state_of(record)?.after(Step::Withdraw).is_err() {
        return Ok(false);
    }
    if !proposals::withdraw(tx, record.key).await? {
        return Ok(false);
    }
    let proposal = ticket_of(record)?;
    ledger::record(tx, Actor::Person(by), &Act::Withdrawn { proposal }).await?;
    Ok(true)
}
