//! A mail as a row of the company's activities, which nobody but the mailbox's owner sees.

use super::wire::{Message, addresses};
use crate::base::ids::PersonId;
use crate::connectors::Ids;
use crate::store::company::{Activity, Origin, Visibility};
use chrono::{DateTime, Utc};
use serde_json::json;

/// Of a longer mail the row has the beginning; `get_mail` has all of it.
const BODY_CHARS: usize = 20_000;
/// Headers that are kept as they came.
const KEPT_HEADERS: [&str; 8] = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Date",
    "Subject",
    "Message-ID",
    "List-Id",
];

/// Whose mail it is, and in which reading of the whole mailbox it was found.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub ids: Ids,
    pub owner: PersonId,
    pub account: &'a str,
    /// None where it came as a change.
    pub listing: Option<&'a str>,
    pub now: DateTime<Utc>,
}

/// Gmail numbers each mailbox by itself.
pub fn source_id(owner: PersonId, id: &str) -> String {
    format!("{owner}/{id}")
}

/// Gmail's own id, from a row's or as it is.
pub fn own_id(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(_, id)| id)
}

/// Where its owner sees it; in whichever of their mailboxes they are, if the account is not known.
pub fn link(account: Option<&str>, id: &str) -> String {
    let which = account.map(|account| format!("?authuser={account}"));
    let which = which.unwrap_or_default();
    format!("https://mail.google.com/mail/{which}#all/{id}")
}

pub fn activity(place: &Place<'_>, mail: &Message) -> Activity {
    let source_id = source_id(place.owner, &mail.id);
    let at = mail.at().unwrap_or(place.now);
    let text = |text: &str| Some(clean(text)).filter(|text| !text.is_empty());
    let sender = mail.header("From").map(addresses).unwrap_or_default();
    Activity {
        activity_id: place.ids.of("activities", &source_id),
        kind: "mail",
        direction: Some(match mail.has_label("SENT") {
            true => "outbound",
            false => "inbound",
        }),
        subject: mail.header("Subject").and_then(text),
        body: text(&mail.text()),
        occurred_at: at,
        duration_minutes: None,
        due_at: None,
        completed_at: None,
        thread_key: Some(mail.thread_id.clone()),
        from_address: sender.into_iter().next().map(|it| clean(&it)),
        to_addresses: Some(recipients(mail)),
        account_id: None,
        contact_id: None,
        deal_id: None,
        origin: Origin {
            visibility: Visibility::Person,
            owner_id: Some(place.owner),
            channel_id: None,
            shareable: false,
            source: place.ids.source,
            source_id,
            source_url: Some(link(Some(place.account), &mail.id)),
            raw: Some(raw(place, mail)),
            created_at: at,
            updated_at: at,
        },
    }
}

fn recipients(mail: &Message) -> Vec<String> {
    let headers = ["To", "Cc"]
        .into_iter()
        .filter_map(|name| mail.header(name));
    headers
        .flat_map(addresses)
        .map(|address| clean(&address))
        .collect()
}

/// The mail without its content, which the row has.
fn raw(place: &Place<'_>, mail: &Message) -> serde_json::Value {
    let headers: serde_json::Map<_, _> = KEPT_HEADERS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), clean(mail.header(name)?).into())))
        .collect();
    json!({
        "labelIds": mail.label_ids,
        "snippet": clean(&mail.snippet),
        "headers": headers,
        "listing": place.listing,
    })
}

/// As Postgres can keep it.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|letter| *letter != '\0')
        .take(BODY_CHARS)
        .collect()
}
