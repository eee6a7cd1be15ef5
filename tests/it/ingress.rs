//! The way in, over HTTP: who gets past the door, what may be sent a hundred times, and what
//! Slack is told when something cannot be kept.

mod away;
mod deliveries;
mod garbage;
mod meagre;
mod missed;
mod reordered;
mod secrets;
mod signatures;
mod wording;
