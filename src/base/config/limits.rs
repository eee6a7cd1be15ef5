//! How much work and money may be spent before somebody has to say go on.

use super::{ConfigError, Source};
use std::time::Duration;

/// The bounds of one turn. Reaching one ends the turn with a sentence of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    pub steps: u32,
    pub tokens: u64,
    pub cost_micros: u64,
    pub time: Duration,
    /// Turns that one person may start in an hour, before any model money is spent.
    pub person_turns_an_hour: u32,
}

impl Limits {
    pub(super) fn read(source: &Source) -> Result<Self, ConfigError> {
        Ok(Self {
            steps: source.number("PENNY_MAX_STEPS", 24)?,
            tokens: source.number("PENNY_MAX_TOKENS", 1_000_000)?,
            cost_micros: micros(source, "PENNY_MAX_COST_USD", 2.0)?,
            time: Duration::from_secs(source.number("PENNY_MAX_SECONDS", 600)?),
            person_turns_an_hour: source.number("PENNY_TURNS_PER_HOUR", 600)?,
        })
    }
}

/// An amount in dollars, in millionths of one.
fn micros(source: &Source, name: &'static str, default: f64) -> Result<u64, ConfigError> {
    let dollars: f64 = source.number(name, default)?;
    if dollars.is_finite() && dollars > 0.0 {
        return Ok((dollars * 1e6) as u64);
    }
    Err(ConfigError::Invalid {
        name,
        reason: "an amount above zero is expected".to_owned(),
    })
}
