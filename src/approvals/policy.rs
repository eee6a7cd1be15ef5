//! Who may decide on a proposal: a pure function over facts that the caller has just looked up.
//! Nothing that the model wrote or that came from outside has a part in it.

use crate::base::ids::{GroupId, OrgId, PersonId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most people that have to agree: more is a standstill.
const MOST_APPROVALS: u8 = 10;

/// A kind of person who may decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Decider {
    /// Whoever asked for it.
    Requester,
    /// Whoever owns the record in the connected system.
    RecordOwner,
    /// An administrator of the Slack workspace.
    Admin,
    /// A member of a Slack user group.
    Group(GroupId),
    Person(PersonId),
}

/// Any of the deciders may say no; as many different ones as `approvals` have to say yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub deciders: BTreeSet<Decider>,
    pub approvals: u8,
    /// Four eyes: the yes of whoever asked for it or worded it does not count.
    pub not_requester: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    #[error("nobody could ever decide")]
    Nobody,
    #[error("between 1 and {MOST_APPROVALS} people have to agree")]
    Approvals,
}

/// What an operation puts at stake, which decides where an organisation has said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stakes {
    /// It acts in the requester's own account: their mailbox, their calendar.
    Own,
    /// It acts for the organisation and can be undone.
    Reversible,
    /// It tells somebody outside something in the organisation's name: nothing is lost by it, but
    /// what was said stays said.
    Outward,
    /// It acts for the organisation for good.
    Irreversible,
}

impl Policy {
    pub fn any_of(deciders: impl IntoIterator<Item = Decider>) -> Self {
        Self {
            deciders: deciders.into_iter().collect(),
            approvals: 1,
            not_requester: false,
        }
    }

    /// What holds until an organisation says otherwise. In somebody's own account only they
    /// decide: nobody sends mail in another's name. For good and for the organisation, having
    /// asked is not enough; but no second person is demanded, since a small company has none.
    pub fn default_for(stakes: Stakes) -> Self {
        match stakes {
            Stakes::Own => Self::any_of([Decider::Requester]),
            Stakes::Reversible => {
                Self::any_of([Decider::Requester, Decider::RecordOwner, Decider::Admin])
            }
            Stakes::Outward | Stakes::Irreversible => {
                Self::any_of([Decider::RecordOwner, Decider::Admin])
            }
        }
    }

    /// Whether whatever satisfies this one satisfies the other, too.
    pub fn is_within(&self, other: &Self) -> bool {
        self.deciders.is_subset(&other.deciders)
            && self.approvals >= other.approvals
            && (self.not_requester || !other.not_requester)
    }

    /// Refuses what nobody could ever satisfy.
    pub fn check(&self) -> Result<(), BadPolicy> {
        if !(1..=MOST_APPROVALS).contains(&self.approvals) {
            return Err(BadPolicy::Approvals);
        }
        // A group or a role can have any number of members; the others are one person each.
        let is_open = |decider: &Decider| matches!(decider, Decider::Admin | Decider::Group(_));
        let counts = |decider: &&Decider| !(self.not_requester && **decider == Decider::Requester);
        let single = self.deciders.iter().filter(counts).count();
        if !self.deciders.iter().any(is_open) && single < usize::from(self.approvals) {
            return Err(BadPolicy::Nobody);
        }
        Ok(())
    }
}

/// What somebody is to the organisation, right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Member,
    /// A guest, single- or multi-channel.
    Guest,
    Deactivated,
    /// Of another company, through Slack Connect.
    External,
    /// An app or a workflow.
    Bot,
}

/// Who clicks, looked up at the click and not earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub org: OrgId,
    pub person: PersonId,
    pub standing: Standing,
    /// A member of the channel that the card stands in, or the one it was sent to.
    pub sees_card: bool,
    pub is_admin: bool,
    pub owns_record: bool,
    pub groups: BTreeSet<GroupId>,
}

/// Why somebody may not decide; each is a sentence to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("it belongs to another organisation")]
    OtherOrganisation,
    #[error("guests do not decide")]
    Guest,
    #[error("the account is deactivated")]
    Deactivated,
    #[error("people of other companies do not decide")]
    External,
    #[error("apps do not decide")]
    Bot,
    #[error("only members of its channel decide")]
    NotInChannel,
    #[error("the requester's own yes does not count here")]
    OwnRequest,
    #[error("they are not among those who decide on this")]
    NotADecider,
}

/// What somebody wants to say to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approved,
    Rejected,
}

impl Verdict {
    /// How the database spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// Whose request it is that somebody decides on.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub org: OrgId,
    pub requester: PersonId,
    /// Who changed what was asked for.
    pub edited_by: &'a BTreeSet<PersonId>,
}

/// Whether this person may say this. A requester may always take their request back.
pub fn may_decide(
    policy: &Policy,
    request: Request<'_>,
    facts: &Facts,
    verdict: Verdict,
) -> Result<(), Refused> {
    if facts.org != request.org {
        return Err(Refused::OtherOrganisation);
    }
    match facts.standing {
        Standing::Member => {}
        Standing::Guest => return Err(Refused::Guest),
        Standing::Deactivated => return Err(Refused::Deactivated),
        Standing::External => return Err(Refused::External),
        Standing::Bot => return Err(Refused::Bot),
    }
    if !facts.sees_card {
        return Err(Refused::NotInChannel);
    }
    let is_requester = facts.person == request.requester;
    if is_requester && verdict == Verdict::Rejected {
        return Ok(());
    }
    let is_author = is_requester || request.edited_by.contains(&facts.person);
    if is_author && policy.not_requester && verdict == Verdict::Approved {
        return Err(Refused::OwnRequest);
    }
    let is = |decider: &Decider| match decider {
        Decider::Requester => is_requester,
        Decider::RecordOwner => facts.owns_record,
        Decider::Admin => facts.is_admin,
        Decider::Group(group) => facts.groups.contains(group),
        Decider::Person(person) => facts.person == *person,
    };
    if policy.deciders.iter().any(is) {
        Ok(())
    } else {
        Err(Refused::NotADecider)
    }
}

/// In what capacity somebody may say yes beforehand to what `requester` will ask for. None:
/// not at all, because they may not decide, or because one person's yes would not be enough, or
/// because whether they own a record is known only record by record.
pub fn may_grant(policy: &Policy, requester: PersonId, facts: &Facts) -> Option<Decider> {
    if policy.approvals > 1 {
        return None;
    }
    let request = Request {
        org: facts.org,
        requester,
        edited_by: &BTreeSet::new(),
    };
    let may = |decider: &&Decider| {
        let alone = Policy {
            deciders: BTreeSet::from([(*decider).clone()]),
            ..policy.clone()
        };
        **decider != Decider::RecordOwner
            && may_decide(&alone, request, facts, Verdict::Approved).is_ok()
    };
    policy.deciders.iter().find(may).cloned()
}

#[cfg(test)]
mod tests;
