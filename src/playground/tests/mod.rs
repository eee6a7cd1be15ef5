//! The stand-in from outside: over HTTP as Penny meets it, with a Penny that writes down what she
//! hears and answers as told.

mod deliveries;
mod interactions;
mod oauth;
mod page;
mod penny_client;
mod streams;
mod web_api;

use super::*;
use crate::base::clock::TestClock;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::watch;

/// One request that Penny got.
#[derive(Debug, Clone)]
struct Heard {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Heard {
    fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn form(&self) -> serde_json::Map<String, Value> {
        url::form_urlencoded::parse(&self.body)
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect()
    }

    fn payload(&self) -> Value {
        serde_json::from_str(self.form()["payload"].as_str().unwrap()).unwrap()
    }
}

/// Answers 200 unless told otherwise.
#[derive(Debug, Default)]
struct Ear {
    heard: Mutex<Vec<Heard>>,
    answers: Mutex<VecDeque<(StatusCode, String)>>,
    changed: watch::Sender<usize>,
}

impl Ear {
    fn will_answer(&self, status: u16, body: impl ToString) {
        let status = StatusCode::from_u16(status).unwrap();
        self.answers.lock().push_back((status, body.to_string()));
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().clone()
    }

    fn last(&self) -> Heard {
        self.heard().pop().expect("Penny heard nothing")
    }

    fn event_types(&self) -> Vec<String> {
        let events = self
            .heard()
            .into_iter()
            .filter(|heard| heard.path == "/slack/events");
        events
            .map(|heard| heard.event()["event"]["type"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn until_heard(&self, count: usize) {
        let mut changed = self.changed.subscribe();
        changed.wait_for(|heard| *heard >= count).await.unwrap();
    }
}

async fn listen(
    State(ear): State<Arc<Ear>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    ear.heard.lock().push(Heard {
        path: uri.path().to_owned(),
        headers,
        body,
    });
    ear.changed.send_modify(|heard| *heard += 1);
    let scripted = ear.answers.lock().pop_front();
    scripted
        .unwrap_or((StatusCode::OK, String::new()))
        .into_response()
}

/// A workspace with an attentive Penny.
struct Stage {
    slack: Slack,
    ear: Arc<Ear>,
    client: reqwest::Client,
}

impl Stage {
    async fn set(setup: Setup) -> Self {
        let slack = Slack::start(setup).await.unwrap();
        let ear = Arc::new(Ear::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        slack.point_at(&format!("http://{}", listener.local_addr().unwrap()));
        let router = Router::new().fallback(listen).with_state(ear.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            slack,
            ear,
            client: client(),
        }
    }

    async fn small() -> Self {
        Self::set(with_every_scope(Setup::small())).await
    }

    fn alice(&self) -> Human {
        self.slack.person("alice").unwrap()
    }

    fn token(&self) -> String {
        self.slack.bot_token().unwrap().expose().to_owned()
    }

    fn post(&self, method: &str) -> reqwest::RequestBuilder {
        self.client
            .post(format!("{}/{method}", self.slack.api_url()))
    }

    /// A call as Penny makes it, with JSON.
    async fn call(&self, method: &str, args: Value) -> Value {
        let response = self
            .post(method)
            .bearer_auth(self.token())
            .json(&args)
            .send()
            .await
            .unwrap();
        response.json().await.unwrap()
    }

    async fn error_of(&self, method: &str, args: Value) -> String {
        let answer = self.call(method, args).await;
        assert_eq!(answer["ok"], false, "{method} went through: {answer}");
        answer["error"].as_str().unwrap().to_owned()
    }
}

/// With an app that asks for more than Penny does: the stand-in knows more than she uses.
fn with_every_scope(setup: Setup) -> Setup {
    let more = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    setup.app(|app| {
        app.scopes.extend(more(&[
            "channels:join",
            "chat:write.customize",
            "reactions:read",
            "reactions:write",
        ]));
        app.events.extend(more(&[
            "app_context_changed",
            "file_shared",
            "reaction_added",
        ]));
    })
}

fn client() -> reqwest::Client {
    // No TLS is spoken here, yet the client insists on a provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

fn still() -> Arc<TestClock> {
    TestClock::at(chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap())
}

/// Two buttons in a message.
fn buttons() -> Value {
    json!([{"type": "actions", "block_id": "b", "elements": [
        {"type": "button", "action_id": "approve", "value": "42", "text": {"type": "plain_text", "text": "Approve"}},
        {"type": "button", "action_id": "reject", "value": "43", "text": {"type": "plain_text", "text": "Reject"}},
    ]}])
}
