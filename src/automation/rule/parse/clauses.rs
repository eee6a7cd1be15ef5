//! The parts of a time in English, in whatever order they come. Each goes past the words that it
//! understood and writes into the draft what they say.

use super::draft::{Draft, Over, Start};
use super::reader::{is_plural_weekday, month, number, ordinal, weekday};
use super::{Asked, Reader, RuleError, dates, limits, monthly};
use crate::automation::rule::words::WORKING;
use crate::automation::rule::zone;
use chrono::{Duration, Timelike, Weekday};

pub type Understood = Result<bool, RuleError>;

/// Understands what comes next; false: nothing does.
pub fn next(reader: &mut Reader, draft: &mut Draft, asked: Asked) -> Understood {
    const FILLERS: [&str; 12] = [
        ",",
        "and",
        "on",
        "the",
        "please",
        "then",
        "run",
        "once",
        "starting",
        "beginning",
        "at",
        "of",
    ];
    Ok(delay(reader, draft, asked)
        || start(reader, draft, asked)?
        || every(reader, draft)?
        || adverb(reader, draft)
        || limits::except(reader, draft)
        || limits::office_hours(reader, draft)?
        || limits::window(reader, draft)?
        || monthly::of_what(reader, draft)
        || dates::named(reader, draft, asked)?
        || times(reader, draft)?
        || monthly::ordinals(reader, draft)?
        || weekdays(reader, draft)
        || months(reader, draft)
        || dates::part_of_day(reader, draft, asked)
        || zone_name(reader, draft)?
        || reader.take(&FILLERS))
}

/// `in 2 hours`.
fn delay(reader: &mut Reader, draft: &mut Draft, asked: Asked) -> bool {
    if reader.peek(0) != "in" {
        return false;
    }
    let (count, words) = match (reader.peek(1), reader.peek(2), reader.peek(3)) {
        ("half", "an", "hour") => (30, 4),
        (count, unit, _) => match number(count).zip(minutes_of(unit)) {
            Some((count, unit)) => (count.saturating_mul(unit), 3),
            None => return false,
        },
    };
    draft.moment_is_a_day = minutes_of(reader.peek(2)).is_some_and(|unit| unit >= 24 * 60);
    reader.skip(words);
    let moment = asked.at + Duration::minutes(count.into());
    let wall = moment.with_timezone(&asked.zone).naive_local();
    // Runs begin on whole minutes; never earlier than was asked.
    let whole = wall.with_second(0).and_then(|wall| wall.with_nanosecond(0));
    let whole = whole.unwrap_or(wall);
    draft.moment = Some(if whole < wall {
        whole + Duration::minutes(1)
    } else {
        whole
    });
    true
}

pub fn minutes_of(unit: &str) -> Option<u32> {
    Some(match unit {
        "minute" | "minutes" | "min" | "mins" => 1,
        "hour" | "hours" | "hr" | "hrs" => 60,
        "day" | "days" => 24 * 60,
        "week" | "weeks" => 7 * 24 * 60,
        _ => return None,
    })
}

/// `from 24 November 2026`, `starting next Monday`.
fn start(reader: &mut Reader, draft: &mut Draft, asked: Asked) -> Understood {
    let mark = reader.mark();
    if !reader.take(&["from", "starting", "beginning", "since"]) {
        return Ok(false);
    }
    reader.take(&["on"]);
    match dates::date(reader, asked)? {
        Some(date) => {
            draft.start = Start::On(date);
            Ok(true)
        }
        None => {
            reader.back_to(mark);
            Ok(false)
        }
    }
}

fn every(reader: &mut Reader, draft: &mut Draft) -> Understood {
    let mark = reader.mark();
    if !reader.take(&["every", "each"]) {
        return Ok(false);
    }
    if draft.comes_back && !draft.times.is_empty() {
        return Err(RuleError::Together("two rhythms in one schedule"));
    }
    draft.comes_back = true;
    if reader.take_all(&["half", "an", "hour"]) || reader.take_all(&["half", "hour"]) {
        return draft.interval(30, "half hour").map(|()| true);
    }
    let other = reader.take(&["other", "alternate"]);
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
    if let Some(n) = ordinal(reader.peek(0)) {
        let of_month = ["of", "in"].contains(&reader.peek(2));
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
    if is_name || unit_alone(reader, draft)? || unit == "last" {
        return Ok(true);
    }
    if dates::is_part_of_day(&unit) {
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

/// `daily`, `hourly`, `fortnightly`.
fn adverb(reader: &mut Reader, draft: &mut Draft) -> bool {
    match reader.peek(0) {
        "hourly" => draft.each = Some(60),
        "daily" => draft.days = Some(1),
        "weekly" => draft.weeks = Some(1),
        "fortnightly" | "biweekly" => draft.weeks = Some(2),
        "monthly" => draft.over = Some(Over::Months(1)),
        "quarterly" => draft.over = Some(Over::Quarter),
        "yearly" | "annually" => draft.over = Some(Over::Year),
        _ => return working_days(reader, draft),
    }
    draft.comes_back = true;
    reader.skip(1);
    true
}

/// `at 9 and 17:30`, `9am`.
fn times(reader: &mut Reader, draft: &mut Draft) -> Understood {
    let mark = reader.mark();
    let at = reader.take(&["at", "@"]);
    if let Some(past) = reader.peek(0).strip_prefix(':').filter(|_| at) {
        let minute = past.parse().ok().filter(|minute| *minute < 60);
        let minute = minute.ok_or_else(|| RuleError::Time(reader.peek(0).to_owned()))?;
        reader.skip(1);
        draft.past_the_hour = Some(minute);
        return Ok(true);
    }
    let mut found = false;
    loop {
        let before = reader.mark();
        let listed = found
            && (reader.take_separator() && {
                reader.take(&["at"]);
                true
            });
        if found && !listed {
            break;
        }
        match reader.clock()? {
            Some(clock) if clock.is_plain || at && !counts_something(reader) => {
                reader.skip(clock.words);
                draft.add_time(clock.time);
                found = true;
            }
            _ => {
                reader.back_to(before);
                break;
            }
        }
    }
    if !found && at {
        let word = reader.peek(0).to_owned();
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(RuleError::Time(word));
        }
        reader.back_to(mark);
    }
    Ok(found)
}

/// A number before a unit or a month is no time.
fn counts_something(reader: &Reader) -> bool {
    let next = reader.peek(1);
    minutes_of(next).is_some() || month(next).is_some()
}

/// `Monday to Friday`, `Mon, Wed and Fri`, `mon-fri`, `Mondays`.
pub fn weekdays(reader: &mut Reader, draft: &mut Draft) -> bool {
    let word = reader.peek(0).to_owned();
    if let Some((from, to)) = word.split_once('-')
        && let Some((from, to)) = weekday(from).zip(weekday(to))
    {
        reader.skip(1);
        draft.comes_back = true;
        draft.add_weekdays(&range(from, to));
        return true;
    }
    let Some(first) = weekday(&word) else {
        return false;
    };
    draft.comes_back |= is_plural_weekday(&word);
    reader.skip(1);
    let joins = ["to", "through", "thru", "until", "-"].contains(&reader.peek(0));
    match weekday(reader.peek(1)).filter(|_| joins) {
        Some(last) => {
            reader.skip(2);
            draft.comes_back = true;
            draft.add_weekdays(&range(first, last));
        }
        None => draft.add_weekdays(&[first]),
    }
    true
}

fn range(from: Weekday, to: Weekday) -> Vec<Weekday> {
    let mut days = vec![from];
    let mut day = from;
    while day != to {
        day = day.succ();
        days.push(day);
    }
    days
}

fn months(reader: &mut Reader, draft: &mut Draft) -> bool {
    let mark = reader.mark();
    reader.take(&["in", "of"]);
    draft.comes_back |= reader.take(&["every", "each"]);
    let Some(month) = month(reader.peek(0)) else {
        reader.back_to(mark);
        return false;
    };
    reader.skip(1);
    draft.months.push(month);
    true
}

/// `London time`, `in New York`, `UTC`.
fn zone_name(reader: &mut Reader, draft: &mut Draft) -> Understood {
    let mark = reader.mark();
    reader.take(&["in", "by"]);
    reader.take(&["the"]);
    for words in (1..=3).rev() {
        let named = reader.joined(words).and_then(|name| zone::by_name(&name));
        if let Some(zone) = named {
            reader.skip(words);
            reader.take(&["time", "timezone"]);
            if draft
                .zone
                .replace(zone)
                .is_some_and(|earlier| earlier != zone)
            {
                return Err(RuleError::Twice("in which time zone"));
            }
            return Ok(true);
        }
    }
    reader.back_to(mark);
    Ok(false)
}
