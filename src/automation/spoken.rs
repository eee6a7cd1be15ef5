//! A schedule in one sentence, `every weekday at 9 in #sales: what changed since yesterday`: when,
//! where and what, as somebody typed it in Slack.

use super::rule::{Asked, Rule, RuleError, parse};
use crate::base::ids::ChannelId;
use chrono::{DateTime, TimeDelta, Utc};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    pub rule: Rule,
    /// The time as it was written.
    pub said: String,
    pub place: Place,
    /// As Slack writes it.
    pub question: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Here,
    Channel(ChannelId),
    /// `to me`: a direct message.
    Direct,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error("There is no question behind the time.")]
    NoQuestion,
    #[error("That is more often than every five minutes.")]
    TooOften,
    /// Slack turns the names of channels that there are into links.
    #[error("I know no channel {0}; take one of those that Slack offers while you type its name.")]
    NoSuchChannel(String),
}

/// An answer takes a while and costs something, so none begins sooner after another.
const LEAST_APART: TimeDelta = TimeDelta::minutes(5);

/// A time by itself, as a window or the agent gives it.
pub fn when(text: &str, asked: Asked) -> Result<Rule, Unclear> {
    let rule = parse(text, asked)?;
    if is_too_often(&rule, asked.at) {
        return Err(Unclear::TooOften);
    }
    Ok(rule)
}

fn is_too_often(rule: &Rule, now: DateTime<Utc>) -> bool {
    let runs = rule.upcoming(now, 5);
    let mut apart = runs.windows(2).map(|pair| pair[1] - pair[0]);
    apart.any(|apart| apart < LEAST_APART)
}

pub fn read(typed: &str, asked: Asked) -> Result<Spoken, Unclear> {
    match split(typed) {
        Some((time, question)) => spoken(time, question, asked),
        None => without_colon(typed, asked),
    }
}

/// At the first colon that ends a word and stands in no link.
fn split(typed: &str) -> Option<(&str, &str)> {
    let mut in_link = false;
    let mut characters = typed.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '<' => in_link = true,
            '>' => in_link = false,
            ':' if !in_link
                && characters
                    .peek()
                    .is_none_or(|(_, next)| next.is_whitespace()) =>
            {
                return Some((&typed[..at], &typed[at + 1..]));
            }
            _ => {}
        }
    }
    None
}

fn spoken(time: &str, question: &str, asked: Asked) -> Result<Spoken, Unclear> {
    let (said, place) = place(time);
    if let Some(name) = said.split_whitespace().find(|word| word.starts_with('#')) {
        return Err(Unclear::NoSuchChannel(name.to_owned()));
    }
    let rule = when(&said, asked)?;
    let question = question.trim().to_owned();
    if question.is_empty() {
        return Err(Unclear::NoQuestion);
    }
    Ok(Spoken {
        rule,
        said,
        place,
        question,
    })
}

/// Words that lead on to another: no time ends with one.
const DANGLING: [&str; 8] = ["at", "on", "in", "of", "the", "every", "and", "to"];

/// The longest beginning that is a time; what follows it is the question.
fn without_colon(typed: &str, asked: Asked) -> Result<Spoken, Unclear> {
    let (whole, _) = place(typed);
    if when(&whole, asked).is_ok() {
        return Err(Unclear::NoQuestion);
    }
    let ends = typed
        .char_indices()
        .filter(|(_, it)| it.is_whitespace())
        .map(|(at, _)| at);
    let ends: Vec<usize> = ends.collect();
    let leads_on = |time: &str| {
        let last = time.split_whitespace().next_back().unwrap_or_default();
        DANGLING.contains(&last.to_lowercase().as_str())
    };
    // An hour that was not understood is no question.
    let is_time = |rest: &str| rest.split_whitespace().next() == Some("at");
    let splits = ends.iter().rev().map(|at| typed.split_at(*at));
    let mut beginnings = splits.filter(|(time, rest)| !leads_on(time) && !is_time(rest));
    let found = beginnings.find_map(|(time, question)| spoken(time, question, asked).ok());
    match found {
        Some(spoken) => Ok(spoken),
        None => {
            when(&whole, asked)?;
            Err(Unclear::NoQuestion)
        }
    }
}

/// The time without the place, and the place.
pub(super) fn place(time: &str) -> (String, Place) {
    let mut words: Vec<&str> = time.split_whitespace().collect();
    let link = words.iter().position(|word| word.starts_with("<#"));
    if let Some(at) = link
        && let Some(channel) = channel_of(words[at])
    {
        words.remove(at);
        remove_preposition(&mut words, at);
        return (words.join(" "), Place::Channel(channel));
    }
    for (phrase, place) in [
        (&["in", "a", "direct", "message"][..], Place::Direct),
        (&["to", "me"], Place::Direct),
        (&["here"], Place::Here),
    ] {
        let found = words.windows(phrase.len()).position(|some| some.eq(phrase));
        if let Some(at) = found {
            words.drain(at..at + phrase.len());
            return (words.join(" "), place);
        }
    }
    (words.join(" "), Place::Here)
}

/// `<#C123|sales>`
fn channel_of(link: &str) -> Option<ChannelId> {
    let inside = link.strip_prefix("<#")?.split_once('>')?.0;
    let id = inside.split('|').next()?;
    (!id.is_empty()).then(|| ChannelId::new(id))
}

fn remove_preposition(words: &mut Vec<&str>, before: usize) {
    let at = before.wrapping_sub(1);
    if words
        .get(at)
        .is_some_and(|word| ["in", "to", "into"].contains(word))
    {
        words.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn read_now(typed: &str) -> Result<Spoken, Unclear> {
        let asked = Asked {
            at: "2026-11-21T12:00:00Z".parse().unwrap(),
            zone: Tz::Europe__Berlin,
        };
        read(typed, asked)
    }

    #[test]
    fn a_sentence_falls_into_when_where_and_what() {
        let spoken =
            read_now("every weekday at 9:30 in <#C1|sales>: what changed: deals, owners?").unwrap();
        assert_eq!(
            spoken.rule.words(),
            "every weekday at 09:30 (Europe/Berlin)"
        );
        assert_eq!(spoken.said, "every weekday at 9:30");
        assert_eq!(spoken.place, Place::Channel(ChannelId::new("C1")));
        assert_eq!(spoken.question, "what changed: deals, owners?");
    }

    #[test]
    fn the_colon_may_be_left_out_where_it_is_plain() {
        let spoken = read_now("every Monday at 9 in <#C1> how is the pipeline").unwrap();
        assert_eq!(spoken.question, "how is the pipeline");
        assert_eq!(spoken.place, Place::Channel(ChannelId::new("C1")));
    }

    #[test]
    fn it_can_be_for_me_alone_or_for_here() {
        assert_eq!(
            read_now("daily at 8 to me: my day").unwrap().place,
            Place::Direct
        );
        assert_eq!(read_now("daily at 8: my day").unwrap().place, Place::Here);
        assert_eq!(
            read_now("daily at 8 here: my day").unwrap().place,
            Place::Here
        );
    }

    #[test]
    fn what_is_missing_or_too_much_is_said() {
        assert_eq!(read_now("every day at 9"), Err(Unclear::NoQuestion));
        assert_eq!(read_now("every day at 9: "), Err(Unclear::NoQuestion));
        assert!(read_now("every day at teatime who is late?").is_err());
        assert_eq!(read_now("every minute: hello"), Err(Unclear::TooOften));
        assert_eq!(
            read_now("every day at 9 in #salez: hello"),
            Err(Unclear::NoSuchChannel("#salez".to_owned()))
        );
        assert_eq!(
            read_now("every blue moon: hello"),
            Err(Unclear::Rule(RuleError::Word("blue".to_owned())))
        );
    }
}
