//! Letting an app in by consent, as GitHub does it: PKCE where an app shows a challenge, tokens
//! that do not end, and answers as a form unless JSON is asked for.

use super::GitHub;
use crate::base::secret::Secret;
use crate::playground::systems::keys::Code;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

const CLIENT_ID: &str = "Iv1.8a61f9b3a7aba766";
const CLIENT_SECRET: &str = "secret-of-the-github-app";
/// Whoever lets the app in does so for the whole company.
const COMPANY: &str = "";

impl GitHub {
    /// What an app is registered with.
    pub fn client(&self) -> (&'static str, Secret) {
        (CLIENT_ID, Secret::new(CLIENT_SECRET.to_owned()))
    }

    /// Whether an app is let in by consent.
    pub fn lets_apps_in(&self) -> bool {
        !self.world().grants.is_empty()
    }
}

pub fn router() -> Router<GitHub> {
    Router::new()
        .route("/login/oauth/authorize", get(authorize))
        .route("/login/oauth/access_token", post(token))
        .route("/applications/{client}/token", delete(revoke))
}

#[derive(Deserialize)]
struct Consent {
    client_id: String,
    redirect_uri: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    code_challenge: Option<String>,
}

/// The person always agrees.
async fn authorize(State(github): State<GitHub>, Query(consent): Query<Consent>) -> Response {
    let back = Url::parse(&consent.redirect_uri).ok();
    let Some(mut back) = back.filter(|_| consent.client_id == CLIENT_ID) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let code = Code {
        address: consent.redirect_uri,
        challenge: consent.code_challenge,
        scope: consent.scope,
        ..Code::default()
    };
    let code = github.edit(|world, _| world.grants.code("code-", code));
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &consent.state);
    Redirect::to(back.as_str()).into_response()
}

#[derive(Deserialize)]
struct TokenRequest {
    client_id: String,
    client_secret: String,
    code: String,
    redirect_uri: String,
    code_verifier: Option<String>,
}

/// GitHub says no with 200, too.
async fn token(
    State(github): State<GitHub>,
    headers: HeaderMap,
    Form(request): Form<TokenRequest>,
) -> Response {
    if request.client_id != CLIENT_ID || request.client_secret != CLIENT_SECRET {
        let body = json!({"error": "incorrect_client_credentials"});
        return answer(&headers, body);
    }
    let code = github.edit(|world, _| world.grants.take_code(&request.code));
    let shown = request
        .code_verifier
        .map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
    let is_it = |code: &Code| code.address == request.redirect_uri && code.challenge == shown;
    let Some(code) = code.filter(is_it) else {
        let said = "The code passed is incorrect or expired.";
        let body = json!({"error": "bad_verification_code", "error_description": said});
        return answer(&headers, body);
    };
    let access = github.edit(|world, now| {
        let ends = now + TimeDelta::days(36_500);
        world.grants.access("gho_", COMPANY, ends)
    });
    let scope = code.scope.replace(' ', ",");
    let body = json!({"access_token": access, "scope": scope, "token_type": "bearer"});
    answer(&headers, body)
}

fn answer(headers: &HeaderMap, body: Value) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
    if accepted.is_some_and(|it| it.contains("application/json")) {
        return Json(body).into_response();
    }
    let pairs = body.as_object().into_iter().flatten();
    let pairs = pairs.map(|(name, value)| (name, value.as_str().unwrap_or_default()));
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish().into_response()
}

#[derive(Deserialize)]
struct GivenBack {
    access_token: String,
}

async fn revoke(
    State(github): State<GitHub>,
    Path(client): Path<String>,
    headers: HeaderMap,
    Json(given): Json<GivenBack>,
) -> StatusCode {
    let shown = headers.get(header::AUTHORIZATION);
    let expected = STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let is_ours = shown.is_some_and(|it| *it == format!("Basic {expected}").as_str());
    if client != CLIENT_ID || !is_ours {
        return StatusCode::UNAUTHORIZED;
    }
    match github.edit(|world, _| world.grants.give_back(&given.access_token)) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
