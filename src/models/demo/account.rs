//! What happened with an account, told from its mails, meetings and deals.

use super::answers::compose;
use super::table::{As, Row, count, euros, markdown, sum, text};

/// The next meeting, and then what one should know of the account.
pub fn prepare(meeting: &[Row], tables: &[Vec<Row>]) -> String {
    let Some(next) = meeting.first() else {
        return String::new();
    };
    let headline = format!(
        "**{}, {}** ({}), with {}.",
        text(next, "starts"),
        text(next, "title"),
        text(next, "location"),
        text(next, "others")
    );
    compose(
        headline,
        account(&text(next, "account"), tables),
        String::new(),
    )
}

pub fn account(name: &str, tables: &[Vec<Row>]) -> String {
    let of = |index: usize| tables.get(index).map_or(&[] as &[Row], Vec::as_slice);
    let (activities, meetings, deals) = (of(0), of(1), of(2));
    if activities.is_empty() && meetings.is_empty() && deals.is_empty() {
        return unknown_account(name);
    }
    let open: Vec<Row> = deals
        .iter()
        .filter(|row| text(row, "status") == "open")
        .cloned()
        .collect();
    let headline = format!(
        "**{}: {} worth {}**, last contact on {}.",
        activities
            .first()
            .map_or_else(|| name.to_owned(), |row| text(row, "account")),
        count(open.len(), "open deal"),
        euros(sum(&open, "amount")),
        activities
            .first()
            .map_or_else(|| "–".to_owned(), |row| text(row, "day")),
    );
    let columns = [
        ("Deal", "deal", As::Text),
        ("Stage", "stage", As::Text),
        ("Amount", "amount", As::Euros),
        ("Owner", "owner", As::Text),
        ("Closes", "closes", As::Text),
    ];
    let mut lines = vec!["**Lately**".to_owned()];
    for row in activities.iter().take(5) {
        let words = first_words(&text(row, "words"));
        lines.push(format!(
            "- {} · {} · {}: {words}",
            text(row, "day"),
            text(row, "kind"),
            text(row, "who")
        ));
    }
    for row in meetings.iter().take(2) {
        let summary = first_words(&text(row, "summary"));
        lines.push(format!(
            "- {} · meeting · {}: {summary}",
            text(row, "day"),
            text(row, "title")
        ));
    }
    let next = open.first().map_or_else(String::new, |row| {
        format!(
            "Next step on {}: {}.",
            text(row, "deal"),
            text(row, "remark")
        )
    });
    let table = if deals.is_empty() {
        String::new()
    } else {
        markdown(deals, &columns)
    };
    compose(headline, format!("{}\n\n{table}", lines.join("\n")), next)
}

pub fn unknown_account(name: &str) -> String {
    format!(
        "I find no account called “{name}” that everybody here may see. Part of the name is enough, for example `what happened with Harrow?`."
    )
}

/// The text without greeting and signature, cut at a sentence.
fn first_words(words: &str) -> String {
    let paragraphs: Vec<&str> = words
        .split("\n\n")
        .filter(|part| !part.trim().is_empty())
        .collect();
    let body = match paragraphs.as_slice() {
        [_, body, ..] => body,
        [body] => body,
        [] => "",
    };
    let mut short = String::new();
    for sentence in body.split_inclusive(". ") {
        if short.len() + sentence.len() > 180 && !short.is_empty() {
            break;
        }
        short.push_str(sentence);
    }
    short.trim().replace('\n', " ")
}
