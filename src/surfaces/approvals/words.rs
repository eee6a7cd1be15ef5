//! What people are told when they do something with a proposal.

use crate::approvals::policy::Refused;
use crate::approvals::{Refusal, State};
use crate::slack::blocks::{clip, escape};

pub const NO_SUCH_PROPOSAL: &str =
    "I don’t have that proposal any more, so nothing was done. Ask me for it again in the thread.";
pub const PLAN_HAS_CHANGED: &str = "Something on this plan has just changed, so I haven’t approved anything. Please look at it again.";
pub const FOUND_NOTHING: &str = "somebody looked, and it was not there";

/// Why somebody’s click did nothing. `deciders` says who may decide, as markup.
pub fn refused(refusal: &Refusal, deciders: &str) -> String {
    match refusal {
        Refusal::NoSuchProposal | Refusal::WrongSeal => NO_SUCH_PROPOSAL.to_owned(),
        Refusal::Already(state) => already(*state).to_owned(),
        Refusal::Expired => already(State::Expired).to_owned(),
        Refusal::NotAllowed(refused) => format!("{} {deciders}", not_allowed(*refused)),
        Refusal::AlreadyAgreed => {
            format!("You’ve agreed already; now others have to. {deciders}")
        }
        Refusal::CannotUndo(_) => "That isn’t something that can be undone now.".to_owned(),
        Refusal::UndoUnderWay => {
            "Undoing that has been proposed already; its card is in the thread.".to_owned()
        }
        Refusal::CannotGrant => {
            format!(
                "You can’t allow this beforehand, since it isn’t yours alone to decide. {deciders}"
            )
        }
        Refusal::AdministratorsOnly => ADMINISTRATORS_ONLY.to_owned(),
        Refusal::NoSuchGrant => "That permission has ended already.".to_owned(),
        Refusal::BadPolicy(_) | Refusal::BadLifetime | Refusal::BadCaps(_) => {
            format!("That doesn’t work: {refusal}.")
        }
    }
}

pub const ADMINISTRATORS_ONLY: &str =
    "Only administrators of this workspace can do that. Ask one of them.";

fn already(state: State) -> &'static str {
    match state {
        State::Proposed => "It still waits for a decision.",
        State::Approved | State::Executing => {
            "That’s approved already, and I’m on it. Nothing more to do."
        }
        State::Rejected => "That was rejected already, so nothing was done.",
        State::Expired => {
            "Its time is up, so nothing was done. *Propose again* on the card looks at it anew."
        }
        State::Superseded => {
            "That was reworded meanwhile. Please look at the newest version on the card."
        }
        State::Changed => {
            "It had changed meanwhile, so nothing was done. *Propose again* on the card shows it as it is now."
        }
        State::Succeeded => "That’s done already.",
        State::Failed => "That was tried already and failed; nothing was changed.",
        State::Unknown => "That was sent already, and nobody knows yet whether it was done.",
        State::Undone => "That was done, and undone again.",
    }
}

fn not_allowed(refused: Refused) -> &'static str {
    match refused {
        Refused::OtherOrganisation | Refused::External => {
            "Only people of this company can decide on this."
        }
        Refused::Guest => "Guests can’t decide on this.",
        Refused::Deactivated => "Your account is deactivated, so you can’t decide on this.",
        Refused::Bot => "Apps can’t decide on this.",
        Refused::NotInChannel => "Only members of this channel can decide on this. Join it first.",
        Refused::OwnRequest => "You asked for this or reworded it, so somebody else has to agree.",
        Refused::NotADecider => "This isn’t yours to decide, so I’ve left it as it is.",
    }
}

/// Why something cannot be proposed, or proposed again.
pub fn unfit(problem: &str) -> String {
    format!(
        "I couldn’t propose that: {}.",
        escape(&clip(problem, 500)).trim_end_matches('.')
    )
}

pub const CANNOT_ASK_FOR_UNDO: &str =
    "Undoing this is for members of the channel that its card stands in.";
pub const NO_WAY_BACK: &str = "I know no way to take that back.";

// Editing.
pub const CANNOT_EDIT: &str =
    "I can’t open this for editing. Tell me in the thread what should be different.";
pub const ONE_A_LINE: &str = "One a line.";
pub const ONE_ADDRESS_A_LINE: &str = "One address a line.";
pub const EMPTY_EMPTIES: &str = "Leave it empty to have it emptied.";
pub const NOTHING_CHANGES: &str = "It is like that already: nothing would change.";
