//! Recurring work: when it is due, and what it is made of.

pub mod budget;
pub mod digest;
pub mod rule;
pub mod spoken;
pub mod templates;
pub mod workflow;
