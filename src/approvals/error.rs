//! Why something was not done. A [`Refusal`] is the answer to a person or to the agent and has
//! changed nothing; everything else is a fault.

use super::canonical::NotCanonical;
use super::policy::{BadPolicy, Refused};
use super::seal::BrokenSeal;
use super::state::State;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// Stored content is not what was sealed. It is never carried out.
    #[error(transparent)]
    BrokenSeal(#[from] BrokenSeal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Each is a sentence to whoever asked; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such proposal")]
    NoSuchProposal,
    /// The button belongs to another content than the one that is stored.
    #[error("what was shown is not what is stored")]
    WrongSeal,
    /// Somebody was first, or a newer version took its place.
    #[error("it is already {0}")]
    Already(State),
    #[error("its time is up")]
    Expired,
    #[error("not allowed: {0}")]
    NotAllowed(#[from] Refused),
    /// By a rule that was set after the card was put up.
    #[error("not allowed any more: {0}")]
    NoLongerAllowed(Refused),
    #[error(
        "it was not proposed: nobody who may decide on it could say yes. Say so, and that an administrator sets with /penny policy who decides; where others decide, asking in a channel where they are helps"
    )]
    NobodyDecides,
    #[error("they have already agreed")]
    AlreadyAgreed,
    /// Only what succeeded can be undone.
    #[error("it cannot be undone while it is {0}")]
    CannotUndo(State),
    #[error("it is being undone already")]
    UndoUnderWay,
    #[error("a policy cannot be like that: {0}")]
    BadPolicy(#[from] BadPolicy),
    #[error("a proposal lives for a minute at least and 30 days at most")]
    BadLifetime,
    #[error("only administrators may do that")]
    AdministratorsOnly,
    #[error("they cannot agree to this beforehand")]
    CannotGrant,
    #[error("a grant needs at least one use, an end within {0} days, and no negative amount")]
    BadCaps(u64),
    #[error("there is no such grant any more")]
    NoSuchGrant,
}
