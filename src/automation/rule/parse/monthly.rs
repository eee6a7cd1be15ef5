//! Days counted within a month: `the 15th and last day`, `first business day`, `2nd and 4th
//! Tuesday of the month`.

use super::draft::{Draft, Over};
use super::reader::{month, ordinal, weekday};
use super::{Reader, RuleError};
use crate::automation::rule::days::MonthDay;

#[derive(Clone, Copy)]
enum Place {
    Nth(u32),
    Last,
    /// From the end: the second of these is the last but one.
    FromEnd(u32),
}

/// `of the month`, `of every quarter`, `in each year`.
pub fn of_what(reader: &mut Reader, draft: &mut Draft) -> bool {
    let mark = reader.mark();
    if reader.take(&["of", "in"]) {
        reader.take(&["the", "every", "each", "a"]);
        let over = match reader.peek(0) {
            "month" | "months" => Some(Over::Months(1)),
            "quarter" => Some(Over::Quarter),
            "year" => Some(Over::Year),
            _ => None,
        };
        if over.is_some() {
            reader.skip(1);
            draft.comes_back = true;
            draft.over = over;
            return true;
        }
    }
    reader.back_to(mark);
    false
}

/// `at the end of the quarter`, `at the beginning of each month`.
pub fn ends(reader: &mut Reader, draft: &mut Draft) -> bool {
    let mark = reader.mark();
    reader.take(&["at", "on", "by"]);
    reader.take(&["the"]);
    let day = match reader.peek(0) {
        "end" => MonthDay::Last,
        "beginning" | "start" => MonthDay::Day(1),
        _ => {
            reader.back_to(mark);
            return false;
        }
    };
    reader.skip(1);
    if !of_what(reader, draft) {
        reader.back_to(mark);
        return false;
    }
    draft.month_days.push(day);
    true
}

/// A list of places, each with its noun or with the one that follows.
pub fn ordinals(reader: &mut Reader, draft: &mut Draft) -> Result<bool, RuleError> {
    let mark = reader.mark();
    reader.take(&["on"]);
    let mut without_noun: Vec<Place> = Vec::new();
    let mut found = false;
    loop {
        let before = reader.mark();
        if found && !reader.take_separator() {
            break;
        }
        reader.take(&["on"]);
        reader.take(&["the"]);
        let Some(place) = place(reader) else {
            reader.back_to(before);
            break;
        };
        found = true;
        without_noun.push(place);
        noun(reader, draft, &mut without_noun)?;
    }
    if !found {
        reader.back_to(mark);
        return Ok(false);
    }
    for place in without_noun {
        draft.month_days.push(day(place)?);
    }
    // `the 3rd of March`
    if ["of", "in"].contains(&reader.peek(0)) && month(reader.peek(1)).is_some() {
        reader.skip(1);
        draft.places_of_months += 1;
    }
    Ok(true)
}

fn place(reader: &mut Reader) -> Option<Place> {
    let place = match reader.peek(0) {
        "last" => Place::Last,
        "penultimate" => Place::FromEnd(2),
        word => match word.strip_suffix("-to-last") {
            Some(word) => from_end(ordinal(word)?),
            None => Place::Nth(ordinal(word)?),
        },
    };
    reader.skip(1);
    if let Place::Nth(n) = place
        && (reader.take(&["last"]) || reader.take_all(&["to", "last"]))
    {
        return Some(from_end(n));
    }
    Some(place)
}

fn from_end(n: u32) -> Place {
    match n {
        1 => Place::Last,
        n => Place::FromEnd(n),
    }
}

/// The noun behind a place is that of the places before it too, unless it is just `day`.
fn noun(reader: &mut Reader, draft: &mut Draft, places: &mut Vec<Place>) -> Result<(), RuleError> {
    let word = reader
        .peek(0)
        .trim_end_matches("days")
        .trim_end_matches("day")
        .to_owned();
    let two = ["working", "business", "work"].contains(&reader.peek(0))
        && ["day", "days"].contains(&reader.peek(1));
    if two || ["week", "work"].contains(&word.as_str()) && word != reader.peek(0) {
        reader.skip(if two { 2 } else { 1 });
        for place in places.drain(..) {
            draft.month_days.push(match place {
                Place::Nth(n @ 1..=23) => MonthDay::Business(n),
                Place::FromEnd(n @ 2..=23) => MonthDay::BusinessFromEnd(n),
                Place::Nth(_) | Place::FromEnd(_) => return Err(RuleError::Never),
                Place::Last => MonthDay::LastBusiness,
            });
        }
    } else if let Some(weekday) = weekday(reader.peek(0)) {
        reader.skip(1);
        for place in places.drain(..) {
            draft.month_days.push(match place {
                Place::Nth(n @ 1..=5) => MonthDay::Nth(n, weekday),
                Place::FromEnd(n @ 2..=5) => MonthDay::NthFromEnd(n, weekday),
                Place::Nth(_) | Place::FromEnd(_) => return Err(RuleError::Never),
                Place::Last => MonthDay::LastOf(weekday),
            });
        }
    } else if reader.take(&["day", "days"]) {
        for place in places.drain(..) {
            draft.month_days.push(day(place)?);
        }
    }
    Ok(())
}

fn day(place: Place) -> Result<MonthDay, RuleError> {
    match place {
        Place::Nth(n @ 1..=31) => Ok(MonthDay::Day(n)),
        Place::FromEnd(n @ 2..=31) => Ok(MonthDay::FromEnd(n)),
        Place::Nth(_) | Place::FromEnd(_) => Err(RuleError::Never),
        Place::Last => Ok(MonthDay::Last),
    }
}
