//! Deciding: what people say to a proposal, and what silence comes to.

use super::error::{Error, Refusal};
use super::ledger::{self, Act, Actor};
use super::policy::{self, Facts, Verdict};
use super::rows::{illegal, locked, open, state_of, ticket_of};
use super::seal::Ticket;
use super::state::Step;
use crate::base::ids::{OrgId, PersonId};
use crate::store::proposals::{self, Key};
use crate::store::{Db, OrgTx};

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
    policy::may_decide(&content.policy, content.request(), facts, verdict)
        .map_err(Refusal::from)?;

    let decided = match verdict {
        Verdict::Rejected => Decided::Rejected,
        Verdict::Approved => {
            let others = agreed(tx, record.key, facts.person).await?;
            let needed = usize::from(content.policy.approvals);
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

/// How many others have agreed and are still somebody to agree.
async fn agreed(tx: &mut OrgTx, key: Key, person: PersonId) -> Result<usize, Error> {
    let said_yes = Verdict::Approved.as_str();
    let decisions = proposals::decisions(tx, key).await?;
    let mut agreed = decisions
        .iter()
        .filter(|decision| decision.verdict == said_yes && decision.still_counts);
    if agreed.clone().any(|decision| decision.person == person) {
        return Err(Refusal::AlreadyAgreed.into());
    }
    Ok(agreed.by_ref().count())
}

/// Ends what nobody decided on, or carried out, in time. Returns what it ended, for the cards
/// and the turns that wait. Any number of processes may do it at once.
pub async fn expire_due(db: &Db, limit: i64) -> Result<Vec<(OrgId, Key)>, Error> {
    let mut ended = Vec::new();
    for (org, key) in proposals::due(db, limit).await? {
        let mut tx = db.org(org).await?;
        let Some(record) = proposals::lock(&mut tx, key).await? else {
            continue;
        };
        if !proposals::expire(&mut tx, key).await? {
            continue;
        }
        let proposal = ticket_of(&record)?;
        ledger::record(&mut tx, Actor::Penny, &Act::Expired { proposal }).await?;
        tx.commit().await?;
        ended.push((org, key));
    }
    Ok(ended)
}
