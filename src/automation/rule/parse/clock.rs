//! Times of day as people write them: `9`, `9:30`, `5pm`, `17h30`, `half past nine`, `noon`.

use super::reader::{number, spelled};
use super::{Reader, RuleError};
use chrono::{NaiveTime, Timelike};

pub struct Clock {
    pub time: NaiveTime,
    pub words: usize,
    /// It can be nothing else: `9` alone may count days.
    pub is_plain: bool,
    pub half: Half,
    /// `09:00`: who writes the nought counts to twenty-four.
    pub is_padded: bool,
}

/// Which half of the day is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// `9` and `9:30` may be in either, as far as they go.
    Open,
    Settled,
    /// `5pm`: what stands before it in a list or a window is meant alike.
    Pm,
}

impl Clock {
    pub fn is_open(&self) -> bool {
        self.half == Half::Open
    }

    /// What `2` means in `2 and 4pm`.
    pub fn before(self, later: &Self) -> Self {
        if later.half == Half::Pm && self.is_open() && self.time < later.time {
            return self.in_the_afternoon();
        }
        self
    }

    pub fn in_the_afternoon(self) -> Self {
        Self {
            time: afternoon(self.time),
            half: Half::Settled,
            ..self
        }
    }
}

/// The same time in the second half of the day.
pub fn afternoon(time: NaiveTime) -> NaiveTime {
    match time.hour() {
        hour @ 1..=11 => time.with_hour(hour + 12).unwrap_or(time),
        _ => time,
    }
}

fn hm(hour: u32, minute: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// The hour that `am` and the like make of it, and whether they settle which half is meant.
fn ended(hour: u32, ending: &str) -> Option<(u32, Half)> {
    let in_half = (1..=12).contains(&hour);
    match ending {
        "am" => in_half.then_some((hour % 12, Half::Settled)),
        "pm" => in_half.then_some((hour % 12 + 12, Half::Pm)),
        "h" | "uhr" => Some((hour, Half::Settled)),
        _ if hour == 0 || hour > 12 => Some((hour, Half::Settled)),
        _ => Some((hour, Half::Open)),
    }
}

fn is_ending(word: &str) -> bool {
    ["am", "pm", "o'clock", "oclock", "h", "uhr"].contains(&word)
}

impl Reader {
    /// A time of day, if one comes next.
    pub fn clock(&self) -> Result<Option<Clock>, RuleError> {
        let named = match self.peek(0) {
            "noon" | "midday" => hm(12, 0),
            "midnight" => hm(0, 0),
            _ => None,
        };
        if let Some(time) = named {
            return Ok(Some(Clock {
                time,
                words: 1,
                is_plain: true,
                half: Half::Settled,
                is_padded: false,
            }));
        }
        match self.past_the_hour().or_else(|| self.in_words()) {
            Some(clock) => Ok(Some(clock)),
            None => self.digital(),
        }
    }

    /// `half past nine`, `ten past 5pm`, `quarter to six`. No other minutes stand before `to`:
    /// `9 to 5` are hours.
    fn past_the_hour(&self) -> Option<Clock> {
        let skipped = usize::from(self.peek(0) == "a");
        let minutes = match self.peek(skipped) {
            "half" => 30,
            "quarter" => 15,
            word => number(word).filter(|minutes| (1..60).contains(minutes))?,
        };
        let is_to = match (self.peek(skipped + 1), self.peek(skipped)) {
            ("past", _) => false,
            ("to", "quarter") => true,
            _ => return None,
        };
        let hour = self.peek(skipped + 2);
        let glued = ["am", "pm"]
            .iter()
            .find_map(|ending| Some((hour.strip_suffix(ending)?, *ending)));
        let (hour, ending, words) = match (glued, self.peek(skipped + 3)) {
            (Some((hour, ending)), _) => (hour, ending, 3),
            (None, next) if is_ending(next) => (hour, next, 4),
            (None, _) => (hour, "", 3),
        };
        let hour = number(hour).filter(|hour| *hour < 24)?;
        let (hour, half) = ended(hour, ending)?;
        let minute = if is_to {
            (hour + 24) * 60 - minutes
        } else {
            hour * 60 + minutes
        };
        Some(Clock {
            time: hm(minute / 60 % 24, minute % 60)?,
            words: skipped + words,
            is_plain: true,
            half,
            is_padded: false,
        })
    }

    /// `nine`, `nine thirty`, `five pm`.
    fn in_words(&self) -> Option<Clock> {
        let hour = spelled(self.peek(0)).filter(|hour| (1..=12).contains(hour))?;
        let minute = spelled(self.peek(1)).filter(|minute| (10..60).contains(minute));
        let counted = 1 + usize::from(minute.is_some());
        let next = self.peek(counted);
        let is_plain = is_ending(next);
        let (hour, half) = ended(hour, if is_plain { next } else { "" })?;
        Some(Clock {
            time: hm(hour, minute.unwrap_or(0))?,
            words: counted + usize::from(is_plain),
            is_plain,
            half,
            is_padded: false,
        })
    }

    fn digital(&self) -> Result<Option<Clock>, RuleError> {
        let word = self.peek(0);
        let (digits, own) = match word.find(|c: char| c.is_ascii_alphabetic()) {
            // `17h30`
            Some(at) if word.get(at..at + 1) == Some("h") && word.len() > at + 1 => (word, ""),
            Some(at) => word.split_at(at),
            None => (word, ""),
        };
        if let Some(clock) = military(digits).filter(|_| own.is_empty()) {
            return Ok(Some(clock));
        }
        let is_split = digits.contains([':', '.', 'h']);
        let mut parts = digits.splitn(2, [':', '.', 'h']);
        let Some(hour) = two_digits(parts.next()) else {
            return Ok(None);
        };
        let minute = if is_split {
            two_digits(parts.next())
        } else {
            Some(0)
        };
        let (ending, words) = match self.peek(1) {
            next if own.is_empty() && is_ending(next) => (next, 2),
            _ => (own, 1),
        };
        // `15th`, `15min`: not a time at all.
        if !ending.is_empty() && !is_ending(ending) {
            return Ok(None);
        }
        let is_marked = is_split || !ending.is_empty();
        let ended = ended(hour, ending);
        let time = ended
            .zip(minute)
            .and_then(|((hour, half), minute)| Some((hm(hour, minute)?, half)));
        match time {
            Some((time, half)) => Ok(Some(Clock {
                time,
                words,
                is_plain: is_marked,
                half,
                is_padded: digits.starts_with('0'),
            })),
            None if is_marked => Err(RuleError::Time(self.joined(words).unwrap_or_default())),
            None => Ok(None),
        }
    }
}

fn two_digits(part: Option<&str>) -> Option<u32> {
    let part = part?;
    let is_number = part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
    part.parse().ok().filter(|_| is_number)
}

/// `0900`.
fn military(digits: &str) -> Option<Clock> {
    let is_number = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u32 = digits.parse().ok().filter(|_| is_number)?;
    Some(Clock {
        time: hm(number / 100, number % 100)?,
        words: 1,
        is_plain: false,
        half: Half::Settled,
        is_padded: true,
    })
}
