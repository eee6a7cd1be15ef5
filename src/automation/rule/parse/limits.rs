//! What narrows a rhythm: hours of the day, days that are left out.

use super::clauses::{Understood, weekdays};
use super::clock::Clock;
use super::draft::Draft;
use super::every::working_days;
use super::{Reader, RuleError};
use chrono::{NaiveTime, Timelike};

/// `except Fridays`, `but not on weekends`, `but Sunday`.
pub fn except(reader: &mut Reader, draft: &mut Draft) -> Understood {
    if !(reader.take(&["except", "excluding"])
        || reader.take_all(&["but", "not"])
        || reader.take(&["but"]))
    {
        return Ok(false);
    }
    let mut left_out = Draft::default();
    loop {
        reader.take(&["for", "on", "the"]);
        if !(weekdays(reader, &mut left_out) || working_days(reader, &mut left_out)) {
            break;
        }
        if !reader.take_separator() {
            break;
        }
    }
    if left_out.weekdays.is_empty() {
        return Err(RuleError::Word(reader.peek(0).to_owned()));
    }
    draft.except.extend(left_out.weekdays);
    Ok(true)
}

/// `during business hours`: nine to five on working days, unless other days are named.
pub fn office_hours(reader: &mut Reader, draft: &mut Draft) -> Understood {
    let mark = reader.mark();
    reader.take(&["during", "in", "within"]);
    let kinds = ["business", "working", "work", "office"];
    if !(reader.take(&kinds) && reader.take(&["hours"])) {
        reader.back_to(mark);
        return Ok(false);
    }
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
    draft.in_office_hours = true;
    draft.window(hour(9), hour(17)).map(|()| true)
}

/// `between 9 and 17`, `from 9am to 5pm`, `9-17`.
pub fn window(reader: &mut Reader, draft: &mut Draft) -> Understood {
    let mark = reader.mark();
    if let Some((from, to)) = reader.peek(0).split_once('-') {
        let end = |text: &str| Reader::new(text).clock();
        if let (Ok(Some(from)), Ok(Some(to))) = (end(from), end(to)) {
            reader.skip(1);
            return span(draft, from, to).map(|()| true);
        }
    }
    if !reader.take(&["between", "from"]) {
        return Ok(false);
    }
    let from = take_clock(reader)?;
    let is_joined = reader.take(&["and", "to", "until", "till", "-"]);
    let to = take_clock(reader)?;
    match (from, to) {
        (Some(from), Some(to)) if is_joined => span(draft, from, to).map(|()| true),
        _ => {
            reader.back_to(mark);
            Ok(false)
        }
    }
}

/// `9 to 5` is a day's work and `1 to 5pm` an afternoon.
fn span(draft: &mut Draft, from: Clock, to: Clock) -> Result<(), RuleError> {
    let from = from.before(&to);
    let is_next = to.is_open() && !to.is_padded && to.time < from.time && to.time.hour() < 10;
    let to = match is_next && (5..=12).contains(&from.time.hour()) {
        true => to.in_the_afternoon(),
        false => to,
    };
    draft.window(from.time, to.time)
}

fn take_clock(reader: &mut Reader) -> Result<Option<Clock>, RuleError> {
    let clock = reader.clock()?;
    if let Some(clock) = &clock {
        reader.skip(clock.words);
    }
    Ok(clock)
}
