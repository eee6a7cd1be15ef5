//! When a schedule runs: from what a person wrote to a rule, from the rule back to words, and to
//! the moments at which it is due. Nothing in here knows what time it is or who asks.
//!
//! # What a rule means
//!
//! A rule is read off the clock on the wall of its time zone.
//!
//! - **Clocks that spring forward** leave out a stretch of the day. What is due within it runs
//!   once, at the first moment after it: 02:30 becomes 03:00 on that day.
//! - **Clocks that fall back** show an hour twice. What is due within it runs once, the first time.
//! - A rule that means *every so many minutes* of an hour (`every 15 minutes`, `every hour`, cron
//!   with `*` for the hour) counts real time instead: it neither pauses in the hour that comes
//!   twice nor makes up for the one that was left out.
//! - Other intervals (`every 2 hours`, `every 45 minutes`) are counted from midnight, or from the
//!   beginning of their window, and begin anew each day. A window's two ends belong to it, and one
//!   that goes round midnight belongs to the day on which it begins.
//! - A day that a month does not have is skipped: the 31st comes seven times a year, 29 February
//!   in leap years. `the last day` is always there.
//! - A business day is Monday to Friday; public holidays are not known.
//! - Weeks begin on Monday. `Every other Tuesday` keeps the date from which it counts.
//! - In cron a day matches when either its date or its weekday does, unless one of them is `*`.

mod cron;
mod days;
mod next;
mod parse;
mod words;
mod zone;

pub use days::{Days, MonthDay};
pub use parse::{Asked, RuleError, parse};
pub use zone::{by_name as zone_by_name, zone_or_utc};

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub when: When,
    #[serde(with = "zone::name")]
    pub zone: Tz,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    Once(NaiveDateTime),
    On {
        days: Days,
        times: Times,
    },
    /// Five fields, or a nickname such as `@daily`.
    Cron(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    /// In order, without repetition.
    At(Vec<NaiveTime>),
    /// Every so many minutes of a window; one that ends before it begins goes round midnight.
    Each {
        minutes: u32,
        from: NaiveTime,
        to: NaiveTime,
    },
}

const DAY: u32 = 24 * 60;

impl Times {
    /// What the clock shows when it is due for one day, in order. What a window has after midnight
    /// belongs to the day on which it began.
    fn on(&self, date: NaiveDate) -> Vec<NaiveDateTime> {
        match self {
            Self::At(times) => times.iter().map(|time| date.and_time(*time)).collect(),
            Self::Each { minutes, from, to } => {
                let (from, to) = (minute_of(*from), minute_of(*to));
                let to = if to < from { to + DAY } else { to };
                let midnight = date.and_time(NaiveTime::MIN);
                (from..=to)
                    .step_by(*minutes as usize)
                    .map(|minute| midnight + Duration::minutes(minute.into()))
                    .collect()
            }
        }
    }

    /// Counts real time rather than the clock's.
    fn is_steady(&self) -> bool {
        matches!(self, Self::Each { minutes, .. } if 60 % minutes == 0)
    }
}

fn minute_of(time: NaiveTime) -> u32 {
    time.hour() * 60 + time.minute()
}

#[cfg(test)]
mod tests;
