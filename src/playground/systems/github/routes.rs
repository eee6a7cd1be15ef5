//! The one way into the stand-in, and the bodies with which GitHub says no.

use super::{GitHub, oauth, reading, writing};
use crate::playground::systems::keys::{Standing, bearer};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::HashMap;

/// What a call asks, taken apart.
pub struct Asked {
    pub method: Method,
    /// The parts of the path, as they were before they were written as an address.
    pub path: Vec<String>,
    pub query: HashMap<String, String>,
    pub accept: String,
    pub body: Value,
    pub url: String,
}

/// What it answers: a status, a body, and where a list goes on.
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
    pub next: Option<String>,
    /// In place of the body.
    pub text: Option<String>,
}

impl From<Value> for Answer {
    fn from(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            next: None,
            text: None,
        }
    }
}

impl Answer {
    pub fn status(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            ..body.into()
        }
    }

    pub fn refused(status: StatusCode, message: &str) -> Self {
        Self::status(status, json!({"message": message, "documentation_url": ""}))
    }

    /// As GitHub answers for a repository that it has taken down, and lists all the same.
    pub fn blocked(status: u16) -> Self {
        let reason = json!({"reason": "dmca", "html_url": "https://github.com/github/dmca"});
        let body = json!({"message": "Repository access blocked", "block": reason});
        let status = StatusCode::from_u16(status);
        Self::status(status.unwrap_or(StatusCode::FORBIDDEN), body)
    }

    pub fn not_found() -> Self {
        Self::refused(StatusCode::NOT_FOUND, "Not Found")
    }
}

impl Asked {
    pub fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    pub fn wants(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A page of a list, by number.
    pub fn page(&self, items: Vec<Value>) -> Answer {
        let number = |name: &str, usual: usize| {
            let given = self.wants(name).and_then(|it| it.parse().ok());
            given.unwrap_or(usual).max(1)
        };
        let (page, size) = (number("page", 1), number("per_page", 30).min(100));
        let has_next = items.len() > page * size;
        let items: Vec<Value> = items
            .into_iter()
            .skip((page - 1) * size)
            .take(size)
            .collect();
        let next = has_next.then(|| {
            let mut query = self.query.clone();
            query.insert("page".to_owned(), (page + 1).to_string());
            let mut pairs = url::form_urlencoded::Serializer::new(String::new());
            format!("{}?{}", self.url, pairs.extend_pairs(query).finish())
        });
        Answer {
            next,
            ..Value::Array(items).into()
        }
    }
}

pub fn router(github: GitHub) -> Router {
    oauth::router().fallback(any).with_state(github)
}

async fn any(
    State(github): State<GitHub>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(refused) = turned_away(&github, &headers) {
        return shown(refused);
    }
    let asked = asked(&github, method, &uri, &headers, &body);
    let answer = match asked.method {
        Method::GET => {
            let answer = reading::answer(&github.world(), &asked);
            github.page_was_made(uri.path());
            answer
        }
        _ => github.edit(|world, now| writing::answer(world, &asked, now)),
    };
    shown(answer.unwrap_or_else(Answer::not_found))
}

fn asked(github: &GitHub, method: Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Asked {
    let decoded = |text: &str| {
        // As in a form, but for the plus sign.
        let text = text.replace('+', "%2B");
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs.map(|(name, _)| name.into_owned()).collect::<String>()
    };
    let query = uri.query().unwrap_or_default().as_bytes();
    let accept = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
    Asked {
        path: uri.path().split('/').skip(1).map(decoded).collect(),
        query: url::form_urlencoded::parse(query).into_owned().collect(),
        accept: accept.unwrap_or_default().to_owned(),
        body: serde_json::from_slice(body).unwrap_or_default(),
        url: format!("{}{}", github.url(), uri.path()),
        method,
    }
}

/// GitHub wants to know who calls, and in which version of its API.
fn turned_away(github: &GitHub, headers: &HeaderMap) -> Option<Answer> {
    let has = |name: &str| headers.contains_key(name);
    if !has("user-agent") {
        let said = "Request forbidden by administrative rules.";
        return Some(Answer::refused(StatusCode::FORBIDDEN, said));
    }
    if !has("x-github-api-version") {
        let said = "The stand-in wants a version of the API to be named.";
        return Some(Answer::refused(StatusCode::BAD_REQUEST, said));
    }
    let is_let_in = bearer(headers).is_some_and(|token| {
        let (now, world) = (github.now(), github.world());
        let standing = world.grants.standing(token, now);
        world.key.is(token) || matches!(standing, Standing::Good { .. })
    });
    (!is_let_in).then(|| Answer::refused(StatusCode::UNAUTHORIZED, "Bad credentials"))
}

/// 403 for too much at once, to be repeated at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Secondary;

impl IntoResponse for Secondary {
    fn into_response(self) -> Response {
        let said = "You have exceeded a secondary rate limit.";
        let mut refused = shown(Answer::refused(StatusCode::FORBIDDEN, said));
        refused.headers_mut().insert("retry-after", 0.into());
        refused
    }
}

fn shown(answer: Answer) -> Response {
    let mut response = match answer.text {
        Some(text) => (answer.status, text).into_response(),
        None if answer.status == StatusCode::NO_CONTENT => answer.status.into_response(),
        None => (answer.status, Json(answer.body)).into_response(),
    };
    let link = answer.next.map(|next| format!("<{next}>; rel=\"next\""));
    if let Some(link) = link.and_then(|link| link.parse().ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}
