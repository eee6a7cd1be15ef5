//! A question as words, and what can be read off them whatever it is about.

use super::intent::Period;

/// The name in `Harrow & Finch lately?`.
pub fn subject(text: &str) -> String {
    let mut name = text
        .trim()
        .trim_end_matches(['?', '!', '.', ' '])
        .to_owned();
    for ending in [
        " lately",
        " recently",
        " this week",
        " this month",
        " these days",
        " today",
        " account",
        " please",
    ] {
        if let Some(shorter) = name.strip_suffix(ending) {
            name = shorter.to_owned();
        }
    }
    let article = name
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("the "));
    if article { name.split_off(4) } else { name }
}

/// A text in lower case and as words, without what addresses Penny.
pub struct Words {
    text: String,
    lower: String,
    words: Vec<String>,
}

impl Words {
    pub fn of(text: &str) -> Self {
        let addressed = |word: &&str| {
            let bare = word.trim_matches([',', ':', '!']).to_lowercase();
            !(bare == "@penny" || bare.starts_with("<@"))
        };
        let text: Vec<&str> = text.split_whitespace().filter(addressed).collect();
        let text = text.join(" ");
        let text = text.strip_prefix("Penny, ").unwrap_or(&text).to_owned();
        // Same length in bytes, so that a place in one is the place in the other.
        let lower = text.to_ascii_lowercase();
        let words = lower
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        Self { text, lower, words }
    }

    /// The text as it was written, without what addresses Penny.
    pub fn plain(&self) -> String {
        self.text.clone()
    }

    pub fn count(&self) -> usize {
        self.words.len()
    }

    pub fn any(&self, choice: &str) -> bool {
        choice
            .split(' ')
            .any(|word| self.words.iter().any(|own| own == word))
    }

    pub fn has(&self, phrase: &str) -> bool {
        self.lower.contains(phrase)
    }

    pub fn after(&self, openings: &[&str]) -> Option<String> {
        let rest = |opening: &&str| self.lower.find(*opening).map(|at| at + opening.len());
        let at = openings.iter().find_map(rest)?;
        self.text
            .get(at..)
            .filter(|rest| !rest.trim().is_empty())
            .map(str::to_owned)
    }

    pub fn begins(&self, openings: &[&str]) -> Option<String> {
        let opening = openings
            .iter()
            .find(|opening| self.lower.starts_with(**opening))?;
        self.after(&[opening])
    }

    pub fn period(&self) -> Option<Period> {
        if self.has("next month") {
            Some(Period::NextMonth)
        } else if self.any("quarter") {
            Some(Period::Quarter)
        } else if self.any("week") {
            Some(Period::Week)
        } else if self.any("month") {
            Some(Period::Month)
        } else {
            None
        }
    }

    /// The number in `top 5`, `the five biggest`, `only 3`.
    pub fn top(&self) -> Option<u32> {
        const NUMBERS: [&str; 10] = [
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        ];
        self.words.iter().find_map(|word| {
            let spelt = NUMBERS.iter().position(|number| number == word);
            let number = word.parse().ok().or(spelt.map(|index| index as u32 + 1));
            number.filter(|number| (1..=50).contains(number))
        })
    }

    pub fn mine(&self) -> bool {
        self.any("my mine")
    }

    pub fn by_owner(&self) -> bool {
        self.has("by owner")
            || self.has("by person")
            || self.has("per owner")
            || self.has("per person")
            || self.has("by salesperson")
            || self.has("by rep")
            || self.has("per rep")
            || self.has("by colleague")
    }

    /// Only changes a question, without being one.
    pub fn narrows(&self) -> bool {
        self.count() <= 7
            && (self.period().is_some()
                || self.top().is_some()
                || self.mine()
                || self.by_owner()
                || self.any("priority priorities"))
    }

    /// The name in `and Harrow & Finch?` or `what about Nordhavn?`.
    pub fn next_subject(&self) -> Option<String> {
        self.begins(&[
            "and what about ",
            "what about ",
            "how about ",
            "and for ",
            "and ",
        ])
        .map(|name| subject(&name))
    }
}
