//! A stand-in for Nango's API, as Nango documents it.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use penny::base::secret::Secret;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::net::TcpListener;

pub const KEY: &str = "nango-secret-key-canary";

#[derive(Default)]
struct Kept {
    key: String,
    /// The session of the last invitation.
    session: Option<String>,
    /// The session that each connection came of.
    connections: BTreeMap<String, String>,
    made: usize,
    token: String,
    token_ends: Option<DateTime<Utc>>,
    is_away: bool,
    cannot_renew: bool,
    /// For each token that was asked for, whether a new one was asked for by force.
    asked: Vec<bool>,
}

#[derive(Clone)]
pub struct Nango {
    pub url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Nango {
    /// It hands out this token for every connection.
    pub async fn start(token: &Secret) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let kept = Kept {
            key: KEY.to_owned(),
            token: token.expose().to_owned(),
            ..Kept::default()
        };
        let nango = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            kept: Arc::new(Mutex::new(kept)),
        };
        let router = Router::new()
            .route("/connect/sessions", post(session))
            .route("/connections", get(list))
            .route("/connections/{name}", get(one).delete(forget))
            .with_state(nango.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        nango
    }

    pub fn is_invited(&self) -> bool {
        self.kept.lock().session.is_some()
    }

    /// Somebody follows the last link and agrees.
    pub fn says_yes(&self) {
        let mut kept = self.kept.lock();
        let session = kept.session.take().unwrap();
        kept.made += 1;
        let name = format!("e2a7d6c4-connection-{}", kept.made);
        kept.connections.insert(name, session);
    }

    pub fn connections(&self) -> Vec<String> {
        self.kept.lock().connections.keys().cloned().collect()
    }

    pub fn forgets_everything(&self) {
        self.kept.lock().connections.clear();
    }

    pub fn tokens_end(&self, at: DateTime<Utc>) {
        self.kept.lock().token_ends = Some(at);
    }

    pub fn is_away(&self, is_away: bool) {
        self.kept.lock().is_away = is_away;
    }

    pub fn cannot_renew(&self, cannot: bool) {
        self.kept.lock().cannot_renew = cannot;
    }

    pub fn has_another_key(&self) {
        self.kept.lock().key = "another key".to_owned();
    }

    /// How often a token was asked for, and how often by force.
    pub fn asked(&self) -> (usize, usize) {
        let asked = &self.kept.lock().asked;
        (asked.len(), asked.iter().filter(|it| **it).count())
    }

    fn turned_away(&self, headers: &HeaderMap) -> Option<Response> {
        let kept = self.kept.lock();
        let shown = format!("Bearer {}", kept.key);
        let status = match () {
            () if kept.is_away => StatusCode::SERVICE_UNAVAILABLE,
            () if headers["authorization"] != shown.as_str() => StatusCode::UNAUTHORIZED,
            () => return None,
        };
        Some(status.into_response())
    }
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({"error": {"code": code, "message": message}});
    (status, Json(body)).into_response()
}

async fn session(
    State(nango): State<Nango>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if let Some(turned_away) = nango.turned_away(&headers) {
        return turned_away;
    }
    let session = body["tags"]["end_user_id"].as_str().map(str::to_owned);
    let is_known = body["allowed_integrations"] == json!(["hubspot"]);
    if session.is_none() || !is_known || body.as_object().unwrap().len() != 2 {
        return refused(StatusCode::BAD_REQUEST, "invalid_body", "");
    }
    nango.kept.lock().session = session;
    let data = json!({"token": "nango_connect_session_1", "expires_at": "2030-01-01T00:00:00.000Z",
        "connect_link": "https://connect.nango.example/?session_token=nango_connect_session_1"});
    (StatusCode::CREATED, Json(json!({"data": data}))).into_response()
}

async fn list(
    State(nango): State<Nango>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    if let Some(turned_away) = nango.turned_away(&headers) {
        return turned_away;
    }
    let kept = nango.kept.lock();
    let wanted = asked.get("tags[end_user_id]");
    let found = kept
        .connections
        .iter()
        .filter(|it| wanted.is_none_or(|wanted| it.1 == wanted));
    let connections: Vec<Value> = found
        .map(|(name, session)| {
            json!({"id": 1, "connection_id": name, "provider": "hubspot",
                "provider_config_key": "hubspot", "created": "2026-01-01T00:00:00.000Z",
                "metadata": null, "errors": [], "end_user": null,
                "tags": {"end_user_id": session}})
        })
        .collect();
    Json(json!({"connections": connections})).into_response()
}

async fn one(
    State(nango): State<Nango>,
    Path(name): Path<String>,
    Query(asked): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Some(turned_away) = nango.turned_away(&headers) {
        return turned_away;
    }
    let mut kept = nango.kept.lock();
    if asked.get("provider_config_key").map(String::as_str) != Some("hubspot") {
        return refused(StatusCode::BAD_REQUEST, "unknown_provider_config", "");
    }
    if !kept.connections.contains_key(&name) {
        let said = "Failed to find connection";
        return refused(StatusCode::NOT_FOUND, "not_found", said);
    }
    let is_forced = asked.get("force_refresh").is_some_and(|it| it == "true");
    kept.asked.push(is_forced);
    if kept.cannot_renew {
        let said = "The external API returned an error when trying to refresh the access token. \
            Please try again later.";
        return refused(StatusCode::BAD_REQUEST, "invalid_credentials", said);
    }
    Json(
        json!({"id": 1, "connection_id": name, "provider_config_key": "hubspot",
        "provider": "hubspot", "errors": [], "metadata": null, "connection_config": {}, "tags": {},
        "credentials": {"type": "OAUTH2", "access_token": kept.token, "raw": {},
            "expires_at": kept.token_ends}}),
    )
    .into_response()
}

async fn forget(
    State(nango): State<Nango>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Some(turned_away) = nango.turned_away(&headers) {
        return turned_away;
    }
    let was_there = nango.kept.lock().connections.remove(&name).is_some();
    Json(json!({"success": was_there})).into_response()
}
