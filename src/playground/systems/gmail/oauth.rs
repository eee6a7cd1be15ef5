//! Letting an app in by consent, as Google does it: PKCE, a refresh token only for access that is
//! asked to last, access that ends after an hour.

use super::Gmail;
use crate::playground::systems::keys::{Code, Grants};
use axum::Json;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

pub const CLIENT_ID: &str = "407408718192.apps.googleusercontent.com";
pub const CLIENT_SECRET: &str = "GOCSPX-of-the-stand-in";
const ACCESS: TimeDelta = TimeDelta::hours(1);

/// Access to a mailbox, good for an hour.
pub fn access(grants: &mut Grants, mailbox: &str, now: DateTime<Utc>) -> String {
    grants.access("ya29.", mailbox, now + ACCESS)
}

#[derive(Deserialize)]
pub struct Consent {
    client_id: String,
    redirect_uri: String,
    scope: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    access_type: String,
    #[serde(default)]
    prompt: String,
    code_challenge: Option<String>,
    /// Whose mailbox; without it, the first one.
    login_hint: Option<String>,
}

/// The person always agrees.
pub async fn authorize(State(gmail): State<Gmail>, Query(consent): Query<Consent>) -> Response {
    let Ok(mut back) = Url::parse(&consent.redirect_uri) else {
        return refused("redirect_uri_mismatch");
    };
    if consent.client_id != CLIENT_ID {
        return refused("invalid_client");
    }
    let mut world = gmail.world();
    let hinted = consent.login_hint.filter(|it| world.boxes.contains_key(it));
    let Some(mailbox) = hinted.or_else(|| world.boxes.keys().next().cloned()) else {
        return refused("access_denied");
    };
    let granted = Code {
        owner: mailbox,
        address: consent.redirect_uri,
        challenge: consent.code_challenge,
        scope: consent.scope,
        // Google gives a token that lasts only on these two conditions.
        lasts: consent.access_type == "offline" && consent.prompt == "consent",
    };
    let code = world.grants.code("4/0A", granted);
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &consent.state);
    Redirect::to(back.as_str()).into_response()
}

#[derive(Deserialize)]
pub struct TokenRequest {
    grant_type: String,
    client_id: String,
    client_secret: String,
    redirect_uri: Option<String>,
    code: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
}

pub async fn token(State(gmail): State<Gmail>, Form(request): Form<TokenRequest>) -> Response {
    if request.client_id != CLIENT_ID || request.client_secret != CLIENT_SECRET {
        return refused("invalid_client");
    }
    let now = gmail.now();
    let grants = &mut gmail.world().grants;
    if request.grant_type == "refresh_token" {
        let refresh = request.refresh_token.unwrap_or_default();
        let Some(mailbox) = grants.refreshes(&refresh) else {
            return refused("invalid_grant");
        };
        // Google does not give a new one with it.
        let access = access(grants, &mailbox, now);
        return Json(json!({
            "access_token": access, "expires_in": ACCESS.num_seconds(), "token_type": "Bearer",
        }))
        .into_response();
    }
    let code = grants.take_code(&request.code.unwrap_or_default());
    let Some(code) = code.filter(|it| request.redirect_uri.as_ref() == Some(&it.address)) else {
        return refused("invalid_grant");
    };
    let shown = request
        .code_verifier
        .map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
    if code.challenge != shown {
        return refused("invalid_grant");
    }
    let mut body = json!({
        "access_token": access(grants, &code.owner, now),
        "expires_in": ACCESS.num_seconds(),
        "token_type": "Bearer",
        "scope": code.scope,
    });
    if code.lasts {
        body["refresh_token"] = grants.refresh("1//0", &code.owner).into();
    }
    Json(body).into_response()
}

#[derive(Deserialize)]
pub struct GivenBack {
    token: String,
}

pub async fn revoke(State(gmail): State<Gmail>, Form(given): Form<GivenBack>) -> Response {
    match gmail.edit(|world, _| world.grants.give_back(&given.token)) {
        true => StatusCode::OK.into_response(),
        false => refused("invalid_token"),
    }
}

fn refused(error: &str) -> Response {
    let body = json!({"error": error, "error_description": "Bad Request"});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
