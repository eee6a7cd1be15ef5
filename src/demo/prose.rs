//! Turns a phrase with slots into a sentence about one deal.

use super::random::Random;
use super::selling::Story;
use super::words::{self, column};

const DAYS: [&str; 8] = [
    "Monday",
    "Tuesday",
    "Wednesday morning",
    "Thursday",
    "Friday at ten",
    "next Tuesday",
    "Thursday after lunch",
    "the first of the month",
];
const RIVALS: [&str; 4] = ["Routivo", "PlanPilot", "the freight exchange", "TourDeck"];

/// Fills the slots of phrases with the facts of one deal; what is not a fact is thrown anew.
pub struct Prose<'a> {
    story: &'a Story,
    pub account: &'a str,
    amount: String,
}

impl<'a> Prose<'a> {
    pub fn new(story: &'a Story, account: &'a str, amount: String) -> Self {
        Self {
            story,
            account,
            amount,
        }
    }

    /// One of the phrases of a kind, filled.
    pub fn say(&self, kind: &str, dice: &mut Random) -> String {
        self.fill(pick_phrase(kind, dice), dice)
    }

    pub fn fill(&self, phrase: &str, dice: &mut Random) -> String {
        let mut text = String::with_capacity(phrase.len() * 2);
        let mut rest = phrase;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, remaining) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(&self.slot(slot, dice));
            rest = remaining;
        }
        text.push_str(rest);
        text
    }

    fn slot(&self, name: &str, dice: &mut Random) -> String {
        if let Some(name) = name.strip_suffix("_cap") {
            return capitalised(&self.slot(name, dice));
        }
        let topic = |index| column(self.story.topic, index).to_owned();
        let place = |index| column(&words::ACCOUNTS[self.story.account], index).to_owned();
        match name {
            "contact" => first_name(&self.story.contact.name).to_owned(),
            "me" => self.story.owner.first_name().to_owned(),
            "account" => self.account.to_owned(),
            "product" => topic(1),
            "pain" => topic(2),
            "proof" => topic(3),
            "block" => topic(4),
            "next" => topic(5),
            "amount" => self.amount.clone(),
            "city" => place(3),
            "vans" => place(7),
            "depots" => place(8),
            "day" => dice.word(&DAYS).to_owned(),
            "rival" => dice.word(&RIVALS).to_owned(),
            "minutes" => dice.between(6, 48).to_string(),
            _ => String::new(),
        }
    }
}

fn pick_phrase(kind: &str, dice: &mut Random) -> &'static str {
    let of_kind: Vec<&str> = words::PHRASES
        .iter()
        .chain(words::DIALOGUE.iter())
        .filter(|row| column(row, 0) == kind)
        .map(|row| column(row, 1))
        .collect();
    dice.word(&of_kind)
}

pub fn first_name(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}

/// `€84,500`.
pub fn euros(units: i64) -> String {
    let digits = units.to_string();
    let mut text = String::from("€");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
