//! How often: `every 3 days`, `every other Tuesday`, `twice a week`, `monthly`.

use super::clauses::{Understood, counted, minutes_of};
use super::draft::{Draft, Over};
use super::parts::Part;
use super::reader::{month, number, ordinal, weekday};
use super::rhythm::Unit;
use super::{Reader, RuleError};
use crate::automation::rule::words::WORKING;
use chrono::Weekday;

const TWO: RuleError = RuleError::Together("two rhythms in one schedule");

pub fn every(reader: &mut Reader, draft: &mut Draft) -> Understood {
    let mark = reader.mark();
    if !reader.take(&["every", "each"]) {
        return Ok(false);
    }
    if draft.comes_back && draft.has_times() && Part::named(reader.peek(0)).is_none() {
        return Err(TWO);
    }
    draft.comes_back = true;
    if part_of_an_hour(reader, draft)? {
        return Ok(true);
    }
    let other = reader.take(&["other", "alternate"]);
    let glued = reader.peek(0).ends_with(|c: char| c.is_ascii_alphabetic());
    if let Some((n, unit, 1)) = counted(reader).filter(|_| glued && !other) {
        let said = reader.peek(0).to_owned();
        reader.skip(1);
        let minutes = n.saturating_mul(unit);
        return match minutes {
            0 => Err(RuleError::Interval(said)),
            minutes => draft.interval(minutes, &said).map(|()| true),
        };
    }
    let counted = if other {
        Some(2)
    } else {
        number(reader.peek(0))
    };
    // `every 29 February` counts nothing.
    if let Some(n) = counted.filter(|_| other || month(reader.peek(1)).is_none()) {
        if !other {
            reader.skip(1);
        }
        return nth_unit(reader, draft, n).map(|()| true);
    }
    if reader.peek(0) == "second" && !names_something(reader.peek(1)) {
        return Err(RuleError::Interval("a second".to_owned()));
    }
    if let Some(n) = ordinal(reader.peek(0)) {
        let of_month = ["of", "in"].contains(&reader.peek(2)) && names_a_span(reader);
        let is_step = match reader.peek(1) {
            "day" | "week" => !of_month,
            unit => (n == 2 && weekday(unit).is_some() && !of_month) || unit == "month",
        };
        if is_step {
            reader.skip(1);
            return nth_unit(reader, draft, n).map(|()| true);
        }
        return Ok(true);
    }
    let unit = reader.peek(0).to_owned();
    let is_name = weekday(&unit).is_some() || month(&unit).is_some();
    if weekday(&unit).is_some() && draft.weeks.is_some_and(|n| n > 1) {
        return Err(TWO);
    }
    if is_name || unit_alone(reader, draft)? || unit == "last" || unit == "penultimate" {
        return Ok(true);
    }
    if Part::named(&unit).is_some() {
        draft.days = Some(1);
        return Ok(true);
    }
    reader.back_to(mark + 1);
    Ok(false)
}

/// What stands behind `every 3`, `every other`.
fn nth_unit(reader: &mut Reader, draft: &mut Draft, n: u32) -> Result<(), RuleError> {
    let unit = reader.peek(0).to_owned();
    if n == 0 {
        return Err(RuleError::Interval(format!("0 {unit}")));
    }
    if weekday(&unit).is_some() {
        if n > 1 && !draft.weekdays.is_empty() {
            return Err(TWO);
        }
        draft.weeks = Some(n);
        return Ok(());
    }
    reader.skip(1);
    match unit.as_str() {
        "day" | "days" => draft.days = Some(n),
        "week" | "weeks" => draft.weeks = Some(n),
        "month" | "months" => draft.over = Some(Over::Months(n)),
        "weekday" | "weekdays" if n == 1 => draft.add_weekdays(&WORKING),
        unit => match minutes_of(unit).and_then(|unit| n.checked_mul(unit)) {
            Some(minutes) => draft.interval(minutes, &format!("{n} {unit}"))?,
            None => return Err(RuleError::Word(unit.to_owned())),
        },
    }
    Ok(())
}

/// `every day`, `every quarter`.
fn unit_alone(reader: &mut Reader, draft: &mut Draft) -> Understood {
    match reader.peek(0) {
        "minute" => draft.interval(1, "minute")?,
        "hour" => draft.interval(60, "hour")?,
        "day" => draft.days = Some(draft.days.unwrap_or(1)),
        "week" => draft.weeks = Some(1),
        "fortnight" => draft.weeks = Some(2),
        "month" => draft.over = Some(Over::Months(1)),
        "quarter" => draft.over = Some(Over::Quarter),
        "year" => draft.over = Some(Over::Year),
        _ => return Ok(working_days(reader, draft)),
    }
    reader.skip(1);
    Ok(true)
}

pub fn working_days(reader: &mut Reader, draft: &mut Draft) -> bool {
    let mark = reader.mark();
    reader.take(&["working", "business", "work", "week"]);
    let two = reader.mark() > mark;
    let days: &[&str] = if two {
        &["day", "days"]
    } else {
        &["weekday", "weekdays", "workday", "workdays"]
    };
    if reader.take(days) {
        draft.comes_back = true;
        draft.add_weekdays(&WORKING);
        return true;
    }
    reader.back_to(mark);
    if reader.take(&["weekend", "weekends"]) {
        draft.comes_back = true;
        draft.add_weekdays(&[Weekday::Sat, Weekday::Sun]);
        return true;
    }
    false
}

/// `half an hour`, `quarter of an hour`.
fn part_of_an_hour(reader: &mut Reader, draft: &mut Draft) -> Understood {
    const PARTS: [(&[&str], u32); 6] = [
        (&["half", "an", "hour"], 30),
        (&["half", "hour"], 30),
        (&["half-hour"], 30),
        (&["quarter", "of", "an", "hour"], 15),
        (&["quarter", "hour"], 15),
        (&["quarter-hour"], 15),
    ];
    let found = PARTS.iter().find(|(words, _)| reader.take_all(words));
    match found {
        Some((_, minutes)) => draft.interval(*minutes, "part of an hour").map(|()| true),
        None => Ok(false),
    }
}

/// What an ordinal can stand before.
fn names_something(word: &str) -> bool {
    let nouns = [
        "day", "days", "week", "month", "quarter", "year", "last", "business", "working", "work",
        "workday", "weekday", "and", "of", "to", ",",
    ];
    nouns.contains(&word) || weekday(word).is_some()
}

/// `of the month`, and not `in London`.
fn names_a_span(reader: &Reader) -> bool {
    let ahead = 3 + usize::from(["the", "every", "each", "a"].contains(&reader.peek(3)));
    let word = reader.peek(ahead);
    ["month", "months", "quarter", "year"].contains(&word) || month(word).is_some()
}

/// `twice a week`, `once a day`, `3 times a month`.
pub fn so_often(reader: &mut Reader, draft: &mut Draft) -> Understood {
    let mark = reader.mark();
    let count = match reader.peek(0) {
        "once" => Some((1, 1)),
        "twice" => Some((2, 1)),
        word => number(word)
            .filter(|n| (1..=31).contains(n) && reader.peek(1) == "times")
            .map(|n| (n, 2)),
    };
    let Some((count, words)) = count else {
        return Ok(false);
    };
    reader.skip(words);
    let unit = match reader.peek(1) {
        "day" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "year" => Unit::Year,
        _ => {
            reader.back_to(mark);
            return Ok(false);
        }
    };
    if !reader.take(&["a", "per", "each", "every"]) {
        reader.back_to(mark);
        return Ok(false);
    }
    if draft.count.replace((count, unit)).is_some() {
        return Err(RuleError::Twice("how often"));
    }
    draft.comes_back = true;
    unit_alone(reader, draft)
}

/// `daily`, `hourly`, `fortnightly`, `nightly`.
pub fn adverb(reader: &mut Reader, draft: &mut Draft) -> Understood {
    if reader.take_all(&["on", "the", "hour"]) {
        draft.past_the_hour = Some(0);
        return Ok(true);
    }
    match reader.peek(0) {
        "alternate" if weekday(reader.peek(1)).is_some() => draft.weeks = Some(2),
        "nightly" => {
            draft.days = Some(1);
            draft.say_part(Part::Night, true)?;
        }
        "hourly" => draft.each = Some(60),
        "daily" => draft.days = Some(1),
        "weekly" => draft.weeks = Some(1),
        "fortnightly" | "biweekly" | "bi-weekly" => draft.weeks = Some(2),
        "monthly" => draft.over = Some(Over::Months(1)),
        "quarterly" => draft.over = Some(Over::Quarter),
        "yearly" | "annually" => draft.over = Some(Over::Year),
        _ => return Ok(working_days(reader, draft)),
    }
    draft.comes_back = true;
    reader.skip(1);
    Ok(true)
}
