//! The way from a yes to an effect, in which each step can be the last one before a crash:
//!
//! 1. [`claim`] takes the right to carry out a version, fenced by a lease. If an earlier holder
//!    may have reached the provider, it yields [`Claimed::Unsettled`]: look up, do not send.
//! 2. [`begin`] compares what was approved with what is there now, writes the intent down, and
//!    only then makes an [`ApprovedAction`], without which no connector writes.
//! 3. [`settle`] writes down what came of it.
//!
//! The first two commit by themselves, since what follows them happens outside the database.

use super::canonical;
use super::error::{Error, Refusal};
use super::ledger::{self, Act, Actor};
use super::outcome::Outcome;
use super::policy::{self, Facts, Verdict};
use super::rows::{hold, illegal, locked, open, state_of};
use super::seal::{Connection, Content, Hash, Sealed, Ticket};
use super::state::{State, Step};
use crate::base::ids::OrgId;
use crate::store::proposals::{self, Key, Lease, Settled};
use crate::store::{Db, OrgTx, StoreError};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::time::Duration;

/// The kind of job that carries a version out; its key is the version's. Whoever approves nudges
/// it, in the same transaction.
pub const JOB: &str = "execute";

/// How often a version is tried as long as nothing reached the provider.
const MOST_ATTEMPTS: i32 = 5;
/// How long a yes is kept for a system that asks for one pause after the other.
pub const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
const NO_END: &str = "it asked for one pause after the other, so I have stopped trying after a day. \
    Please propose it again once it has calmed down";

/// The right to carry out one version. There is one at a time, and it is not `Clone`.
#[derive(Debug)]
pub struct Claim {
    sealed: Sealed,
    lease: Lease,
}

impl Claim {
    /// What was approved, to look its target up with.
    pub fn content(&self) -> &Content {
        self.sealed.content()
    }

    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// What an earlier attempt gave the provider, to look it up by.
    pub fn idempotency_key(&self) -> String {
        idempotency_key(&self.sealed)
    }
}

#[derive(Debug)]
pub enum Claimed {
    /// Nothing was sent. Read the target and [`begin`].
    Ready(Claim),
    /// Somebody vanished after they had begun to send. Look the effect up and [`settle`]; if it
    /// certainly is not there, [`Outcome::NeverSent`] allows another try.
    Unsettled(Claim),
}

/// Takes the right to carry out a version. None: it is not approved, its time is up, or
/// somebody else has it.
pub async fn claim(db: &Db, org: OrgId, key: Key) -> Result<Option<Claimed>, Error> {
    let mut tx = db.org(org).await?;
    let Some(row) = proposals::claim(&mut tx, key).await? else {
        return Ok(None);
    };
    let sealed = match Sealed::of_row(org, key, &row.content, &row.hash) {
        Ok(sealed) => sealed,
        Err(broken) => {
            // Committed, so that what is broken is not claimed for ever. The ledger names what is
            // stored: that it is not what was approved is plain there.
            let outcome = Outcome::Failed(broken.to_string());
            write_down(&mut tx, &row.lease, State::Failed, &outcome).await?;
            let hash = Hash::from_slice(&row.hash).unwrap_or_else(|| Hash::of(&row.hash));
            let act = Act::ended(Ticket { key, hash }, State::Failed, None);
            ledger::record(&mut tx, Actor::Penny, &act).await?;
            tx.commit().await?;
            return Err(broken.into());
        }
    };
    tx.commit().await?;
    let claim = Claim {
        sealed,
        lease: row.lease,
    };
    Ok(Some(if row.was_sent {
        Claimed::Unsettled(claim)
    } else {
        Claimed::Ready(claim)
    }))
}

/// What is there now, read right before writing.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    pub before: Option<Map<String, Value>>,
    pub connection: Option<Connection>,
}

#[derive(Debug)]
pub enum Begun {
    /// The intent is written down. Call the provider, once, and [`settle`].
    Go(ApprovedAction),
    /// Nothing may be written; the version has ended as changed, and this is what differs.
    Changed(Vec<String>),
}

/// The one thing that a connector writes for: content that was approved, is as it was sealed, is
/// claimed by this caller, and still fits what is there. Only [`begin`] makes one.
///
/// ```compile_fail
/// fn twice(action: penny::approvals::ApprovedAction) {
///     let again = action.clone();
///     drop((action, again));
/// }
/// ```
/// ```compile_fail
/// fn forge(sealed: penny::approvals::Sealed, lease: penny::store::proposals::Lease) {
///     let _ = penny::approvals::ApprovedAction { sealed, lease };
/// }
/// ```
#[derive(Debug)]
pub struct ApprovedAction {
    sealed: Sealed,
    lease: Lease,
}

impl ApprovedAction {
    pub fn content(&self) -> &Content {
        self.sealed.content()
    }

    /// The canonical bytes that were approved.
    pub fn bytes(&self) -> &[u8] {
        self.sealed.bytes()
    }

    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// The same for every attempt at this version, and for no other one.
    pub fn idempotency_key(&self) -> String {
        idempotency_key(&self.sealed)
    }
}

/// Checks that what was approved still fits, and writes down that the provider is called next.
pub async fn begin(db: &Db, claim: Claim, live: &Live) -> Result<Begun, Error> {
    let Claim { sealed, lease } = claim;
    let mut tx = db.org(sealed.content().org).await?;
    let differs = differences(sealed.content(), live);
    if !differs.is_empty() {
        let next = State::Executing.after(Step::FindChanged).map_err(illegal)?;
        let outcome = Outcome::Changed(differs.clone());
        write_down(&mut tx, &lease, next, &outcome).await?;
        let act = Act::ended(sealed.ticket(), next, None);
        ledger::record(&mut tx, Actor::Penny, &act).await?;
        tx.commit().await?;
        return Ok(Begun::Changed(differs));
    }
    proposals::send(&mut tx, &lease).await?;
    let act = Act::Began {
        proposal: sealed.ticket(),
        attempt: lease.attempts(),
    };
    ledger::record(&mut tx, Actor::Penny, &act).await?;
    tx.commit().await?;
    Ok(Begun::Go(ApprovedAction { sealed, lease }))
}

/// Ends an execution and returns how it stands. What had been sent by nobody is approved still,
/// until it was tried too often. Settling the undo of something marks that as undone.
pub async fn settle(tx: &mut OrgTx, lease: &Lease, outcome: &Outcome) -> Result<State, Error> {
    let record = proposals::lock(tx, lease.key())
        .await?
        .ok_or(Refusal::NoSuchProposal)?;
    let sealed = open(tx.org(), &record)?;
    let step = match outcome.step() {
        Step::GiveBack if lease.attempts() - lease.pauses() >= MOST_ATTEMPTS => Step::Fail,
        step => step,
    };
    let next = State::Executing.after(step).map_err(illegal)?;
    hold_undone(tx, &sealed).await?;
    write_down(tx, lease, next, outcome).await?;
    follow(tx, Actor::Penny, &sealed, next, outcome).await?;
    Ok(next)
}

/// Gives back for a while what the system turned away with a pause: nothing was written, and it
/// does not count as a try. Whatever has waited for a day has failed.
pub async fn put_off(
    tx: &mut OrgTx,
    lease: &Lease,
    pause: Duration,
    why: &str,
) -> Result<State, Error> {
    let record = proposals::lock(tx, lease.key())
        .await?
        .ok_or(Refusal::NoSuchProposal)?;
    let sealed = open(tx.org(), &record)?;
    let next = State::Executing.after(Step::GiveBack).map_err(illegal)?;
    let outcome = Outcome::NeverSent(why.to_owned());
    hold_undone(tx, &sealed).await?;
    if !proposals::put_off(tx, lease, pause, KEPT_FOR, &as_json(&outcome)?).await? {
        return settle(tx, lease, &Outcome::Failed(NO_END.to_owned())).await;
    }
    follow(tx, Actor::Penny, &sealed, next, &outcome).await?;
    Ok(next)
}

/// Settles what was left unknown, once somebody has found out: Penny by another look at the
/// provider, or a person who may decide on it.
pub async fn resolve(
    tx: &mut OrgTx,
    ticket: Ticket,
    outcome: &Outcome,
    by: Option<&Facts>,
) -> Result<State, Error> {
    let record = locked(tx, ticket).await?;
    let sealed = open(tx.org(), &record)?;
    let content = sealed.content();
    if let Some(facts) = by {
        policy::may_decide(&content.policy, content.request(), facts, Verdict::Rejected)
            .map_err(Refusal::from)?;
    }
    let next = State::Unknown.after(outcome.step()).map_err(illegal)?;
    hold_undone(tx, &sealed).await?;
    let settled = Settled {
        state: next.as_str(),
        outcome: &as_json(outcome)?,
    };
    if !proposals::resolve(tx, record.key, &settled).await? {
        return Err(Refusal::Already(state_of(&record)?).into());
    }
    let actor = by.map_or(Actor::Penny, |facts| Actor::Person(facts.person));
    follow(tx, actor, &sealed, next, outcome).await?;
    Ok(next)
}

/// Before anything is written: whoever proposes an undo holds the original first, too.
async fn hold_undone(tx: &mut OrgTx, sealed: &Sealed) -> Result<(), Error> {
    if let Some(undone) = sealed.content().undo_of {
        hold(tx, undone).await?;
    }
    Ok(())
}

/// What an end means for others: the ledger, and what was undone by it.
async fn follow(
    tx: &mut OrgTx,
    by: Actor,
    sealed: &Sealed,
    state: State,
    outcome: &Outcome,
) -> Result<(), Error> {
    if let (State::Succeeded, Some(undone)) = (state, sealed.content().undo_of) {
        proposals::mark_undone(tx, undone).await?;
    }
    let act = Act::ended(sealed.ticket(), state, outcome.effect_id());
    ledger::record(tx, by, &act).await
}

async fn write_down(
    tx: &mut OrgTx,
    lease: &Lease,
    state: State,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    let settled = Settled {
        state: state.as_str(),
        outcome: &as_json(outcome)?,
    };
    proposals::settle(tx, lease, &settled).await
}

/// Names what is not as it was when this was proposed: fields, or the connection.
fn differences(content: &Content, live: &Live) -> Vec<String> {
    let mut differs = Vec::new();
    let holds = match (&content.connection, &live.connection) {
        (Some(approved), Some(live)) => approved.still_holds(live),
        (None, None) => true,
        _ => false,
    };
    if !holds {
        differs.push("connection".to_owned());
    }
    let (before, now) = match (&content.before, &live.before) {
        (Some(before), Some(now)) => (before, now),
        (None, None) => return differs,
        _ => {
            differs.push("record".to_owned());
            return differs;
        }
    };
    let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let moved = |key: &&String| !is_same(before.get(*key), now.get(*key));
    differs.extend(keys.into_iter().filter(moved).cloned());
    differs
}

/// As canonical JSON sees it: 1 and 1.0 are the same value, read by two readers.
fn is_same(before: Option<&Value>, now: Option<&Value>) -> bool {
    let text = |value: Option<&Value>| value.map(canonical::text).transpose();
    match (text(before), text(now)) {
        (Ok(before), Ok(now)) => before == now,
        _ => false,
    }
}

fn idempotency_key(sealed: &Sealed) -> String {
    let Key { proposal, version } = sealed.key();
    format!("penny-{proposal}-{version}")
}

fn as_json(outcome: &Outcome) -> Result<String, StoreError> {
    Ok(serde_json::to_string(outcome)?)
}

#[cfg(test)]
mod testing;
