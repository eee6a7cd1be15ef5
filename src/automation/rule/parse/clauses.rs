//! The parts of a time in English, in whatever order they come. Each goes past the words that it
//! understood and writes into the draft what they say.

use super::clock::Clock;
use super::draft::{Draft, Start};
use super::reader::{is_plural_weekday, month, number, weekday};
use super::{Asked, Reader, RuleError, dates, every, limits, monthly, parts};
use crate::automation::rule::zone;
use chrono::{DateTime, Duration, NaiveDateTime, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;

pub type Understood = Result<bool, RuleError>;

/// Understands what comes next; false: nothing does.
pub fn next(reader: &mut Reader, draft: &mut Draft, asked: Asked) -> Understood {
    const FILLERS: [&str; 10] = [
        ",", "and", "on", "the", "please", "then", "run", "once", "at", "of",
    ];
    Ok(delay(reader, draft, asked)
        || start(reader, draft, asked)?
        || every::so_often(reader, draft)?
        || every::every(reader, draft)?
        || every::adverb(reader, draft)?
        || limits::except(reader, draft)?
        || limits::office_hours(reader, draft)?
        || limits::window(reader, draft)?
        || monthly::ends(reader, draft)
        || monthly::of_what(reader, draft)
        || dates::named(reader, draft, asked)?
        || times(reader, draft)?
        || monthly::ordinals(reader, draft)?
        || weekdays(reader, draft)
        || months(reader, draft)
        || parts::part_of_day(reader, draft, asked)?
        || zone_name(reader, draft)?
        || reader.take(&FILLERS))
}

/// `in 2 hours`, `in 1 hour 30 minutes`, `20 minutes from now`.
fn delay(reader: &mut Reader, draft: &mut Draft, asked: Asked) -> bool {
    let mark = reader.mark();
    let is_in = reader.take(&["in"]);
    let (mut minutes, mut days, mut found) = (0_i64, 0_i64, false);
    while let Some((count, unit, words)) = counted(reader) {
        reader.skip(words);
        found = true;
        match unit / (24 * 60) {
            0 => minutes += i64::from(count) * i64::from(unit),
            unit => days += i64::from(count) * i64::from(unit),
        }
        if counted_behind_and(reader) {
            reader.skip(1);
        }
    }
    if !found || !(is_in || reader.take_all(&["from", "now"])) {
        reader.back_to(mark);
        return false;
    }
    draft.moment_is_a_day = days > 0 && minutes == 0;
    draft.moment = Some(moment(asked, days, minutes));
    true
}

/// Days go by the calendar, however long they are; minutes by real time.
fn moment(asked: Asked, days: i64, minutes: i64) -> (NaiveDateTime, Tz) {
    let wall = |at: DateTime<Utc>| at.with_timezone(&asked.zone).naive_local();
    let whole = |at: NaiveDateTime| {
        // Runs begin on whole minutes; never earlier than was asked.
        let cut = at.with_second(0).and_then(|at| at.with_nanosecond(0));
        match cut {
            Some(cut) if cut < at => cut + Duration::minutes(1),
            _ => at,
        }
    };
    if days > 0 {
        let date = wall(asked.at) + Duration::days(days) + Duration::minutes(minutes);
        return (whole(date), asked.zone);
    }
    let at = asked.at + Duration::minutes(minutes);
    let shown = whole(wall(at));
    let first = asked.zone.from_local_datetime(&shown).earliest();
    let exact = whole(at.naive_utc());
    match first {
        Some(first) if first.naive_utc() == exact => (shown, asked.zone),
        // The clock shows it a second time.
        _ => (exact, Tz::UTC),
    }
}

/// `2 hours`, `half an hour`, `90min`: how many, of how many minutes each, in how many words.
pub fn counted(reader: &Reader) -> Option<(u32, u32, usize)> {
    let word = reader.peek(0);
    if word == "half" && reader.peek(1) == "an" && reader.peek(2) == "hour" {
        return Some((30, 1, 3));
    }
    if let Some(at) = word
        .find(|c: char| !c.is_ascii_digit())
        .filter(|at| *at > 0)
    {
        let (count, unit) = word.split_at(at);
        return Some((bounded(count)?, minutes_of(unit)?, 1));
    }
    Some((bounded(word)?, minutes_of(reader.peek(1))?, 2))
}

/// Nobody plans ten thousand of anything ahead.
fn bounded(word: &str) -> Option<u32> {
    number(word).filter(|n| *n <= 10_000)
}

fn counted_behind_and(reader: &mut Reader) -> bool {
    let mark = reader.mark();
    let found = reader.take(&["and", ","]) && counted(reader).is_some();
    reader.back_to(mark);
    found
}

pub fn minutes_of(unit: &str) -> Option<u32> {
    Some(match unit {
        "minute" | "minutes" | "min" | "mins" | "m" => 1,
        "hour" | "hours" | "hr" | "hrs" | "h" => 60,
        "day" | "days" => 24 * 60,
        "week" | "weeks" => 7 * 24 * 60,
        _ => return None,
    })
}

/// `from 24 November 2026`, `starting next Monday`, `starting 1 December`.
fn start(reader: &mut Reader, draft: &mut Draft, asked: Asked) -> Understood {
    let mark = reader.mark();
    if !reader.take(&["from", "starting", "beginning", "since"]) {
        return Ok(false);
    }
    reader.take(&["on"]);
    let date = match dates::date(reader, asked)? {
        Some(date) => Some(date),
        None => dates::beginning(reader, asked),
    };
    match date {
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
    let mut said: Vec<Clock> = Vec::new();
    loop {
        let before = reader.mark();
        let listed = !said.is_empty()
            && (reader.take_separator() && {
                reader.take(&["at"]);
                true
            });
        if !said.is_empty() && !listed {
            break;
        }
        match reader.clock()? {
            Some(clock)
                if clock.is_plain
                    || at && !counts_something(reader)
                    || parts::stands_at(reader, clock.words) =>
            {
                reader.skip(clock.words);
                said.push(clock);
            }
            _ => {
                reader.back_to(before);
                break;
            }
        }
    }
    let found = !said.is_empty();
    // `at 2 and 4pm`
    let mut later: Option<Clock> = None;
    for clock in said.into_iter().rev() {
        let clock = match &later {
            Some(later) => clock.before(later),
            None => clock,
        };
        draft.add_time(&clock)?;
        later = later.or(Some(clock));
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
    next != "h" && minutes_of(next).is_some() || month(next).is_some()
}

/// `Monday to Friday`, `Mon, Wed and Fri`, `mon-fri`, `Mondays`.
pub fn weekdays(reader: &mut Reader, draft: &mut Draft) -> bool {
    // `from Monday to Friday`
    if reader.peek(0) == "from" && weekday(reader.peek(1)).is_some() {
        reader.skip(1);
    }
    let word = reader.peek(0).to_owned();
    let listed: Option<Vec<Weekday>> = word.split('/').map(weekday).collect();
    if let Some(listed) = listed.filter(|listed| listed.len() > 1) {
        reader.skip(1);
        draft.add_weekdays(&listed);
        return true;
    }
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
    if reader.take_all(&["my", "time"])
        || reader.take_all(&["local", "time"])
        || reader.take_all(&["my", "timezone"])
    {
        reader.take(&["zone"]);
        return Ok(true);
    }
    reader.take(&["the"]);
    for words in (1..=3).rev() {
        let named = reader.joined(words).and_then(|name| zone::by_name(&name));
        if let Some(zone) = named {
            reader.skip(words);
            reader.take(&["time", "timezone"]);
            reader.take(&["zone"]);
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
