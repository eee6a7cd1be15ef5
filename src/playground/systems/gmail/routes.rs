//! The addresses of the stand-in, and the gate in front of them: what was called, the faults that
//! a test ordered, and whose token it is.

use super::mailbox::{Mail, Store, number};
use super::refusal::Refusal;
use super::{Call, Fault, Gmail, oauth, search};
use crate::playground::systems::faults::{broken, cut};
use axum::extract::{Path, Query, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

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
        .layer(middleware::from_fn_with_state(gmail.clone(), admit))
        .route("/o/oauth2/v2/auth", get(oauth::authorize))
        .route("/token", post(oauth::token))
        .fallback(async || Refusal::NotFound)
        .layer(middleware::from_fn_with_state(gmail.clone(), gate))
        .with_state(gmail)
}

async fn gate(State(gmail): State<Gmail>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let method = request.method().to_string();
    gmail.shared.calls.lock().push(Call {
        method: method.clone(),
        path: path.clone(),
        query: request.uri().query().unwrap_or_default().to_owned(),
    });
    match gmail.shared.faults.strike(&method, &path) {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Status(status)) => broken(status),
        Some(Fault::RateLimited { status, reason }) => {
            Refusal::RateLimited { status, reason }.into_response()
        }
        Some(Fault::Cut) => cut(next.run(request).await).await,
        None => next.run(request).await,
    }
}

async fn admit(State(gmail): State<Gmail>, mut request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION);
    let token = shown
        .and_then(|shown| shown.to_str().ok())
        .and_then(|shown| shown.strip_prefix("Bearer "));
    let now = gmail.now();
    let owner = token.and_then(|token| gmail.shared.world.lock().grants.owner(token, now));
    let Some(owner) = owner else {
        return Refusal::Unauthorized.into_response();
    };
    request.extensions_mut().insert(Caller(owner));
    next.run(request).await
}

impl Gmail {
    fn of<T>(&self, caller: &Caller, act: impl FnOnce(&mut Store) -> T) -> Result<T, Refusal> {
        let mut world = self.shared.world.lock();
        let store = world.boxes.get_mut(&caller.0);
        Ok(act(store.ok_or(Refusal::Unauthorized)?))
    }
}

async fn profile(State(gmail): State<Gmail>, Extension(caller): Extension<Caller>) -> Answer {
    let shown = gmail.of(&caller, |store| {
        json!({
            "emailAddress": store.address,
            "messagesTotal": store.mails.len(),
            "historyId": store.last_history.to_string(),
        })
    });
    shown.map(Json)
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
    let after = value(&asked, "pageToken").map(number);
    let body = gmail.of(&caller, |store| {
        // Newest first; a page goes on behind the last mail of the one before.
        let mut found: Vec<&Mail> = store.mails.values().collect();
        found.sort_by_key(|mail| std::cmp::Reverse((mail.at, mail.id)));
        let begin = after.flatten().and_then(|last| {
            let place = found.iter().position(|mail| mail.id == last)?;
            Some(place + 1)
        });
        let mut found = found
            .into_iter()
            .skip(begin.unwrap_or_default())
            .filter(|mail| label.is_none_or(|label| mail.labels.contains(label)))
            .filter(|mail| search::finds(store, mail, query, now));
        let page: Vec<&Mail> = found.by_ref().take(limit).collect();
        let mut body = json!({"resultSizeEstimate": page.len()});
        if !page.is_empty() {
            body["messages"] = page.iter().map(|mail| mail.reference()).collect();
        }
        if let (Some(last), Some(_)) = (page.last(), found.next()) {
            body["nextPageToken"] = last.reference()["id"].clone();
        }
        body
    })?;
    gmail.list_was_made();
    Ok(Json(body))
}

async fn message(
    State(gmail): State<Gmail>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(asked): Asked,
) -> Answer {
    let format = value(&asked, "format").unwrap_or("full");
    let found = gmail.of(&caller, |store| Ok(store.find(&id)?.shown(format)))?;
    found.map(Json)
}

async fn thread(
    State(gmail): State<Gmail>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    let wanted = number(&id).ok_or(Refusal::NotFound)?;
    let mails: Vec<Value> = gmail.of(&caller, |store| {
        let mails = store.mails.values().filter(|mail| mail.thread == wanted);
        mails.map(|mail| mail.shown("full")).collect()
    })?;
    match mails.is_empty() {
        true => Err(Refusal::NotFound),
        false => Ok(Json(json!({"id": id, "messages": mails}))),
    }
}

async fn labels(State(gmail): State<Gmail>, Extension(caller): Extension<Caller>) -> Answer {
    let labels = gmail.of(&caller, |store| store.labels())?;
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
    let after: Option<u64> = value(&asked, "pageToken").and_then(|it| it.parse().ok());
    let body = gmail.of(&caller, |store| {
        if since < store.forgotten {
            return Err(Refusal::NotFound);
        }
        let from = after.unwrap_or(since);
        let mut events = store.events.iter().filter(|event| event.id > from);
        let page: Vec<_> = events.by_ref().take(limit).collect();
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
        if let (Some(last), Some(_)) = (page.last(), events.next()) {
            body["nextPageToken"] = last.id.to_string().into();
        }
        Ok(body)
    })??;
    gmail.list_was_made();
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
    let now = gmail.now();
    let thread = sending.thread_id.as_deref();
    let sent = gmail.of(&caller, |store| store.send(&sending.raw, thread, now))??;
    let mut world = gmail.shared.world.lock();
    for (address, store) in &mut world.boxes {
        let is_for = ["To", "Cc"]
            .iter()
            .any(|it| sent.header(it).contains(address));
        if is_for && *address != caller.0 {
            store.deliver(&sent);
        }
    }
    Ok(Json(sent.minimal()))
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
    let done = gmail.of(&caller, |store| {
        let unknown = add
            .iter()
            .chain(&remove)
            .find(|label| !store.has_label(label));
        if let Some(label) = unknown {
            return Err(Refusal::invalid(format!("Invalid label: {label}")));
        }
        store.relabel(&id, &add, &remove);
        Ok(store.find(&id)?.minimal())
    })?;
    done.map(Json)
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
