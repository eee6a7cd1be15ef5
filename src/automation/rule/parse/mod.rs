//! From what a person wrote to a rule. English in any order of its parts (`at 9 on weekdays`,
//! `every weekday at 9`), or a cron line. What is not understood is an error that says so:
//! nothing is guessed past, because a wrong rule runs at the wrong time.

mod clauses;
mod clock;
mod dates;
mod draft;
mod every;
mod limits;
mod monthly;
mod parts;
mod reader;
mod rhythm;

use super::{Rule, When, cron, zone};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use draft::Draft;
use reader::Reader;

/// When somebody asked, and in which zone they live: what `tomorrow at 8` is read by.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub at: DateTime<Utc>,
    pub zone: Tz,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("I don’t see how often this should run.")]
    Empty,
    #[error("I don’t know what “{0}” means in a time.")]
    Word(String),
    #[error("“{0}” is not a time of day.")]
    Time(String),
    #[error("An interval of {0} is nothing I can count.")]
    Interval(String),
    #[error("This says twice, and differently, {0}.")]
    Twice(&'static str),
    #[error("I can’t combine {0}.")]
    Together(&'static str),
    #[error("That moment has passed already.")]
    Past,
    #[error("No day is like that, so this would never run.")]
    Never,
    #[error("“{line}” is not a cron line that I can read: {why}.")]
    Cron { line: String, why: String },
}

impl RuleError {
    /// Two times that work, near to what was meant.
    pub fn examples(&self) -> [&'static str; 2] {
        match self {
            Self::Cron { .. } => ["0 9 * * MON-FRI", "30 17 * * FRI#L"],
            Self::Past => ["tomorrow at 8", "every weekday at 9"],
            Self::Interval(_) => ["every 15 minutes", "every 2 hours between 9 and 17"],
            Self::Time(_) => ["every weekday at 9:30", "every day at 5pm"],
            Self::Never | Self::Together(_) => [
                "on the last day of the month at 17:00",
                "every Monday and Thursday at 14:30",
            ],
            Self::Empty | Self::Word(_) | Self::Twice(_) => [
                "every weekday at 9",
                "on the last Friday of the month at 17:00",
            ],
        }
    }
}

pub fn parse(text: &str, asked: Asked) -> Result<Rule, RuleError> {
    let rule = match cron_line(text)? {
        Some((line, zone)) => Rule {
            when: When::Cron(line),
            zone: zone.unwrap_or(asked.zone),
        },
        None => english(text, asked)?,
    };
    match rule.next(asked.at) {
        Some(_) => Ok(rule),
        None if rule.is_once() => Err(RuleError::Past),
        None => Err(RuleError::Never),
    }
}

fn english(text: &str, asked: Asked) -> Result<Rule, RuleError> {
    let mut reader = Reader::new(text);
    let mut draft = Draft::default();
    while !reader.is_at_end() {
        let before = draft.measure();
        if !clauses::next(&mut reader, &mut draft, asked)? {
            return Err(RuleError::Word(reader.peek(0).to_owned()));
        }
        draft.note(before);
    }
    draft.finish(asked)
}

/// A cron line and its zone, where the text is or ends in one. Our own words for a rule from cron
/// end in the line behind the word `cron`.
fn cron_line(text: &str) -> Result<Option<(String, Option<Tz>)>, RuleError> {
    let text = text.replace(['`', '(', ')', '"', '“', '”'], " ");
    let text = text.trim();
    let lower = text.to_lowercase();
    let marked = lower.rfind("cron ").map(|at| at + "cron ".len());
    let line = marked.and_then(|at| text.get(at..)).unwrap_or(text);
    let fields: Vec<&str> = line.split_whitespace().collect();
    let length = match fields.first() {
        Some(first) if first.starts_with('@') => 1,
        _ if marked.is_some() || looks_like_cron(&fields) => 5,
        _ if fields.len() >= 5 && cron::read(&fields[..5].join(" ")).is_ok() => 5,
        _ => return Ok(None),
    };
    let (own, rest) = fields.split_at(length.min(fields.len()));
    let line = own.join(" ");
    let wrong = |why: &str| RuleError::Cron {
        line: line.clone(),
        why: why.to_owned(),
    };
    let named = rest.iter().filter(|word| !["in", "time"].contains(*word));
    let named = named.copied().collect::<Vec<_>>().join(" ");
    let zone = match named.as_str() {
        "" => None,
        named => Some(zone::by_name(named).ok_or_else(|| wrong("it has more than five fields"))?),
    };
    cron::read(&line).map_err(|error| wrong(error.to_string().trim_end_matches('.')))?;
    Ok(Some((line, zone)))
}

/// Minute and hour are numbers or stars, and something in the line is no English word.
fn looks_like_cron(fields: &[&str]) -> bool {
    let numeric = |field: &&str| {
        let is_known = |c: char| c.is_ascii_digit() || "*/,-?".contains(c);
        field.chars().all(is_known)
    };
    fields.len() >= 5
        && fields[..2].iter().all(numeric)
        && fields[2..5].iter().all(|field| {
            let is_known = |c: char| c.is_ascii_alphanumeric() || "*/,-?#+".contains(c);
            field.chars().all(is_known)
        })
        && fields[..5]
            .iter()
            .any(|field| field.contains(['*', '?', '/', '#']))
}
