//! The addresses of the stand-in, and whose token opens them.

use super::mailbox::{Mail, Store, number};
use super::refusal::{Limit, Refusal};
use super::{Gmail, oauth, search};
use crate::playground::systems::keys::{Standing, bearer};
use crate::playground::systems::page;
use axum::extract::{Path, Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// That are added or removed with one update.
const MOST_LABELS: usize = 100;

type Answer = Result<Json<Value>, Refusal>;
type Asked = Query<Vec<(String, String)>>;

/// The address of the mailbox that the caller's token opens.
#[derive(Debug, Clone)]
struct Caller(String);

pub fn router(gmail: Gmail) -> Router {
    let me = "/gmail/v1/users/me";
    Router::new()
        .route(&format!("{me}/profile"), get(profile))
        .route(&format!("{me}/messages"), get(list))
        .route(&format!("{me}/messages/send"), post(send))
        .route(&format!("{me}/messages/{{id}}"), get(message))
        .route(&format!("{me}/messages/{{id}}/modify"), post(modify))
        .route(&format!("{me}/threads/{{id}}"), get(thread))
        .route(&format!("{me}/history"), get(history))
        .route(&format!("{me}/labels"), get(labels))
        .route(&format!("{me}/watch"), post(watch))
        .layer(middleware::from_fn_with_state(gmail.clone(), admit))
        .route("/o/oauth2/v2/auth", get(oauth::authorize))
        .route("/token", post(oauth::token))
        .route("/revoke", post(oauth::revoke))
        .fallback(async || Refusal::NotFound)
        .with_state(gmail)
}

async fn admit(State(gmail): State<Gmail>, mut request: Request, next: Next) -> Response {
    let standing =
        bearer(request.headers()).map(|token| gmail.world().grants.standing(token, gmail.now()));
    let Some(Standing::Good { owner }) = standing else {
        return Refusal::Unauthorized.into_response();
    };
    if gmail.world().is_exhausted() {
        let (status, reason) = (403, "userRateLimitExceeded");
        return Refusal::Limited(Limit { status, reason }).into_response();
    }
    request.extensions_mut().insert(Caller(owner));
    next.run(request).await
}

impl Gmail {
    fn look_at<T>(&self, caller: &Caller, look: impl FnOnce(&Store) -> T) -> Result<T, Refusal> {
        let world = self.world();
        let store = world.boxes.get(&caller.0);
        Ok(look(store.ok_or(Refusal::Unauthorized)?))
    }
}

async fn profile(State(gmail): State<Gmail>, Extension(caller): Extension<Caller>) -> Answer {
    let shown = gmail.look_at(&caller, |store| {
        json!({
            "emailAddress": store.address,
            "messagesTotal": store.mails.len(),
            "historyId": store.last_history.to_string(),
        })
    });
    shown.map(Json)
}

/// For seven days.
async fn watch(
    State(gmail): State<Gmail>,
    Extension(caller): Extension<Caller>,
    Json(asked): Json<Value>,
) -> Answer {
    let topic = asked["topicName"].as_str().map(str::to_owned);
    let topic = topic.ok_or_else(|| Refusal::invalid("Invalid topicName"))?;
    let shown = gmail.edit(|world, now| {
        let store = world.boxes.get_mut(&caller.0)?;
        store.watched_by = Some(topic);
        let until = now + TimeDelta::days(7);
        Some(json!({
            "historyId": store.last_history.to_string(),
            "expiration": until.timestamp_millis().to_string(),
        }))
    });
    shown.map(Json).ok_or(Refusal::Unauthorized)
}

async fn list(
    State(gmail): State<Gmail>,
    Extension(caller): Extension<Caller>,
    Query(asked): Asked,
) -> Answer {
    let limit = limit(&asked)?;
    let now = gmail.now();
    let query = value(&asked, "q").unwrap_or_default();
    let label = value(&asked, "labelIds");
    let token = value(&asked, "pageToken");
    let body = gmail.look_at(&caller, |store| {
        // Newest first; a page goes on behind the last mail of the one before.
        let last = token.map(|token| store.page_at(token)).transpose()?;
        let place = |mail: &Mail| [mail.at.timestamp_millis().unsigned_abs(), mail.id];
        let mut found: Vec<&Mail> = store.mails.values().collect();
        found.sort_by_key(|mail| std::cmp::Reverse(place(mail)));
        let found = found
            .into_iter()
            .filter(|mail| last.is_none_or(|last| place(mail) < last))
            .filter(|mail| label.is_none_or(|label| mail.labels.contains(label)))
            .filter(|mail| search::finds(store, mail, query, now));
        let (page, has_more) = page(found, limit);
        let mut body = json!({"resultSizeEstimate": page.len()});
        if !page.is_empty() {
            body["messages"] = page.iter().map(|mail| mail.reference()).collect();
        }
        if let (Some(last), true) = (page.last(), has_more) {
            body["nextPageToken"] = store.page_name(place(last)).into();
        }
        Ok::<_, Refusal>(body)
    })??;
    gmail.page_was_made("messages");
    Ok(Json(body))
}

async fn message(
    State(gmail): State<Gmail>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(asked): Asked,
) -> Answer {
    let format = value(&asked, "format").unwrap_or("full");
    let found = gmail.look_at(&caller, |store| Ok(store.find(&id)?.shown(format)))?;
    found.map(Json)
}

async fn thread(
    State(gmail): State<Gmail>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    let wanted = number(&id).ok_or(Refusal::NotFound)?;
    let mails: Vec<Value> = gmail.look_at(&caller, |store| {
        let mails = store.mails.values().filter(|mail| mail.thread == wanted);
        mails.map(|mail| mail.shown("full")).collect()
    })?;
    match mails.is_empty() {
        true => Err(Refusal::NotFound),
        false => Ok(Json(json!({"id": id, "messages": mails}))),
    }
}

async fn labels(State(gmail): State<Gmail>, Extension(caller): Extension<Caller>) -> Answer {
    let labels = gmail.look_at(&caller, |store| store.labels())?;
    Ok(Json(json!({"labels": labels})))
}

async fn history(
    State(gmail): State<Gmail>,
    Extension(caller): Extension<Caller>,
    Query(asked): Asked,
) -> Answer {
    let limit = limit(&asked)?;
    let since: u64 = value(&asked, "startHistoryId")
        .and_then(|since| since.parse().ok())
        .ok_or_else(|| Refusal::invalid("Missing startHistoryId"))?;
    let token = value(&asked, "pageToken");
    let body = gmail.look_at(&caller, |store| {
        if since < store.forgotten {
            return Err(Refusal::NotFound);
        }
        // A further page goes on with the list that the first one began.
        let [from, until] = match token {
            None => [since, store.last_history],
            Some(token) => store.page_at(token)?,
        };
        let events = store.events.iter();
        let events = events.filter(|event| event.id > from && event.id <= until);
        let (page, has_more) = page(events, limit);
        let mut body = json!({"historyId": store.last_history.to_string()});
        let records = page.iter().map(|event| {
            let mut change = json!({"message": event.message});
            if !event.labels.is_empty() {
                change["labelIds"] = json!(event.labels);
            }
            let mut record = Map::new();
            record.insert("id".to_owned(), event.id.to_string().into());
            record.insert(event.kind.to_owned(), json!([change]));
            Value::Object(record)
        });
        if !page.is_empty() {
            body["history"] = records.collect();
        }
        if let (Some(last), true) = (page.last(), has_more) {
            body["nextPageToken"] = store.page_name([last.id, until]).into();
        }
        Ok(body)
    })??;
    gmail.page_was_made("history");
    Ok(Json(body))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sending {
    raw: String,
    thread_id: Option<String>,
}

async fn send(
    State(gmail): State<Gmail>,
    Extension(caller): Extension<Caller>,
    Json(sending): Json<Sending>,
) -> Answer {
    let thread = sending.thread_id.as_deref();
    gmail.edit(|world, now| {
        let sent = world.of(&caller.0).send(&sending.raw, thread, now)?;
        for (address, store) in &mut world.boxes {
            let is_for = ["To", "Cc"]
                .iter()
                .any(|it| sent.header(it).contains(address));
            if is_for && *address != caller.0 {
                store.deliver(&sent);
            }
        }
        Ok(Json(sent.minimal()))
    })
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Modifying {
    add_label_ids: Vec<String>,
    remove_label_ids: Vec<String>,
}

async fn modify(
    State(gmail): State<Gmail>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Json(wanted): Json<Modifying>,
) -> Answer {
    let add: Vec<&str> = wanted.add_label_ids.iter().map(String::as_str).collect();
    let remove: Vec<&str> = wanted.remove_label_ids.iter().map(String::as_str).collect();
    match add.len().max(remove.len()) {
        0 => return Err(Refusal::invalid("No label add or removes specified")),
        1..=MOST_LABELS => {}
        _ => return Err(Refusal::invalid("Too many label IDs")),
    }
    gmail.edit(|world, _| {
        let store = world.of(&caller.0);
        let unknown = add
            .iter()
            .chain(&remove)
            .find(|label| !store.has_label(label));
        if let Some(label) = unknown {
            return Err(Refusal::invalid(format!("Invalid label: {label}")));
        }
        store.relabel(&id, &add, &remove);
        Ok(Json(store.find(&id)?.minimal()))
    })
}

fn value<'a>(asked: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = asked.iter().find(|(it, _)| it == name);
    found.map(|(_, value)| value.as_str())
}

fn limit(asked: &[(String, String)]) -> Result<usize, Refusal> {
    let limit = value(asked, "maxResults").map_or(Ok(100), str::parse);
    match limit {
        Ok(limit @ 1..=500) => Ok(limit),
        _ => Err(Refusal::invalid("Invalid maxResults")),
    }
}
