//! Parts of the day (`in the evening`, `nightly`): they say which nine o’clock is meant, or stand
//! for a time where none is named.

use super::clauses::Understood;
use super::clock::{Clock, afternoon};
use super::draft::Draft;
use super::{Asked, Reader, RuleError};
use chrono::{NaiveTime, Timelike};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

/// What parts have said so far, and the times that they may be about.
#[derive(Debug, Default)]
pub struct Parts {
    /// Times of which a part behind them may still say in which half of the day they are.
    open: Vec<NaiveTime>,
    /// Times since the last part of which that is certain.
    settled: Vec<NaiveTime>,
    /// The last part, if it stands before its times, and whether any came.
    ahead: Option<(Part, bool)>,
    one_stood_ahead: bool,
    one_stood_alone: bool,
}

impl Part {
    pub fn named(word: &str) -> Option<Self> {
        Some(match word.strip_suffix('s').unwrap_or(word) {
            "morning" => Self::Morning,
            "afternoon" => Self::Afternoon,
            "evening" => Self::Evening,
            "night" => Self::Night,
            _ => return None,
        })
    }

    fn stands_for(self) -> NaiveTime {
        let hour = match self {
            Self::Morning => 9,
            Self::Afternoon => 14,
            Self::Evening => 18,
            Self::Night => 21,
        };
        NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN)
    }

    fn has(self, time: NaiveTime) -> bool {
        match self {
            Self::Morning => time.hour() < 12,
            Self::Afternoon => (12..20).contains(&time.hour()),
            Self::Evening => time.hour() >= 15,
            Self::Night => !(7..17).contains(&time.hour()),
        }
    }

    /// The time that is meant by one that could be in either half of the day.
    fn turned(self, time: NaiveTime) -> NaiveTime {
        match (self, time.hour()) {
            (Self::Morning, _) | (Self::Night, 0..=5) => time,
            (Self::Night, 12) => time.with_hour(0).unwrap_or(time),
            _ => afternoon(time),
        }
    }
}

const UNCLEAR: RuleError = RuleError::Together("parts of the day with times that may be of either");

impl Draft {
    pub fn add_time(&mut self, clock: &Clock) -> Result<(), RuleError> {
        let said = &mut self.parts;
        match (said.ahead, clock.is_open()) {
            (None, true) => said.open.push(clock.time),
            (None, false) => said.settled.push(clock.time),
            (Some(_), _) if said.one_stood_alone => return Err(UNCLEAR),
            (Some((part, _)), is_open) => {
                let time = if is_open {
                    part.turned(clock.time)
                } else {
                    clock.time
                };
                if !part.has(time) {
                    return Err(RuleError::Twice("at which part of the day"));
                }
                said.ahead = Some((part, true));
                said.one_stood_ahead = true;
                self.times.push(time);
            }
        }
        Ok(())
    }

    /// `is_listed`: it stands behind an `and`, as one more time.
    pub fn say_part(&mut self, part: Part, is_listed: bool) -> Result<(), RuleError> {
        if matches!(self.parts.ahead, Some((earlier, _)) if earlier == part) {
            return Ok(());
        }
        self.stand_alone()?;
        let said = &mut self.parts;
        let open = std::mem::take(&mut said.open);
        let settled = std::mem::take(&mut said.settled);
        let stands_behind =
            !open.is_empty() || !settled.is_empty() && settled.iter().all(|time| part.has(*time));
        if !stands_behind && !settled.is_empty() && !is_listed {
            return Err(RuleError::Twice("at which part of the day"));
        }
        if !stands_behind {
            said.ahead = Some((part, false));
        }
        let open = open.into_iter().map(|time| part.turned(time));
        self.times.extend(open.chain(settled));
        Ok(())
    }

    /// A part that no time was said for stands for its own.
    fn stand_alone(&mut self) -> Result<(), RuleError> {
        let said = &mut self.parts;
        let Some((part, false)) = said.ahead.take() else {
            return Ok(());
        };
        // In `in the morning at 9 and at 6 in the evening` the 6 is neither's for certain.
        if said.one_stood_ahead {
            return Err(UNCLEAR);
        }
        said.one_stood_alone = true;
        self.times.push(part.stands_for());
        Ok(())
    }

    /// Nothing more comes.
    pub fn end_parts(&mut self) -> Result<(), RuleError> {
        if self.each.is_none() {
            self.stand_alone()?;
        }
        let said = std::mem::take(&mut self.parts);
        self.times.extend(said.open);
        self.times.extend(said.settled);
        Ok(())
    }

    pub fn has_times(&self) -> bool {
        !(self.times.is_empty() && self.parts.open.is_empty() && self.parts.settled.is_empty())
    }

    /// How much was said of times: a later look at it tells whether more was.
    pub fn said_of_times(&self) -> usize {
        let waiting = usize::from(matches!(self.parts.ahead, Some((_, false))));
        self.times.len() + self.parts.open.len() + self.parts.settled.len() + waiting
    }
}

/// `in the afternoon`, so many words ahead.
pub fn stands_at(reader: &Reader, ahead: usize) -> bool {
    reader.peek(ahead) == "in"
        && reader.peek(ahead + 1) == "the"
        && Part::named(reader.peek(ahead + 2)).is_some()
}

pub fn part_of_day(reader: &mut Reader, draft: &mut Draft, asked: Asked) -> Understood {
    let mark = reader.mark();
    let is_listed = ["and", ",", "or"].contains(&reader.behind());
    let today = asked.at.with_timezone(&asked.zone).date_naive();
    if reader.take(&["tonight"]) {
        (draft.date, draft.is_tonight) = (Some(today), true);
        return draft.say_part(Part::Night, true).map(|()| true);
    }
    let is_today = reader.take(&["this"]);
    reader.take(&["in", "at"]);
    reader.take(&["the"]);
    let Some(part) = Part::named(reader.peek(0)) else {
        reader.back_to(mark);
        return Ok(false);
    };
    draft.comes_back |= reader.peek(0).ends_with('s');
    reader.skip(1);
    if is_today {
        draft.date = Some(today);
    }
    draft.say_part(part, is_listed).map(|()| true)
}
