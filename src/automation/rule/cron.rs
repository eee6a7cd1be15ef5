//! Cron lines, read by croner and asked only what the clock on the wall says: what a change of
//! the clocks means for them is decided where it is decided for every other rule.

use chrono::NaiveDateTime;
use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};

pub fn read(line: &str) -> Result<Cron, CronError> {
    CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build()
        .parse(line)
}

/// The next time that the wall's clock shows what the line asks for.
pub fn after(cron: &Cron, wall: NaiveDateTime) -> Option<NaiveDateTime> {
    let next = cron.find_next_occurrence(&wall.and_utc(), false).ok()?;
    Some(next.naive_utc())
}

/// Whether the line is due in every hour.
pub fn is_steady(cron: &Cron) -> bool {
    cron.pattern.hours.values().len() == 24
}
