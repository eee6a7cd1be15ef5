//! Cron lines, read by croner and asked only what the clock on the wall says: what a change of
//! the clocks means for them is decided where it is decided for every other rule.

use super::words::{MONTHS, WEEKDAYS};
use chrono::NaiveDateTime;
use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};

pub fn read(line: &str) -> Result<Cron, CronError> {
    CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        // `0/15`
        .sloppy_ranges(true)
        .build()
        .parse(&common(line))
}

/// What other crons take and croner does not, in its own words: `fri-mon`, `22-6`, `L5`,
/// `@midnight`.
fn common(line: &str) -> String {
    if line.trim().eq_ignore_ascii_case("@midnight") {
        return "@daily".to_owned();
    }
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields[..] else {
        return line.to_owned();
    };
    let weekday: Vec<String> = weekday.split(',').map(last_of_month).collect();
    [
        forwards(minute, 0, 59, &[]),
        forwards(hour, 0, 23, &[]),
        forwards(day, 1, 31, &[]),
        forwards(month, 1, 12, &MONTHS),
        forwards(&weekday.join(","), 0, 6, &WEEKDAYS_OF_CRON),
    ]
    .join(" ")
}

/// From Sunday on.
const WEEKDAYS_OF_CRON: [&str; 7] = [
    WEEKDAYS[6],
    WEEKDAYS[0],
    WEEKDAYS[1],
    WEEKDAYS[2],
    WEEKDAYS[3],
    WEEKDAYS[4],
    WEEKDAYS[5],
];

/// `L5` for the last Friday.
fn last_of_month(weekday: &str) -> String {
    let day = weekday.strip_prefix(['L', 'l']);
    match day.filter(|day| day.len() == 1 && day.bytes().all(|b| b.is_ascii_digit())) {
        Some(day) => format!("{day}#L"),
        None => weekday.to_owned(),
    }
}

/// A field in which a range that goes round its end is written out.
fn forwards(field: &str, low: u32, high: u32, names: &[&str]) -> String {
    let items = field
        .split(',')
        .map(|item| written_out(item, low, high, names).unwrap_or_else(|| item.to_owned()));
    items.collect::<Vec<_>>().join(",")
}

fn written_out(item: &str, low: u32, high: u32, names: &[&str]) -> Option<String> {
    let number = |text: &str| -> Option<u32> {
        let named = || {
            let is_it = |name: &&str| {
                let start = name.get(..3);
                start.is_some_and(|start| start.eq_ignore_ascii_case(text))
            };
            names.iter().position(is_it).map(|at| at as u32 + low)
        };
        text.parse().ok().or_else(named)
    };
    let (range, step) = item.split_once('/').unwrap_or((item, "1"));
    let (from, to) = range.split_once('-')?;
    let (from, to, step) = (number(from)?, number(to)?, step.parse::<u32>().ok()?);
    if from <= to || from > high || to < low || step == 0 {
        return None;
    }
    let round = high - low + 1;
    let values = (from..=to + round).step_by(step as usize);
    let values = values.map(|value| if value > high { value - round } else { value });
    let values: Vec<String> = values.map(|value| value.to_string()).collect();
    Some(values.join(","))
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
