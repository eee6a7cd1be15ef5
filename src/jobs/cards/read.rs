//! Everything that is stored of a proposal, read together: its newest version, what people said
//! to it, and who they are in Slack.

use super::CardError;
use crate::approvals::policy::Decider;
use crate::approvals::{self, Newer, Outcome, Sealed, State, Verdict};
use crate::base::ids::{PersonId, ProposalId};
use crate::slack::mrkdwn::escape;
use crate::store::OrgTx;
use crate::store::people::{self, Person};
use crate::store::proposals::{self, Decision, Record};

#[derive(Debug)]
pub struct Seen {
    pub record: Record,
    pub sealed: Sealed,
    pub state: State,
    pub outcome: Option<Outcome>,
    pub decisions: Vec<Decision>,
    /// A stricter rule that was set since, while it waits.
    pub newer: Option<Newer>,
    people: Vec<Person>,
}

/// The newest version of a proposal; none if it is no longer kept.
pub async fn see(tx: &mut OrgTx, proposal: ProposalId) -> Result<Option<Seen>, CardError> {
    let Some(record) = proposals::latest(tx, proposal).await? else {
        return Ok(None);
    };
    Ok(Some(see_record(tx, record).await?))
}

pub async fn see_record(tx: &mut OrgTx, record: Record) -> Result<Seen, CardError> {
    let sealed = approvals::open(tx.org(), &record)?;
    let decisions = proposals::decisions(tx, record.key).await?;
    let content = sealed.content();
    let state = approvals::state_of(&record)?;
    let newer = match state {
        State::Proposed => approvals::newer_policy(tx, content).await?,
        _ => None,
    };
    let mut concerned: Vec<PersonId> = vec![content.requester];
    concerned.extend(&content.edited_by);
    concerned.extend(decisions.iter().map(|decision| decision.person));
    let since = newer.iter().flat_map(|newer| &newer.policy.deciders);
    let deciders = content.policy.deciders.iter().chain(since);
    concerned.extend(deciders.filter_map(|decider| match decider {
        Decider::Person(person) => Some(*person),
        _ => None,
    }));
    let people = people::by_ids(tx, &concerned).await?;
    Ok(Seen {
        state,
        outcome: approvals::outcome_of(&record)?,
        decisions,
        newer,
        people,
        sealed,
        record,
    })
}

impl Seen {
    /// A person as markup: as Slack names them, where Slack knows them.
    pub fn mention(&self, person: PersonId) -> String {
        let known = self.people.iter().find(|known| known.id == person);
        match known {
            Some(Person {
                slack_user: Some(user),
                ..
            }) => format!("<@{user}>"),
            Some(person) => escape(&person.name),
            None => super::words::SOMEBODY.to_owned(),
        }
    }

    /// Who said yes, as markup; while it waits, by the rule that holds today.
    pub fn approvers(&self) -> Vec<String> {
        let said_yes = Verdict::Approved.as_str();
        let since = self.newer.as_ref().and_then(|newer| newer.since);
        let decisions = self.decisions.iter();
        decisions
            .filter(|decision| decision.verdict == said_yes)
            .filter(|decision| since.is_none_or(|since| decision.at >= since))
            .map(|decision| self.mention(decision.person))
            .collect()
    }

    /// Whether somebody's yes is there already.
    pub fn has_agreed(&self, person: PersonId) -> bool {
        let said_yes = Verdict::Approved.as_str();
        let since = self.newer.as_ref().and_then(|newer| newer.since);
        self.decisions.iter().any(|decision| {
            decision.person == person
                && decision.verdict == said_yes
                && since.is_none_or(|since| decision.at >= since)
        })
    }

    /// Who said no, and why.
    pub fn rejection(&self) -> (String, Option<String>) {
        let said_no = Verdict::Rejected.as_str();
        let rejected = self.decisions.iter().find(|one| one.verdict == said_no);
        match rejected {
            Some(decision) => (self.mention(decision.person), decision.reason.clone()),
            None => (super::words::SOMEBODY.to_owned(), None),
        }
    }
}
