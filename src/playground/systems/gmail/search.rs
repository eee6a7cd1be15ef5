//! Gmail's search, as far as it is used here: words, phrases, and the operators that are known.

use super::mailbox::{Mail, Store};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// Whether a mail is found; what is in the bin or unwanted only by asking for it.
pub fn finds(store: &Store, mail: &Mail, query: &str, now: DateTime<Utc>) -> bool {
    let is_hidden = ["TRASH", "SPAM"].iter().any(|it| mail.labels.contains(*it));
    let asks_for_hidden = ["in:trash", "in:spam", "in:anywhere"]
        .iter()
        .any(|it| query.contains(it));
    (!is_hidden || asks_for_hidden)
        && terms(query)
            .iter()
            .all(|term| match term.strip_prefix('-') {
                Some(term) => !holds(store, mail, term, now),
                None => holds(store, mail, term, now),
            })
}

/// At the spaces, except within quotes.
fn terms(query: &str) -> Vec<String> {
    let mut terms = vec![String::new()];
    let mut is_quoted = false;
    for letter in query.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => terms.push(String::new()),
            letter => {
                if let Some(last) = terms.last_mut() {
                    last.push(letter);
                }
            }
        }
    }
    terms.retain(|term| !term.is_empty());
    terms
}

fn holds(store: &Store, mail: &Mail, term: &str, now: DateTime<Utc>) -> bool {
    let header = |name: &str, value: &str| {
        let there = mail.header(name).to_lowercase();
        there.contains(&value.to_lowercase())
    };
    let (operator, value) = term.split_once(':').unwrap_or(("", term));
    match operator {
        "after" => moment(value).is_some_and(|from| mail.at >= from),
        "before" => moment(value).is_some_and(|to| mail.at < to),
        "newer_than" => {
            let days = value.strip_suffix('d').and_then(|days| days.parse().ok());
            days.is_some_and(|days| mail.at >= now - TimeDelta::days(days))
        }
        "from" | "subject" => header(operator, value),
        "to" => header("To", value) || header("Cc", value),
        "has" => value == "attachment" && !mail.files.is_empty(),
        "rfc822msgid" => mail.header("Message-ID").trim_matches(['<', '>']) == value,
        "in" | "is" | "label" => is_labelled(store, mail, value),
        _ => header("Subject", value) || mail.text.to_lowercase().contains(&value.to_lowercase()),
    }
}

fn is_labelled(store: &Store, mail: &Mail, value: &str) -> bool {
    let id = match value {
        "anywhere" => return true,
        "chats" => return mail.labels.contains("CHAT"),
        "drafts" => "DRAFT".to_owned(),
        other => {
            let own = store.labels.iter();
            let own = own.filter(|(_, name)| name.eq_ignore_ascii_case(other));
            own.map(|(id, _)| id.clone())
                .next()
                .unwrap_or_else(|| other.to_uppercase())
        }
    };
    mail.labels.contains(&id)
}

/// A day, or seconds.
fn moment(value: &str) -> Option<DateTime<Utc>> {
    if let Ok(seconds) = value.parse() {
        return DateTime::from_timestamp(seconds, 0);
    }
    let day: NaiveDate = value.replace('/', "-").parse().ok()?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc())
}
