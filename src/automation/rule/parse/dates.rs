//! Dates that come once (`tomorrow`, `next Monday`, `24 December 2026`, `2026-12-24`), and
//! those that come every year.

use super::draft::Draft;
use super::reader::{month, ordinal, weekday};
use super::{Asked, Reader, RuleError};
use crate::automation::rule::days::MonthDay;
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// A date that is written out, or a day and its month, which come again every year.
pub fn named(reader: &mut Reader, draft: &mut Draft, asked: Asked) -> Result<bool, RuleError> {
    let mark = reader.mark();
    reader.take(&["on"]);
    if let Some(date) = date(reader, asked)? {
        if draft
            .date
            .replace(date)
            .is_some_and(|earlier| earlier != date)
        {
            return Err(RuleError::Twice("on which date"));
        }
        return Ok(true);
    }
    reader.take(&["the"]);
    if let Some((day, month)) = day_and_month(reader) {
        draft.month_days.push(MonthDay::Day(day));
        draft.months.push(month);
        draft.dates.push((month, day));
        return Ok(true);
    }
    reader.back_to(mark);
    Ok(false)
}

/// A date of one year.
pub fn date(reader: &mut Reader, asked: Asked) -> Result<Option<NaiveDate>, RuleError> {
    let today = asked.at.with_timezone(&asked.zone).date_naive();
    let ahead = |days| today.checked_add_days(Days::new(days));
    let mark = reader.mark();
    if reader.take(&["today"]) {
        return Ok(Some(today));
    }
    if reader.take(&["tomorrow"]) {
        return Ok(ahead(1));
    }
    if reader.take_all(&["day", "after", "tomorrow"])
        || reader.take_all(&["the", "day", "after", "tomorrow"])
    {
        return Ok(ahead(2));
    }
    let is_this = reader.peek(0) == "this";
    if reader.take(&["next", "this"]) {
        if let Some(day) = weekday(reader.peek(0)) {
            reader.skip(1);
            return Ok(match is_this && today.weekday() == day {
                true => Some(today),
                false => following(today, day),
            });
        }
        reader.back_to(mark);
        return Ok(None);
    }
    if let Ok(date) = reader.peek(0).parse::<NaiveDate>() {
        reader.skip(1);
        return Ok(Some(date));
    }
    reader.take(&["the"]);
    if let Some((day, month)) = day_and_month(reader) {
        reader.take(&[","]);
        let year = reader.peek(0).parse().ok();
        if let Some(year) = year.filter(|year| (2000..2200).contains(year)) {
            reader.skip(1);
            let date = NaiveDate::from_ymd_opt(year, month, day);
            return date.map(Some).ok_or(RuleError::Never);
        }
    }
    reader.back_to(mark);
    Ok(None)
}

/// The next `1 December` or `Monday`, today included: where something begins.
pub fn beginning(reader: &mut Reader, asked: Asked) -> Option<NaiveDate> {
    let today = asked.at.with_timezone(&asked.zone).date_naive();
    let mark = reader.mark();
    if let Some((day, month)) = day_and_month(reader) {
        let years = today.year()..=today.year() + 8;
        let mut dates = years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
        return dates.find(|date| *date >= today);
    }
    let day = weekday(reader.peek(0)).filter(|_| !reads_on(reader));
    match day {
        Some(day) => {
            reader.skip(1);
            today.iter_days().take(7).find(|date| date.weekday() == day)
        }
        None => {
            reader.back_to(mark);
            None
        }
    }
}

/// `from Monday to Friday` says on which days, not when it begins.
fn reads_on(reader: &Reader) -> bool {
    ["to", "through", "thru", "until", "till", "-", "and", ","].contains(&reader.peek(1))
}

/// `3 March`, `the 3rd of March`, `March 3rd`.
fn day_and_month(reader: &mut Reader) -> Option<(u32, u32)> {
    let number = |word: &str| {
        let number = word.parse().ok().or_else(|| ordinal(word))?;
        (1..=31).contains(&number).then_some(number)
    };
    if let Some(month) = month(reader.peek(0)) {
        let day = number(reader.peek(1)).filter(|_| !is_time(reader))?;
        reader.skip(2);
        return Some((day, month));
    }
    let day = number(reader.peek(0))?;
    let of = usize::from(reader.peek(1) == "of");
    let month = month(reader.peek(1 + of))?;
    reader.skip(2 + of);
    Some((day, month))
}

/// `March 3 pm` names no day.
fn is_time(reader: &Reader) -> bool {
    ["am", "pm", "h", "o'clock"].contains(&reader.peek(2))
}

/// The first such day after a date.
pub fn following(date: NaiveDate, day: Weekday) -> Option<NaiveDate> {
    let ahead = (1..=7).map(|days| date.checked_add_days(Days::new(days)));
    ahead.flatten().find(|date| date.weekday() == day)
}
