//! What somebody wants written in another system, where their words name everything that is
//! needed: an issue, a comment, a mail, a post.

use super::change::strip;
use super::words::Words;
use serde_json::{Value, json};

/// The team that gets an issue if none is named.
const USUAL_TEAM: &str = "Routes";
const POLITE: [&str; 3] = ["please ", "can you ", "could you "];

/// The input of `propose_write`.
pub fn read(words: &Words) -> Option<Value> {
    let text = words.plain();
    let polite = POLITE.iter().find_map(|opening| strip(&text, opening));
    let text = polite.unwrap_or(text);
    let (head, body) = text.split_once(": ")?;
    let (head, body) = (head.trim(), body.trim());
    if body.is_empty() {
        return None;
    }
    comment(head, body)
        .or_else(|| issue(head, body))
        .or_else(|| mail(head, body))
        .or_else(|| post(head, body))
}

/// `comment on ROUTE-103`, `comment on wayfold/planner#412`.
fn comment(head: &str, body: &str) -> Option<Value> {
    let on = begins(head, &["comment on ", "add a comment to ", "reply on "])?;
    let named = on.split(' ').next_back()?;
    if let Some((repository, number)) = named.split_once('#') {
        let is_number = number.parse::<u64>().is_ok() && repository.contains('/');
        let of_pull = ("comment_on_pull_request", "pull_request");
        let (operation, field) = match on.to_lowercase().starts_with("issue ") {
            true => ("comment_on_issue", "issue"),
            false => of_pull,
        };
        let arguments = json!({field: named, "body": body});
        return is_number.then(|| proposal("github", operation, &arguments));
    }
    let (team, number) = named.split_once('-')?;
    let is_key = !team.is_empty() && number.parse::<u64>().is_ok();
    let arguments = json!({"issue": named.to_uppercase(), "body": body});
    is_key.then(|| proposal("linear", "comment_on_issue", &arguments))
}

/// `create a Linear issue for Docks`, `open an issue in wayfold/planner`.
fn issue(head: &str, title: &str) -> Option<Value> {
    let what = begins(head, &["create ", "open ", "add ", "file ", "make "])?;
    let mut words = what.split(' ');
    let is_issue = words.any(|word| matches!(word.to_lowercase().as_str(), "issue" | "ticket"));
    if !is_issue {
        return None;
    }
    let rest: Vec<&str> = words.collect();
    if let Some(repository) = rest.iter().find(|word| word.contains('/')) {
        let arguments = json!({"repository": repository, "title": title});
        return Some(proposal("github", "create_issue", &arguments));
    }
    if what.to_lowercase().contains("github") {
        return None;
    }
    let team: Vec<&str> = rest
        .into_iter()
        .filter(|word| {
            let word = word.to_lowercase();
            !matches!(word.as_str(), "for" | "in" | "the" | "team" | "linear")
        })
        .collect();
    let team = match team.is_empty() {
        true => USUAL_TEAM.to_owned(),
        false => team.join(" "),
    };
    let arguments = json!({"team": team, "title": title});
    Some(proposal("linear", "create_issue", &arguments))
}

/// `send a mail to ann@acme.example about the offer`.
fn mail(head: &str, body: &str) -> Option<Value> {
    let openings = [
        "send a mail to ",
        "send an email to ",
        "send mail to ",
        "write a mail to ",
        "write an email to ",
        "draft a mail to ",
        "mail ",
        "write to ",
    ];
    let to = begins(head, &openings)?;
    let (to, about) = to.split_once(" about ").unwrap_or((&to, "your question"));
    let to: Vec<&str> = to
        .split([' ', ','])
        .filter(|word| word.contains('@'))
        .map(|word| word.trim_matches(['<', '>']))
        .collect();
    let subject = sentence(about);
    let arguments = json!({"to": to, "subject": subject, "body": sentence(body)});
    (!to.is_empty()).then(|| proposal("gmail", "send_mail", &arguments))
}

/// `post in #general`.
fn post(head: &str, body: &str) -> Option<Value> {
    let to = begins(
        head,
        &["post in ", "post to ", "post on ", "say in ", "tell "],
    )?;
    let channel = to.trim().strip_prefix('#')?;
    let arguments = json!({"channel": format!("#{channel}"), "text": sentence(body)});
    (!channel.contains(' ')).then(|| proposal("slack", "post_message", &arguments))
}

fn proposal(system: &str, operation: &str, arguments: &Value) -> Value {
    json!({"system": system, "operation": operation, "arguments": arguments})
}

fn begins(head: &str, openings: &[&str]) -> Option<String> {
    openings.iter().find_map(|opening| strip(head, opening))
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(text: &str) -> Option<(String, String, Value)> {
        let input = read(&Words::of(text))?;
        let text = |name: &str| input[name].as_str().unwrap().to_owned();
        let arguments = input["arguments"].clone();
        Some((text("system"), text("operation"), arguments))
    }

    #[test]
    fn what_shall_be_written_where_is_read_off_the_words() {
        for (text, system, operation, arguments) in [
            (
                "@Penny create a Linear issue for Docks: The gate stays shut",
                "linear",
                "create_issue",
                json!({"team": "Docks", "title": "The gate stays shut"}),
            ),
            (
                "open an issue in Linear: Map is blank",
                "linear",
                "create_issue",
                json!({"team": "Routes", "title": "Map is blank"}),
            ),
            (
                "please comment on route-103: seen it, too",
                "linear",
                "comment_on_issue",
                json!({"issue": "ROUTE-103", "body": "seen it, too"}),
            ),
            (
                "Open a GitHub issue in wayfold/planner: Build is red",
                "github",
                "create_issue",
                json!({"repository": "wayfold/planner", "title": "Build is red"}),
            ),
            (
                "comment on pull request wayfold/planner#412: looks good",
                "github",
                "comment_on_pull_request",
                json!({"pull_request": "wayfold/planner#412", "body": "looks good"}),
            ),
            (
                "comment on issue wayfold/planner#7: mine",
                "github",
                "comment_on_issue",
                json!({"issue": "wayfold/planner#7", "body": "mine"}),
            ),
            (
                "Send a mail to ann@acme.example about the offer: it comes tomorrow",
                "gmail",
                "send_mail",
                json!({"to": ["ann@acme.example"], "subject": "The offer", "body": "It comes tomorrow"}),
            ),
            (
                "post in #general: the office is closed on Friday",
                "slack",
                "post_message",
                json!({"channel": "#general", "text": "The office is closed on Friday"}),
            ),
        ] {
            let wanted = (system.to_owned(), operation.to_owned(), arguments);
            assert_eq!(understood(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_names_too_little_is_no_request_to_write() {
        for text in [
            "create an issue",
            "open a GitHub issue: where?",
            "comment on the weather: nice",
            "send a mail to Ann: hello",
            "post in general: hello",
            "tell me about Nordhavn: everything",
            "open issues by project",
        ] {
            assert_eq!(understood(text), None, "{text}");
        }
    }
}
