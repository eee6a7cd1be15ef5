//! From what is stored of proposals to the message that shows them.

use super::read::{Seen, see};
use super::{CardError, values, words};
use crate::approvals::policy::Stakes;
use crate::approvals::seal::Hash;
use crate::approvals::{self, Outcome, State, Ticket};
use crate::base::ids::ProposalId;
use crate::connectors::registry;
use crate::slack::blocks::approval::{Card, Stage, card, plan};
use crate::slack::blocks::{Block, raw, sentence};
use crate::store::OrgTx;

/// What a message shows, and of which versions.
#[derive(Debug, Clone)]
pub struct Drawing {
    pub text: String,
    pub blocks: Vec<Block>,
    pub tickets: Vec<Ticket>,
    /// All that the blocks are made of.
    cards: String,
}

impl PartialEq for Drawing {
    fn eq(&self, other: &Self) -> bool {
        self.cards == other.cards
    }
}

/// The message of these proposals, as they are now; none if none of them is kept any more.
pub async fn drawing(
    tx: &mut OrgTx,
    proposals: &[ProposalId],
) -> Result<Option<Drawing>, CardError> {
    let mut seen = Vec::new();
    let mut is_broken = false;
    for proposal in proposals {
        match see(tx, *proposal).await {
            // It is never carried out, and nothing of it can be shown.
            Err(CardError::Approval(approvals::Error::BrokenSeal(_))) => is_broken = true,
            found => seen.extend(found?),
        }
    }
    let cards: Vec<Card> = seen.iter().map(card_of).collect();
    let tickets: Vec<Ticket> = seen.iter().map(|one| one.sealed.ticket()).collect();
    let (text, mut blocks) = match cards.as_slice() {
        [] if !is_broken => return Ok(None),
        [] => (words::BROKEN_SEAL.to_owned(), Vec::new()),
        [single] if proposals.len() == 1 => card(single),
        several => plan(several, &seal_of_open(&seen)),
    };
    if is_broken {
        blocks.extend(raw(vec![sentence(words::BROKEN_SEAL)]));
    }
    Ok(Some(Drawing {
        text,
        blocks,
        tickets,
        cards: format!("{cards:?} {is_broken}"),
    }))
}

/// Names everything that is still open on a plan: who approves all approves exactly that.
pub fn seal_of_open(seen: &[Seen]) -> String {
    let open = seen.iter().filter(|one| one.state == State::Proposed);
    let tickets: Vec<String> = open.map(|one| one.sealed.ticket().to_string()).collect();
    Hash::of(tickets.join("\n").as_bytes()).to_string()
}

/// A proposal as blocks show it.
pub fn card_of(seen: &Seen) -> Card {
    let content = seen.sealed.content();
    let connector = registry::find(&content.operation.system);
    let manifest = connector.map(|connector| connector.manifest());
    let operation = manifest.and_then(|manifest| manifest.operation(&content.operation.name));
    let system = manifest.map_or(content.operation.system.as_str(), |manifest| manifest.name);
    let title = operation.map_or(content.operation.name.as_str(), |operation| operation.title);
    let is_irreversible = content.stakes == Stakes::Irreversible;
    let editors: Vec<String> = content
        .edited_by
        .iter()
        .map(|person| seen.mention(*person))
        .collect();
    let effect = match &seen.outcome {
        Some(Outcome::Succeeded(effect)) => Some(effect),
        _ => None,
    };
    // What an effect leaves no way back from is known once it is there.
    let can_be_undone = operation.is_some_and(|operation| operation.can_be_undone)
        && match (effect, connector) {
            (Some(effect), Some(connector)) => connector.undo(content, effect).is_some(),
            _ => true,
        };
    Card {
        ticket: seen.sealed.ticket().to_string(),
        version: content.version,
        title: words::title(title, content.undo_of.is_some()),
        system: system.to_owned(),
        record: content.target.name.clone(),
        link: content.target.link.clone(),
        changes: values::changes(content, operation),
        requester: seen.mention(content.requester),
        edited_by: editors.join(", "),
        deciders: deciders_of(seen, system),
        is_irreversible,
        can_be_undone: can_be_undone && !is_irreversible,
        is_undo: content.undo_of.is_some(),
        can_be_granted: content.policy.approvals == 1
            && !is_irreversible
            && content.undo_of.is_none(),
        stage: stage(seen),
    }
}

/// Who decides, by the rule of the proposal and by a stricter one since.
fn deciders_of(seen: &Seen, system: &str) -> String {
    let content = seen.sealed.content();
    let asked = words::who_asked(&seen.mention(content.requester));
    let by = |policy| words::deciders(policy, &asked, system, &|person| seen.mention(person));
    let made_under = by(&content.policy);
    match &seen.newer {
        None => made_under,
        Some(newer) if newer.policy.is_within(&content.policy) => {
            words::stricter(&by(&newer.policy))
        }
        Some(newer) => words::both(&made_under, &by(&newer.policy)),
    }
}

fn stage(seen: &Seen) -> Stage {
    let content = seen.sealed.content();
    let by = seen.approvers().join(", ");
    match seen.state {
        State::Proposed => Stage::Open {
            expires_at: content.expires_at,
            agreed: seen.approvers(),
            needed: approvals::needed(content, seen.newer.as_ref()),
        },
        State::Approved => Stage::Approved {
            by,
            beforehand: seen.decisions.iter().any(|one| one.grant.is_some()),
            waits_until: seen.record.wait_until,
        },
        State::Executing => Stage::Running { by },
        State::Succeeded => Stage::Done {
            by,
            link: match &seen.outcome {
                Some(Outcome::Succeeded(effect)) => effect.link.clone(),
                _ => None,
            },
        },
        State::Rejected => {
            let (by, reason) = seen.rejection();
            Stage::Rejected { by, reason }
        }
        State::Expired => Stage::Expired,
        State::Superseded => Stage::Superseded,
        State::Withdrawn => Stage::Withdrawn,
        State::Changed => Stage::Changed {
            fields: match &seen.outcome {
                Some(Outcome::Changed(fields)) => values::labels(content, fields),
                _ => Vec::new(),
            },
        },
        State::Failed => Stage::Failed {
            reason: match &seen.outcome {
                Some(
                    Outcome::Failed(reason) | Outcome::NeverSent(reason) | Outcome::Unknown(reason),
                ) => reason.clone(),
                _ => words::NO_REASON.to_owned(),
            },
        },
        State::Unknown => Stage::Unknown,
        State::Undone => Stage::Undone,
    }
}
