//! Letting an app in by consent: a code that is good once and for one address, access that ends
//! after half an hour, and refreshing it. HubSpot offers no PKCE.

use super::HubSpot;
use crate::base::secret::Secret;
use crate::playground::systems::keys::{Code, Grants};
use axum::Json;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

pub const CLIENT_ID: &str = "7fff1e36-2d40-4ae1-bbb1-5266d59564fb";
const CLIENT_SECRET: &str = "secret-of-the-app";
const ACCESS: TimeDelta = TimeDelta::minutes(30);

/// The company, which alone lets an app in.
pub const COMPANY: &str = "";

/// What is handed out: access for half an hour or so, and what gets more of it.
fn tokens(grants: &mut Grants, refresh: String, now: DateTime<Utc>) -> Value {
    let lasts = grants.lasts.unwrap_or(ACCESS);
    json!({
        "token_type": "bearer",
        "access_token": grants.access("access-", COMPANY, now + lasts),
        "refresh_token": refresh,
        "expires_in": lasts.num_seconds(),
    })
}

impl HubSpot {
    /// What an app is registered with.
    pub fn client(&self) -> (&'static str, Secret) {
        (CLIENT_ID, Secret::new(CLIENT_SECRET.to_owned()))
    }

    /// Whether an app is let in by consent.
    pub fn lets_apps_in(&self) -> bool {
        !self.world().grants.is_empty()
    }

    /// From now on access lasts so long.
    pub fn access_lasts(&self, lasts: TimeDelta) {
        self.edit(|world, _| world.grants.lasts = Some(lasts));
    }

    /// Ends the access that was given so far, as half an hour would.
    pub fn expire_access(&self) {
        self.edit(|world, now| world.grants.expire(COMPANY, now));
    }
}

#[derive(Deserialize)]
pub struct Consent {
    client_id: String,
    redirect_uri: String,
    #[serde(default)]
    state: String,
}

/// The person always agrees.
pub async fn authorize(State(hubspot): State<HubSpot>, Query(consent): Query<Consent>) -> Response {
    let Ok(mut back) = Url::parse(&consent.redirect_uri) else {
        return refused("MISMATCH_REDIRECT_URI", "the redirect url is no url");
    };
    if consent.client_id != CLIENT_ID {
        return refused("BAD_CLIENT_ID", "missing or unknown client id");
    }
    let code = Code {
        address: consent.redirect_uri,
        ..Code::default()
    };
    let code = hubspot.world().grants.code("code-", code);
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
    refresh_token: Option<String>,
}

pub async fn token(State(hubspot): State<HubSpot>, Form(request): Form<TokenRequest>) -> Response {
    let now = hubspot.now();
    let grants = &mut hubspot.world().grants;
    if request.client_id != CLIENT_ID {
        return refused("BAD_CLIENT_ID", "missing or unknown client id");
    }
    if request.client_secret != CLIENT_SECRET {
        return refused("BAD_CLIENT_SECRET", "missing or unknown client secret");
    }
    match request.grant_type.as_str() {
        "authorization_code" => {
            let code = request.code.unwrap_or_default();
            let Some(code) = grants.take_code(&code) else {
                return refused("BAD_AUTH_CODE", "missing or unknown auth code");
            };
            if request.redirect_uri.as_deref() != Some(&code.address) {
                return refused("MISMATCH_REDIRECT_URI", "the redirect url is another one");
            }
            let refresh = grants.refresh("refresh-", COMPANY);
            Json(tokens(grants, refresh, now)).into_response()
        }
        "refresh_token" => {
            let refresh = request.refresh_token.unwrap_or_default();
            if grants.refreshes(&refresh).is_none() {
                return refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token");
            }
            Json(tokens(grants, refresh, now)).into_response()
        }
        _ => refused("BAD_GRANT_TYPE", "missing or unknown grant type"),
    }
}

#[derive(Deserialize)]
pub struct GivenBack {
    client_id: String,
    client_secret: String,
    token: String,
}

pub async fn revoke(State(hubspot): State<HubSpot>, Form(given): Form<GivenBack>) -> Response {
    if given.client_id != CLIENT_ID || given.client_secret != CLIENT_SECRET {
        return refused("BAD_CLIENT", "missing or unknown client");
    }
    match hubspot.edit(|world, _| world.grants.give_back(&given.token)) {
        true => StatusCode::OK.into_response(),
        false => refused("BAD_TOKEN", "missing or unknown token"),
    }
}

fn refused(status: &str, message: &str) -> Response {
    let body = json!({"status": status, "message": message});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
