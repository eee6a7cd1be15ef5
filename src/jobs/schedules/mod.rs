//! Schedules at work: what is due becomes runs (`firing`), a run becomes a turn in a thread of its
//! own (`beginning`), and what went wrong is told to the owner (`telling`). What a colleague did not
//! agree to in time is told to whoever asked for it (`lapsing`), and a run that nothing is heard of
//! any more is given up (`losing`).

mod beginning;
mod firing;
mod lapsing;
mod losing;
mod telling;
pub mod words;

pub use beginning::BeginRun;
pub use firing::{fire_due, keep};
pub use lapsing::TellLapsed;
pub use losing::settle_lost;
pub use telling::{TellTrouble, tell_of_artifact};

use crate::automation::rule::Rule;
use crate::store::schedules::Schedule;
use crate::store::{StoreError, StoreResult};
use serde_json::Value;

/// The rule of a stored schedule.
pub fn rule_of(schedule: &Schedule) -> StoreResult<Rule> {
    serde_json::from_value(schedule.rule.clone()).map_err(StoreError::from)
}

/// A rule as it is stored with a schedule.
pub fn as_stored(rule: &Rule) -> StoreResult<Value> {
    serde_json::to_value(rule).map_err(StoreError::from)
}
