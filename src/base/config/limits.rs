//! How much work and money may be spent: on one answer before somebody has to say go on, and on all
//! of them together.

use super::{ConfigError, Source};
use std::time::Duration;

/// The bounds of one turn. Reaching one ends the turn with a sentence of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    pub steps: u32,
    pub tokens: u64,
    pub cost_micros: u64,
    pub time: Duration,
    pub caps: Caps,
}

/// Bounds over all turns together, looked at before any model money is spent. None: there is no such
/// bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caps {
    /// Turns that one person may start in an hour.
    pub person_turns: Option<u32>,
    /// That may be started in one channel in an hour, by whomever or whatever.
    pub channel_turns: Option<u32>,
    pub org_turns: Option<u32>,
    /// What may be spent for one person in a day, on what is scheduled in their name as well.
    pub person_micros: Option<u64>,
    pub org_micros: Option<u64>,
}

impl Limits {
    pub(super) fn read(source: &Source) -> Result<Self, ConfigError> {
        let cost_micros = micros(source, "PENNY_MAX_COST_USD", 2.0)?;
        Ok(Self {
            steps: source.number("PENNY_MAX_STEPS", 24)?,
            tokens: source.number("PENNY_MAX_TOKENS", 1_000_000)?,
            cost_micros: cost_micros.ok_or_else(|| not_an_amount("PENNY_MAX_COST_USD"))?,
            time: Duration::from_secs(source.number("PENNY_MAX_SECONDS", 600)?),
            caps: Caps::read(source)?,
        })
    }
}

impl Caps {
    fn read(source: &Source) -> Result<Self, ConfigError> {
        let turns = |name, default| -> Result<Option<u32>, ConfigError> {
            Ok(Some(source.number(name, default)?).filter(|turns| *turns > 0))
        };
        Ok(Self {
            person_turns: turns("PENNY_TURNS_PER_HOUR", 600)?,
            channel_turns: turns("PENNY_CHANNEL_TURNS_PER_HOUR", 10_000)?,
            org_turns: turns("PENNY_ORG_TURNS_PER_HOUR", 50_000)?,
            person_micros: micros(source, "PENNY_PERSON_USD_PER_DAY", 50.0)?,
            org_micros: micros(source, "PENNY_ORG_USD_PER_DAY", 500.0)?,
        })
    }
}

/// An amount in dollars, in millionths of one; none for nothing.
fn micros(source: &Source, name: &'static str, default: f64) -> Result<Option<u64>, ConfigError> {
    let dollars: f64 = source.number(name, default)?;
    if !dollars.is_finite() || dollars < 0.0 {
        return Err(not_an_amount(name));
    }
    Ok(Some((dollars * 1e6) as u64).filter(|micros| *micros > 0))
}

fn not_an_amount(name: &'static str) -> ConfigError {
    ConfigError::Invalid {
        name,
        reason: "an amount above zero is expected".to_owned(),
    }
}
