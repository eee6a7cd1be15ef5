//! Recurring work as people in Slack meet it: made in a line, in a window or in a conversation, run
//! at its hour, and never failing in silence.

mod agent;
mod as_whom;
pub mod desk;
mod listing;
mod making;
mod managing;
mod rights;
mod running;
mod trouble;
mod window;
