//! Proposals as people in Slack meet them: cards, buttons and windows, and what they are told.

mod deciding;
mod editing;
mod losing;
pub mod office;
mod plans;
mod reaching;
mod sealed;
mod story;
mod stricter;
mod waiting;
