//! Proposing and rewording. Like all that follows it up to a decision, it takes the caller's
//! transaction and either does all of it, the ledger's entry included, or refuses and has changed
//! nothing; what must happen with it (a job, a card) goes into the same transaction.

use super::decidable;
use super::deciding::may_say;
use super::error::{Error, Refusal};
use super::grants;
use super::ledger::{self, Act, Actor};
use super::policy::{Facts, Stakes, Verdict};
use super::rows::{hold, illegal, locked, open, state_of};
use super::rules::{newer_policy, policy_for};
use super::seal::{Amount, Connection, Content, Operation, SCHEMA, Sealed, Target, Ticket};
use super::state::{State, Step};
use crate::base::ids::{GrantId, PersonId, ProposalId};
use crate::store::proposals::{self, NewProposal, Origin, Record};
use crate::store::{OrgTx, StoreError, workflows};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a proposal may wait for its decision: long enough to be read, and not for ever.
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What the agent (or a person, for an undo) wants to have done.
#[derive(Debug, Clone)]
pub struct Draft {
    pub operation: Operation,
    pub connection: Option<Connection>,
    pub target: Target,
    pub stakes: Stakes,
    pub requester: PersonId,
    pub undo_of: Option<ProposalId>,
    pub wording: Wording,
}

/// The part that an edit changes.
#[derive(Debug, Clone)]
pub struct Wording {
    pub arguments: Map<String, Value>,
    /// Read live for these arguments, right now.
    pub before: Option<Map<String, Value>>,
    pub amount: Option<Amount>,
    pub lives_for: Duration,
}

#[derive(Debug)]
pub struct Proposed {
    pub sealed: Sealed,
    /// Proposed, or approved already by a standing grant.
    pub state: State,
}

/// Makes a proposal. The same call of the agent gets the same one again, as it is by now.
pub async fn propose(
    tx: &mut OrgTx,
    draft: Draft,
    origin: Option<&Origin>,
) -> Result<Proposed, Error> {
    if let Some(earlier) = made_by(tx, origin).await? {
        return Ok(earlier);
    }
    if let Some(undone) = draft.undo_of {
        check_undoable(tx, undone).await?;
    }
    let content = first_version(tx, draft).await?;
    decidable::check(tx, &content, origin).await?;
    let sealed = Sealed::new(content)?;
    if !insert(tx, &sealed, origin).await? {
        // The same call at the same time, or else another undo of the same.
        let earlier = made_by(tx, origin).await?;
        return earlier.ok_or(Refusal::UndoUnderWay.into());
    }
    let granted = approve_by_grant(tx, &sealed, origin).await?;
    ledger::record(tx, Actor::Penny, &proposed(&sealed)).await?;
    let Some((grant, person)) = granted else {
        return Ok(Proposed {
            sealed,
            state: State::Proposed,
        });
    };
    let act = Act::Decided {
        proposal: sealed.ticket(),
        verdict: Verdict::Approved,
        grant: Some(grant),
    };
    ledger::record(tx, Actor::Person(person), &act).await?;
    Ok(Proposed {
        sealed,
        state: State::Approved,
    })
}

async fn made_by(tx: &mut OrgTx, origin: Option<&Origin>) -> Result<Option<Proposed>, Error> {
    let Some(origin) = origin else {
        return Ok(None);
    };
    let Some(record) = proposals::made_by(tx, origin).await? else {
        return Ok(None);
    };
    Ok(Some(Proposed {
        sealed: open(tx.org(), &record)?,
        state: state_of(&record)?,
    }))
}

async fn first_version(tx: &mut OrgTx, draft: Draft) -> Result<Content, Error> {
    let policy = policy_for(tx, &draft.operation, draft.stakes).await?;
    let wording = draft.wording;
    Ok(Content {
        schema: SCHEMA,
        org: tx.org(),
        proposal: ProposalId::fresh(),
        version: 1,
        operation: draft.operation,
        connection: draft.connection,
        target: draft.target,
        arguments: wording.arguments,
        before: wording.before,
        stakes: draft.stakes,
        amount: wording.amount,
        requester: draft.requester,
        edited_by: BTreeSet::new(),
        policy,
        expires_at: end_of(tx, wording.lives_for).await?,
        undo_of: draft.undo_of,
    })
}

async fn end_of(tx: &mut OrgTx, lives_for: Duration) -> Result<DateTime<Utc>, Error> {
    if !(SHORTEST..=LONGEST).contains(&lives_for) {
        return Err(Refusal::BadLifetime.into());
    }
    Ok(proposals::end_of(tx, lives_for).await?)
}

/// Approves what somebody has agreed to beforehand, and says who and by which grant.
async fn approve_by_grant(
    tx: &mut OrgTx,
    sealed: &Sealed,
    origin: Option<&Origin>,
) -> Result<Option<(GrantId, PersonId)>, Error> {
    // What a run asks for is covered by an envelope of the workflow that began it all, and so
    // never by more than that one was allowed.
    let workflow = match origin {
        Some(origin) => workflows::behind(tx, origin.asker).await?,
        None => None,
    };
    let Some((grant, person)) = grants::spend(tx, sealed.content(), workflow).await? else {
        return Ok(None);
    };
    let approved = State::Proposed.after(Step::Approve).map_err(illegal)?;
    let (key, hash) = (sealed.key(), sealed.hash());
    if !proposals::decide(tx, key, hash.as_bytes(), approved.as_str()).await? {
        return Err(Refusal::Expired.into());
    }
    let verdict = Verdict::Approved.as_str();
    proposals::record_decision(tx, key, person, verdict, None, Some(grant)).await?;
    Ok(Some((grant, person)))
}

/// Rewords an open proposal, or proposes once more what was rejected, has expired, had changed
/// or failed. The next version has to be decided on anew; the old one is void.
pub async fn revise(
    tx: &mut OrgTx,
    ticket: Ticket,
    wording: Wording,
    facts: &Facts,
) -> Result<Proposed, Error> {
    let record = locked(tx, ticket).await?;
    let old = open(tx.org(), &record)?;
    let content = old.content();
    // Whoever may say no may also say how it would be right.
    let newer = newer_policy(tx, content).await?;
    may_say(content, newer.as_ref(), facts, Verdict::Rejected)?;
    let mut next = content.clone();
    next.version += 1;
    next.policy = policy_for(tx, &content.operation, content.stakes).await?;
    next.edited_by.insert(facts.person);
    next.edited_by.remove(&content.requester);
    next.arguments = wording.arguments;
    next.before = wording.before;
    next.amount = wording.amount;
    next.expires_at = end_of(tx, wording.lives_for).await?;
    let sealed = Sealed::new(next)?;
    let voided = void(tx, &record, &old).await?;
    if !insert(tx, &sealed, record.origin.as_ref()).await? {
        let newest = proposals::latest(tx, record.key.proposal).await?;
        let has_successor = newest.is_some_and(|newest| newest.key != record.key);
        return Err(match has_successor {
            true => Refusal::Already(State::Superseded).into(),
            false => Refusal::UndoUnderWay.into(),
        });
    }
    let by = Actor::Person(facts.person);
    if let Some(act) = voided {
        ledger::record(tx, by, &act).await?;
    }
    ledger::record(tx, by, &proposed(&sealed)).await?;
    Ok(Proposed {
        sealed,
        state: State::Proposed,
    })
}

/// Makes room for the next version, and says what that did to this one.
async fn void(tx: &mut OrgTx, record: &Record, old: &Sealed) -> Result<Option<Act>, Error> {
    let proposal = old.ticket();
    let state = state_of(record)?;
    if state.can_be_proposed_again() {
        // Only the newest version has no successor yet; inserting one finds out.
        return Ok(None);
    }
    state
        .after(Step::Supersede)
        .map_err(|_| Refusal::Already(state))?;
    if proposals::supersede(tx, record.key, old.hash().as_bytes()).await? {
        return Ok(Some(Act::Superseded { proposal }));
    }
    // Its time is up, and nobody has noted that yet.
    if proposals::expire(tx, record.key).await? {
        return Ok(Some(Act::Expired { proposal }));
    }
    Err(Refusal::Expired.into())
}

async fn check_undoable(tx: &mut OrgTx, proposal: ProposalId) -> Result<(), Error> {
    let record = hold(tx, proposal).await?;
    let state = state_of(&record.ok_or(Refusal::NoSuchProposal)?)?;
    state
        .after(Step::Undo)
        .map_err(|_| Refusal::CannotUndo(state))?;
    Ok(())
}

async fn insert(
    tx: &mut OrgTx,
    sealed: &Sealed,
    origin: Option<&Origin>,
) -> Result<bool, StoreError> {
    let content = sealed.content();
    proposals::insert(
        tx,
        &NewProposal {
            key: sealed.key(),
            content: sealed.bytes(),
            hash: sealed.hash().as_bytes(),
            system: &content.operation.system,
            operation: &content.operation.name,
            requester: content.requester,
            undo_of: content.undo_of,
            origin,
            expires_at: content.expires_at,
        },
    )
    .await
}

fn proposed(sealed: &Sealed) -> Act {
    let content = sealed.content();
    Act::Proposed {
        proposal: sealed.ticket(),
        operation: content.operation.clone(),
        requester: content.requester,
        expires_at: content.expires_at,
    }
}
