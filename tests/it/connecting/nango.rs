//! Nango in place of consent and tokens of our own, against a stand-in for its API.

use super::browser::private_link;
use super::desk::Desk;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use parking_lot::Mutex;
use penny::base::secret::Secret;
use penny::net::json_api::ApiError;
use penny::playground::systems::hubspot::HubSpot;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::net::TcpListener;

const KEY: &str = "nango-secret-key-canary";
const NAME: &str = "e2a7d6c4-connection";

/// What it keeps: one session, and the connection that comes of it.
#[derive(Default)]
struct Kept {
    session: Option<String>,
    /// Once somebody has said yes.
    is_connected: bool,
    token: String,
    /// What a forced renewal brings.
    next: Option<String>,
    asked: Vec<String>,
}

#[derive(Clone)]
struct Nango {
    url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Nango {
    async fn start(token: &Secret) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let kept = Kept {
            token: token.expose().to_owned(),
            ..Kept::default()
        };
        let nango = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            kept: Arc::new(Mutex::new(kept)),
        };
        let router = Router::new()
            .route("/connect/sessions", post(session))
            .route("/connection", get(list))
            .route("/connection/{name}", get(one).delete(forget))
            .with_state(nango.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        nango
    }

    /// How often a token was asked for, and how often by force.
    fn asked(&self) -> (usize, usize) {
        let kept = self.kept.lock();
        let forced = kept.asked.iter().filter(|it| *it == "true").count();
        (kept.asked.len(), forced)
    }
}

fn is_penny(headers: &HeaderMap) -> bool {
    headers["authorization"] == format!("Bearer {KEY}").as_str()
}

async fn session(
    State(nango): State<Nango>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if !is_penny(&headers) || body["allowed_integrations"] != json!(["hubspot"]) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let session = body["end_user"]["id"].as_str().unwrap().to_owned();
    nango.kept.lock().session = Some(session);
    let data = json!({"token": "nango_connect_session_1", "expires_at": "2030-01-01T00:00:00.000Z",
        "connect_link": "https://connect.nango.example/?session_token=nango_connect_session_1"});
    (StatusCode::CREATED, Json(json!({"data": data}))).into_response()
}

async fn list(
    State(nango): State<Nango>,
    Query(asked): Query<HashMap<String, String>>,
) -> Json<Value> {
    let kept = nango.kept.lock();
    let is_it = kept.is_connected && asked.get("endUserId") == kept.session.as_ref();
    let connection = json!({"id": 1, "connection_id": NAME, "provider": "hubspot",
        "provider_config_key": "hubspot", "created": "2026-01-01T00:00:00.000Z", "metadata": null,
        "errors": [], "end_user": {"id": kept.session}, "tags": {"end_user_id": kept.session}});
    let connections: Vec<Value> = is_it.then_some(connection).into_iter().collect();
    Json(json!({"connections": connections}))
}

async fn one(
    State(nango): State<Nango>,
    Path(name): Path<String>,
    Query(asked): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let mut kept = nango.kept.lock();
    if !is_penny(&headers) || name != NAME || !kept.is_connected {
        return StatusCode::NOT_FOUND.into_response();
    }
    let forced = asked.get("force_refresh").cloned().unwrap_or_default();
    if forced == "true"
        && let Some(next) = kept.next.take()
    {
        kept.token = next;
    }
    kept.asked.push(forced);
    Json(
        json!({"id": 1, "connection_id": NAME, "provider_config_key": "hubspot",
        "provider": "hubspot", "errors": [], "metadata": null, "connection_config": {},
        "credentials": {"type": "OAUTH2", "access_token": kept.token, "raw": {},
            "expires_at": "2030-01-01T00:00:00.000Z"}}),
    )
    .into_response()
}

async fn forget(State(nango): State<Nango>) -> Json<Value> {
    nango.kept.lock().is_connected = false;
    Json(json!({"success": true}))
}

/// Maya has connected HubSpot at Nango.
async fn connected() -> (Desk, Nango) {
    let hubspot = HubSpot::start().await.unwrap();
    let nango = Nango::start(&hubspot.token()).await;
    let url = nango.url.clone();
    let desk = Desk::beside(hubspot, |app| {
        app.setting("NANGO_SECRET_KEY", KEY)
            .setting("NANGO_URL", url)
    })
    .await;
    desk.types(&desk.maya, "/penny connect hubspot").await;
    let link = private_link(&desk.app, &desk.maya).await;
    assert!(link.starts_with("https://connect.nango.example/"), "{link}");
    let none = "select from core.connections where credentials is not null";
    assert_eq!(desk.app.count(none).await, 0);
    nango.kept.lock().is_connected = true;
    let now = "update core.jobs set run_at = now() where kind = 'await_nango'";
    desk.app.execute(now).await;
    desk.is_written(&desk.maya, "*HubSpot* is read").await;
    desk.app.settles().await;
    (desk, nango)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_yes_at_nango_has_connected_the_system_and_nothing_of_it_is_kept_here() {
    let (desk, nango) = connected().await;
    let auth = "select auth from core.connections where credentials is not null";
    assert_eq!(desk.app.texts(auth).await, ["nango"]);
    for part in [NAME, KEY, desk.hubspot.token().expose()] {
        assert_eq!(desk.tables_with(part).await, [""; 0], "{part}");
    }
    let (before, _) = nango.asked();
    for _ in 0..3 {
        desk.asks().await.unwrap();
    }
    assert_eq!(nango.asked(), (before, 0), "it is known for a while");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_renewed_at_nango_once_and_then_the_owner_is_told() {
    let (desk, nango) = connected().await;
    let old = desk.hubspot.token();
    nango.kept.lock().next = Some(old.expose().to_owned());
    nango.kept.lock().token = "pat-outdated".to_owned();
    desk.hubspot.revoke_token();
    assert_eq!(desk.asks().await, Err(ApiError::Unauthorized));
    assert_eq!(nango.asked().1, 1);
    desk.maya_is_told_once().await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_given_up_is_forgotten_at_nango_as_well() {
    let (desk, nango) = connected().await;
    let told = desk.disconnects_hubspot().await;
    assert!(!told.contains("void"), "{told}");
    assert!(!nango.kept.lock().is_connected);
    desk.app.stop().await;
}
