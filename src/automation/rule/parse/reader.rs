//! The words of a time one by one, and the small things they are made of: numbers,
//! weekdays, months.

use super::super::words::{MONTHS, WEEKDAYS};
use chrono::Weekday;

pub struct Reader {
    words: Vec<String>,
    at: usize,
}

const NUMBERS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [(&str, u32); 8] = [
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];
const ORDINALS: [&str; 20] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];

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

    /// The word before the next.
    pub fn behind(&self) -> &str {
        let at = self.at.checked_sub(1);
        at.and_then(|at| self.words.get(at))
            .map_or("", String::as_str)
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
    spelled(word)
}

/// `nine`, `thirty`, `forty-five`.
pub fn spelled(word: &str) -> Option<u32> {
    let below_twenty = |word: &str| NUMBERS.iter().position(|name| *name == word);
    if let Some(n) = below_twenty(word) {
        return Some(n as u32);
    }
    let (tens, ones) = word.split_once('-').unwrap_or((word, "zero"));
    let (_, tens) = TENS.iter().find(|(name, _)| *name == tens)?;
    let ones = below_twenty(ones).filter(|ones| *ones < 10)?;
    Some(tens + ones as u32)
}

/// `first`, `3rd`, `21st`, `thirtieth`.
pub fn ordinal(word: &str) -> Option<u32> {
    if let Some(at) = ORDINALS.iter().position(|name| *name == word) {
        return Some(at as u32 + 1);
    }
    if word == "thirtieth" {
        return Some(30);
    }
    if let Some((tens, ones)) = word.split_once('-') {
        let tens = spelled(tens).filter(|tens| tens % 10 == 0)?;
        return ordinal(ones).filter(|ones| *ones < 10).map(|n| tens + n);
    }
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| word.strip_suffix(end))?;
    digits.parse().ok().filter(|n| *n > 0)
}

/// `monday`, `mondays`, `mon`, `thurs`.
pub fn weekday(word: &str) -> Option<Weekday> {
    let word = if word == "weds" { "wed" } else { word };
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
