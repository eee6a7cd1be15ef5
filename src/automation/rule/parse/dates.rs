//! Dates that come once (`tomorrow`, `next Monday`, `24 December 2026`, `2026-12-24`), and the
//! parts of a day.

use super::draft::Draft;
use super::reader::{month, ordinal, weekday};
use super::{Asked, Reader, RuleError};
use crate::automation::rule::days::MonthDay;
use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

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
    if reader.take(&["next"]) {
        if let Some(day) = weekday(reader.peek(0)) {
            reader.skip(1);
            return Ok(following(today, day));
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

/// The hour that a part of the day stands for, and whether it is past noon.
const PARTS: [(&str, u32, bool); 5] = [
    ("morning", 9, false),
    ("afternoon", 14, true),
    ("evening", 18, true),
    ("night", 21, true),
    ("tonight", 21, true),
];

/// `in the evening`: says which nine o’clock, or stands for a time where none is named.
pub fn part_of_day(reader: &mut Reader, draft: &mut Draft, asked: Asked) -> bool {
    let mark = reader.mark();
    reader.take(&["in", "at"]);
    reader.take(&["the"]);
    let part = reader.peek(0);
    let found = PARTS
        .iter()
        .find(|(name, ..)| part.trim_end_matches('s') == *name);
    let Some((name, hour, is_late)) = found else {
        reader.back_to(mark);
        return false;
    };
    reader.skip(1);
    if *name == "tonight" {
        draft.date = Some(asked.at.with_timezone(&asked.zone).date_naive());
    }
    draft.part_of_day = NaiveTime::from_hms_opt(*hour, 0, 0).map(|time| (time, *is_late));
    true
}

pub fn is_part_of_day(word: &str) -> bool {
    PARTS.iter().any(|(name, ..)| *name == word)
}
