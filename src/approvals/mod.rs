//! Nothing outside changes without a yes, and what was agreed to is, byte for byte, what runs,
//! once. How that is used, from the wish to the effect:
//!
//! | who | calls | in |
//! |---|---|---|
//! | the agent's `propose_write` | [`propose`] with a [`Draft`] whose before-image was read live | its own transaction |
//! | the card | shows [`Sealed::content`], all of it; its buttons carry [`Sealed::ticket`] as text; records [`Act::Shown`] | |
//! | a click | parses the [`Ticket`], looks up [`Facts`], calls [`decide`] or [`revise`], and nudges the execution in the same transaction | the click's |
//! | the job | [`claim`] → read the target → [`begin`] → `Action::execute(&ApprovedAction)` → [`settle`] | commits between them |
//! | the sweep | [`expire`] for each of `store::proposals::due`, and a nudge for each `stranded` one | its own |
//! | a cancelled run | [`withdraw`] for each of `store::proposals::open_of_runs` | the click's |
//! | a system that asks for a pause | [`put_off`], and another [`claim`] when it is over | |
//! | a long call | `store::proposals::renew` well within the minute that a lease lives | its own |
//! | after a look, or a person's | [`resolve`] for what was left unknown | |
//! | App Home | `store::proposals::{open, requested_by}`, `store::grants::usable`; [`give`], [`revoke`], [`set_policy`] | |
//! | undo | [`propose`] again, with `undo_of` and the [`Effect::after`] of the original as its before-image | |
//!
//! A [`Refusal`] is an answer, has changed nothing, and needs a sentence; any other [`Error`] is
//! a fault. What is pure stands apart from what touches the database: [`canonical`] gives JSON
//! one form, [`seal`] binds a content to a hash, [`state`] says what may follow what, [`policy`]
//! says who decides, [`verify`] checks an exported ledger. The other
//! modules carry it out, through conditional UPDATEs of `store::proposals` and `store::grants`.
//!
//! What always holds:
//! - Of any number of clicks, people and processes one moves a proposal; the others are told how
//!   it stands.
//! - A rule that an administrator makes stricter holds for what waits already.
//! - Time is the database's: neither an expired proposal nor an approval that nobody began to
//!   carry out within the hour (or its own time, if longer) runs. One that the system itself has
//!   asked to wait is kept for a day.
//! - An [`ApprovedAction`] exists only between the written intent and its settlement, and its
//!   content is the stored one, checked against its hash.
//! - Once the provider may have been reached, nobody sends again before a look-up says that
//!   nothing is there.
//! - Whatever happens stands in the ledger in the transaction in which it happens.

pub mod canonical;
mod decidable;
mod deciding;
mod error;
mod execution;
mod grants;
pub mod ledger;
mod outcome;
pub mod policy;
mod proposing;
mod rows;
mod rules;
pub mod seal;
pub mod state;
pub mod verify;

pub use deciding::{Decided, decide, expire, may_say, needed, withdraw};
pub use error::{Error, Refusal};
pub use execution::{
    ApprovedAction, Begun, Claim, Claimed, JOB, KEPT_FOR, Live, begin, claim, put_off, resolve,
    settle,
};
pub use grants::{GrantDraft, give, revoke};
pub use ledger::{Act, Actor};
pub use outcome::{Effect, Outcome};
pub use policy::{Facts, Policy, Verdict};
pub use proposing::{Draft, Proposed, Wording, propose, revise};
pub use rows::{open, outcome_of, state_of};
pub use rules::{Newer, newer_policy, policy_for, set_policy};
pub use seal::{Content, Sealed, Ticket};
pub use state::State;
