//! Live questions to the mailbox: searching it in Gmail's own words, and reading mails whole.

use super::rows::own_id;
use super::wire::{Listed, ME, Message, Thread};
use crate::connectors::field::{Arguments, Field, Kind};
use crate::connectors::operation::{LookError, Query};
use crate::net::json_api::{ApiError, JsonApi};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

const FOUND: i64 = 20;
const MOST_FOUND: i64 = 50;
const AT_ONCE: usize = 5;
/// Of one mail, and of each mail of a conversation.
const MAIL_CHARS: usize = 60_000;
const THREAD_CHARS: usize = 8_000;

pub static ALL: [Query; 3] = [
    Query {
        name: "search_mail",
        description: "Searches the whole mailbox as Gmail's own search does, such as \
            `from:ann@acme.example after:2026/01/31 has:attachment`, newest first. Returns ids, \
            from, to, subject, date and a snippet of each.",
        fields: &[
            Field::required("q", "Gmail search", Kind::Line),
            Field::optional("limit", "How many, at most 50", Kind::Count),
            Field::optional("page", "`more` of the search before", Kind::Line),
        ],
    },
    Query {
        name: "get_mail",
        description: "One mail, whole: all of its text, who it is from and to, its labels, and \
            the names of what is attached.",
        fields: &[Field::required("id", "Mail", Kind::Id)],
    },
    Query {
        name: "get_thread",
        description: "A conversation: its mails with their text, oldest first.",
        fields: &[Field::required("id", "Conversation (thread_key)", Kind::Id)],
    },
];

pub async fn answer(api: &JsonApi, query: &str, arguments: &Arguments) -> Result<Value, LookError> {
    let text = |name: &str| {
        arguments
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match query {
        "search_mail" => search(api, arguments).await,
        "get_mail" => {
            let mail = mail(api, text("id"), "full").await?;
            Ok(whole(&mail, MAIL_CHARS))
        }
        _ => thread(api, text("id")).await,
    }
}

/// A mail by its id; `format` is Gmail's word for how much of it.
pub async fn mail(api: &JsonApi, id: &str, format: &str) -> Result<Message, LookError> {
    let path = format!("{ME}/messages/{}", plain_id(id)?);
    match api.get(&path, &[("format", format)]).await {
        Err(ApiError::NotFound) => Err(unknown(id)),
        found => Ok(found?),
    }
}

async fn search(api: &JsonApi, arguments: &Arguments) -> Result<Value, LookError> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let limit = arguments.get("limit").and_then(Value::as_i64);
    let limit = limit.unwrap_or(FOUND).clamp(1, MOST_FOUND).to_string();
    let mut query = vec![
        ("q", text("q").unwrap_or_default()),
        ("maxResults", limit.as_str()),
    ];
    query.extend(text("page").map(|page| ("pageToken", page)));
    let listed: Listed = api.get(&format!("{ME}/messages"), &query).await?;
    let calls: Vec<_> = listed
        .messages
        .iter()
        .map(|it| mail(api, &it.id, "metadata"))
        .collect();
    let mails: Vec<_> = stream::iter(calls).buffered(AT_ONCE).try_collect().await?;
    let mails: Vec<Value> = mails.iter().map(shown).collect();
    Ok(json!({"mails": mails, "more": listed.next_page_token}))
}

async fn thread(api: &JsonApi, id: &str) -> Result<Value, LookError> {
    let path = format!("{ME}/threads/{}", plain_id(id)?);
    let thread: Thread = match api.get(&path, &[("format", "full")]).await {
        Err(ApiError::NotFound) => return Err(unknown(id)),
        found => found?,
    };
    let mails = thread.messages.iter().map(|mail| whole(mail, THREAD_CHARS));
    Ok(json!({"mails": mails.collect::<Vec<_>>()}))
}

fn shown(mail: &Message) -> Value {
    json!({
        "id": mail.id,
        "thread_key": mail.thread_id,
        "date": mail.at(),
        "from": mail.header("From"),
        "to": mail.header("To"),
        "cc": mail.header("Cc"),
        "subject": mail.header("Subject"),
        "labels": mail.label_ids,
        "snippet": mail.snippet,
    })
}

fn whole(mail: &Message, most: usize) -> Value {
    let mut shown = shown(mail);
    let text = mail.text();
    let left_out = text.chars().count().saturating_sub(most);
    let kept: String = text.chars().take(most).collect();
    shown["text"] = match left_out {
        0 => kept.into(),
        left_out => format!("{kept}\n[{left_out} more characters are left out]").into(),
    };
    let files = mail.attachments();
    let files = files
        .iter()
        .map(|file| json!({"name": file.name, "type": file.mime_type, "bytes": file.bytes}));
    shown["attachments"] = files.collect::<Vec<_>>().into();
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("snippet");
    }
    shown
}

/// Part of an address, so it is nothing but an id.
fn plain_id(id: &str) -> Result<&str, LookError> {
    let own = own_id(id);
    let is_id = !own.is_empty() && own.bytes().all(|it| it.is_ascii_alphanumeric());
    is_id.then_some(own).ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> LookError {
    let said = format!(
        "There is nothing with the id {id:?} in this mailbox. Take the id from source_id or from \
         search_mail."
    );
    LookError::problem("id", said)
}
