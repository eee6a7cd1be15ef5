//! The words of a time one by one, and the small things they are made of: numbers, times of day,
//! weekdays, months.

use super::super::words::{MONTHS, WEEKDAYS};
use super::RuleError;
use chrono::{NaiveTime, Weekday};

pub struct Reader {
    words: Vec<String>,
    at: usize,
}

/// A time of day, and whether it can be nothing else: `9` alone may count days.
pub struct Clock {
    pub time: NaiveTime,
    pub words: usize,
    pub is_plain: bool,
}

const NUMBERS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];
const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

impl Reader {
    pub fn new(text: &str) -> Self {
        let text = text.to_lowercase();
        let text = text.replace("a.m.", "am").replace("p.m.", "pm");
        let text = text.replace(['`', '"', '“', '”', '(', ')'], " ");
        let text = text.replace([',', ';'], " , ").replace('&', " and ");
        let text = text.replace(['–', '—'], "-").replace('’', "'");
        let words = text.split_whitespace().map(|word| {
            let word = word.trim_end_matches(['.', '!']);
            word.trim_end_matches("'s").to_owned()
        });
        Self {
            words: words.filter(|word| !word.is_empty()).collect(),
            at: 0,
        }
    }

    pub fn is_at_end(&self) -> bool {
        self.at >= self.words.len()
    }

    /// The word so many places ahead; empty beyond the end.
    pub fn peek(&self, ahead: usize) -> &str {
        self.words.get(self.at + ahead).map_or("", String::as_str)
    }

    pub fn skip(&mut self, words: usize) {
        self.at += words;
    }

    /// Goes past the next word if it is one of these.
    pub fn take(&mut self, any: &[&str]) -> bool {
        let found = any.contains(&self.peek(0));
        if found {
            self.skip(1);
        }
        found
    }

    /// Goes past these words if they all come next.
    pub fn take_all(&mut self, words: &[&str]) -> bool {
        let found = words
            .iter()
            .enumerate()
            .all(|(ahead, word)| self.peek(ahead) == *word);
        if found {
            self.skip(words.len());
        }
        found
    }

    pub fn mark(&self) -> usize {
        self.at
    }

    pub fn back_to(&mut self, mark: usize) {
        self.at = mark;
    }

    /// What separates the parts of a list.
    pub fn take_separator(&mut self) -> bool {
        let comma = self.take(&[","]);
        self.take(&["and", "or"]) || comma
    }

    /// Several words joined, to be looked up as a name.
    pub fn joined(&self, words: usize) -> Option<String> {
        let words = self.words.get(self.at..self.at + words)?;
        Some(words.join(" "))
    }
}

pub fn number(word: &str) -> Option<u32> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    if ["a", "an"].contains(&word) {
        return Some(1);
    }
    NUMBERS
        .iter()
        .position(|name| *name == word)
        .map(|n| n as u32)
}

/// `first`, `3rd`, `21st`.
pub fn ordinal(word: &str) -> Option<u32> {
    if let Some(at) = ORDINALS.iter().position(|name| *name == word) {
        return Some(at as u32 + 1);
    }
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| word.strip_suffix(end))?;
    digits.parse().ok().filter(|n| *n > 0)
}

/// `monday`, `mondays`, `mon`, `thurs`.
pub fn weekday(word: &str) -> Option<Weekday> {
    let word = word
        .strip_suffix('s')
        .filter(|word| word.ends_with("day"))
        .unwrap_or(word);
    let at = name(word, &WEEKDAYS)?;
    Weekday::try_from(at as u8).ok()
}

/// `mondays`: a plural comes back every week.
pub fn is_plural_weekday(word: &str) -> bool {
    word.ends_with("days") && weekday(word).is_some()
}

/// From 1 for January.
pub fn month(word: &str) -> Option<u32> {
    name(word, &MONTHS).map(|at| at as u32 + 1)
}

/// The place of a name that is written out or shortened to three letters or more.
fn name(word: &str, names: &[&str]) -> Option<usize> {
    if word.len() < 3 {
        return None;
    }
    names
        .iter()
        .position(|name| name.to_lowercase().starts_with(word))
}

impl Reader {
    /// A time of day, if one comes next.
    pub fn clock(&self) -> Result<Option<Clock>, RuleError> {
        let word = self.peek(0);
        let named = match word {
            "noon" | "midday" => Some(12),
            "midnight" => Some(0),
            _ => None,
        };
        if let Some(hour) = named {
            return Ok(hm(hour, 0).map(|time| Clock {
                time,
                words: 1,
                is_plain: true,
            }));
        }
        if word == "half" && self.peek(1) == "past" {
            let hour = number(self.peek(2)).filter(|hour| *hour < 24);
            return Ok(hour.and_then(|hour| hm(hour, 30)).map(|time| Clock {
                time,
                words: 3,
                is_plain: true,
            }));
        }
        self.digital()
    }

    fn digital(&self) -> Result<Option<Clock>, RuleError> {
        let word = self.peek(0);
        let (digits, ending) = match word.find(|c: char| c.is_ascii_alphabetic()) {
            // `17h30`
            Some(at) if word.get(at..at + 1) == Some("h") && word.len() > at + 1 => (word, ""),
            Some(at) => word.split_at(at),
            None => (word, ""),
        };
        let is_split = digits.contains([':', '.', 'h']);
        let mut parts = digits.splitn(2, [':', '.', 'h']);
        let number = |part: Option<&str>| -> Option<u32> {
            let part = part?;
            let is_number =
                !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|_| is_number)
        };
        let Some(hour) = number(parts.next()) else {
            return Ok(None);
        };
        let minute = if is_split {
            number(parts.next())
        } else {
            Some(0)
        };
        let (ending, words) = match (ending, self.peek(1)) {
            ("", next @ ("am" | "pm" | "o'clock" | "oclock" | "h" | "uhr")) => (next, 2),
            (own, _) => (own, 1),
        };
        let (hour, is_marked) = match ending {
            "" => (Some(hour), is_split),
            "h" | "o'clock" | "oclock" | "uhr" => (Some(hour), true),
            "am" => (Some(hour % 12).filter(|_| (1..=12).contains(&hour)), true),
            "pm" => (
                Some(hour % 12 + 12).filter(|_| (1..=12).contains(&hour)),
                true,
            ),
            // `15th`, `15min`: not a time at all.
            _ => return Ok(None),
        };
        let time = hour.zip(minute).and_then(|(hour, minute)| hm(hour, minute));
        match time {
            Some(time) => Ok(Some(Clock {
                time,
                words,
                is_plain: is_marked,
            })),
            None if is_marked => Err(RuleError::Time(self.joined(words).unwrap_or_default())),
            None => Ok(None),
        }
    }
}

fn hm(hour: u32, minute: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, minute, 0)
}
