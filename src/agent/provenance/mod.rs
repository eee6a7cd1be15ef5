//! What a model may send out to the web. It reads private rows and pages that strangers wrote,
//! and one of those pages may ask it to carry the others away. So an address is asked for only if
//! somebody else wrote it, letter for letter, and words for a search engine may not repeat what
//! only the company's data says.

use super::transcript::{Entry, Transcript};
use crate::models::Block;
use std::collections::HashSet;
use url::Url;

/// Tools whose results were written out on the web. Their addresses may be followed, and their
/// words are no secret.
const PUBLIC_TOOLS: [&str; 2] = ["fetch_url", "web_search"];
/// A person chose one of the options that the model gave, in full view.
const CHOICES: (&str, &str) = ("ask_person", " answered: ");

const LONGEST_ADDRESS: usize = 2_000;
/// Signs that may follow an address, such as those that end a bold sentence in brackets.
const MOST_PUNCTUATION: usize = 6;
/// So many words in a row are a quotation.
const QUOTATION: usize = 7;
/// Shorter numbers are years, counts and the like.
const TELLING_DIGITS: usize = 5;
const LONGEST_NUMBER: usize = 24;
/// Shorter mixtures of letters and digits are names, such as Q3 or G7.
const TELLING_CODE: usize = 8;

/// An address stands in what people wrote, or on a page that was found or read before.
pub fn is_from_others(transcript: &Transcript, wanted: &Url) -> bool {
    if !matches!(wanted.scheme(), "http" | "https") {
        return false;
    }
    let wanted = comparable(wanted);
    by_others(transcript).any(|text| addresses(text).any(|url| comparable(&url) == wanted))
}

/// The addresses that a text holds, read with and without the punctuation that follows them.
pub fn addresses(text: &str) -> impl Iterator<Item = Url> {
    text.match_indices("http").flat_map(|(at, _)| {
        let readings = readings(address_at(&text[at..]));
        readings.into_iter().filter_map(web_address)
    })
}

/// Empty where it is too long to be opened: a page could hold very many of those.
fn address_at(text: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"`|".contains(c);
    let mut letters = text.char_indices().take(LONGEST_ADDRESS);
    match letters.find(|(_, c)| ends(*c)) {
        Some((end, _)) => &text[..end],
        None if text.len() <= LONGEST_ADDRESS => text,
        None => "",
    }
}

/// `https://a.example/x).` may mean itself or `https://a.example/x`.
fn readings(whole: &str) -> Vec<&str> {
    let mut readings = vec![whole];
    let mut rest = whole;
    for _ in 0..MOST_PUNCTUATION {
        let Some(shorter) = rest.strip_suffix(|c: char| ".,;:!?'*_~)]}".contains(c)) else {
            break;
        };
        readings.push(shorter);
        rest = shorter;
    }
    if let Some((before, _)) = whole.split_once([')', ']', '}']) {
        readings.push(before);
    }
    readings
}

fn web_address(written: &str) -> Option<Url> {
    let lower = written.get(..8)?.to_ascii_lowercase();
    if !lower.starts_with("http://") && !lower.starts_with("https://") {
        return None;
    }
    Url::parse(written).ok()
}

/// Two spellings of one page: the fragment never leaves, and https may stand in for http.
fn comparable(url: &Url) -> String {
    let scheme = url.scheme().len() + "://".len();
    let end = &url[..url::Position::AfterQuery];
    end.get(scheme..).unwrap_or_default().to_owned()
}

/// What neither the model wrote nor came out of something that it composed: a query returns
/// whatever address it was told to build, and a note what was noted.
fn by_others(transcript: &Transcript) -> impl Iterator<Item = &str> {
    transcript.entries().flat_map(|entry| match entry {
        Entry::Input(input) => {
            let said = input.messages.iter().map(|said| said.text.as_str());
            said.chain(input.links.iter().map(String::as_str)).collect()
        }
        Entry::ToolResult(result) if !result.is_error => {
            let (choosing, mark) = CHOICES;
            if PUBLIC_TOOLS.contains(&result.name.as_str()) {
                vec![result.content.as_str()]
            } else if result.name == choosing {
                let chosen = result.content.split_once(mark);
                chosen.map(|(_, option)| option).into_iter().collect()
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    })
}

/// The part of a question for the web that only the company's data knows, if there is one.
pub fn private_part(transcript: &Transcript, question: &str) -> Option<String> {
    let public = Known::of(by_others(transcript));
    let private = Known::of(from_company(transcript));
    question
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .find(|word| private.tells(word) && !public.tells(word))
        .map(str::to_owned)
        .or_else(|| {
            let words: Vec<String> = words(question).collect();
            words
                .windows(QUOTATION)
                .map(|window| window.join(" "))
                .find(|quotation| private.quotes(quotation) && !public.quotes(quotation))
        })
}

/// Results of all other tools, refusals included, and the summary that stands for earlier ones.
fn from_company(transcript: &Transcript) -> impl Iterator<Item = &str> {
    transcript.entries().filter_map(|entry| match entry {
        Entry::ToolResult(result) if !PUBLIC_TOOLS.contains(&result.name.as_str()) => {
            Some(result.content.as_str())
        }
        Entry::Summary(summary) => Some(summary.text.as_str()),
        _ => None,
    })
}

/// Texts, prepared for being searched.
struct Known {
    words: String,
    codes: HashSet<String>,
    numbers: Vec<String>,
}

impl Known {
    fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut known = Self {
            words: " ".to_owned(),
            codes: HashSet::new(),
            numbers: Vec::new(),
        };
        for text in texts {
            for word in words(text) {
                known.words.push_str(&word);
                known.words.push(' ');
            }
            let ends = |c: char| c.is_whitespace() || "\"'<>()[]{},;|".contains(c);
            known.codes.extend(
                text.split(ends)
                    .map(|code| code.trim_matches(|c: char| !c.is_alphanumeric()))
                    .filter(|code| is_code(code))
                    .map(str::to_lowercase),
            );
            known.numbers.extend(numbers(text));
        }
        known
    }

    /// A word that says something by itself (a figure, a mail address, an id) and is in here.
    fn tells(&self, word: &str) -> bool {
        (is_code(word) && self.codes.contains(&word.to_lowercase()))
            || word
                .split(|c| !is_numeral(c))
                .filter_map(digits)
                .any(|number| {
                    let known = &self.numbers;
                    known.iter().any(|known| known.starts_with(&number))
                })
    }

    fn quotes(&self, quotation: &str) -> bool {
        self.words.contains(&format!(" {quotation} "))
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

fn is_code(word: &str) -> bool {
    let has = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
    word.contains('@')
        || (word.chars().count() >= TELLING_CODE
            && has(|c| c.is_ascii_digit())
            && has(|c| c.is_alphabetic()))
}

/// The digits of a number, however they are grouped, if they are many enough to tell something.
fn digits(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= TELLING_DIGITS).then_some(digits)
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || ".,'_\u{a0}\u{202f}".contains(c)
}

/// Everything in a text that may be a longer number. Between two digits a comma may group one
/// number or part two, so a run counts from each of its parts on.
fn numbers(text: &str) -> impl Iterator<Item = String> {
    text.split(|c| !is_numeral(c)).flat_map(|run| {
        let parts = run.char_indices().filter(|(at, c)| {
            c.is_ascii_digit() && !run[..*at].ends_with(|before: char| before.is_ascii_digit())
        });
        parts.filter_map(|(at, _)| {
            let start: String = run[at..].chars().take(LONGEST_NUMBER).collect();
            digits(&start)
        })
    })
}

/// How often a tool was called in a conversation since somebody last said something.
pub fn calls_since_input(transcript: &Transcript, tool: &str) -> usize {
    let mut calls = 0;
    for entry in transcript.entries() {
        match entry {
            Entry::Input(_) => calls = 0,
            Entry::Reply(reply) => {
                let is_call =
                    |block: &&Block| matches!(block, Block::ToolUse { name, .. } if name == tool);
                calls += reply.content.iter().filter(is_call).count();
            }
            _ => {}
        }
    }
    calls
}

#[cfg(test)]
mod tests;
