//! Nango as the one that people let in: it asks for their consent, keeps their tokens and renews
//! them; Penny keeps the name of each connection there, and asks for its token when she needs it.

use super::Manifest;
use super::oauth::renewal;
use crate::base::clock::SharedClock;
use crate::base::config::Endpoint;
use crate::base::secret::Secret;
use crate::net::Http;
use crate::net::json_api::{ApiError, JsonApi, WriteError};
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// So long after it was given a token is asked for again where no end is named.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(10);
/// The tag by which what came of an invitation is found.
const SESSION: &str = "end_user_id";

/// Nango, and the tokens that it has given lately.
#[derive(Debug)]
pub struct Nango {
    api: JsonApi,
    pub(super) clock: SharedClock,
    /// By what stands sealed in a connection's row, so that another one begins anew.
    pub(super) known: Mutex<HashMap<Vec<u8>, Known>>,
}

#[derive(Debug, Clone)]
pub(super) enum Known {
    Good(Good),
    /// It could not be renewed since then.
    Stale {
        since: DateTime<Utc>,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Good {
    pub(super) token: Secret,
    pub(super) until: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Session {
    data: SessionData,
}

#[derive(Deserialize)]
struct SessionData {
    connect_link: String,
}

#[derive(Deserialize)]
struct Listed {
    connections: Vec<ListedConnection>,
}

#[derive(Deserialize)]
struct ListedConnection {
    connection_id: String,
    provider_config_key: String,
    #[serde(default)]
    tags: Value,
}

#[derive(Deserialize)]
struct Given {
    credentials: Credentials,
}

/// Of consent, or of a key that somebody typed over there.
#[derive(Deserialize)]
struct Credentials {
    access_token: Option<String>,
    #[serde(rename = "apiKey", alias = "api_key")]
    api_key: Option<String>,
    expires_at: Option<DateTime<Utc>>,
}

impl Nango {
    pub(super) fn new(http: &Http, endpoint: &Endpoint, clock: SharedClock) -> Self {
        let (url, key) = (endpoint.url.clone(), endpoint.key.clone());
        Self {
            api: JsonApi::new(http, url, key, clock.clone()),
            clock,
            known: Mutex::default(),
        }
    }

    /// A link for whoever is to let Penny in; what comes of it is found under this session.
    pub async fn invite(&self, manifest: &Manifest, session: &str) -> Result<String, ApiError> {
        let body = json!({
            "tags": {SESSION: session},
            "allowed_integrations": [manifest.slug],
        });
        let made: Session = self.api.search("/connect/sessions", &body).await?;
        Ok(made.data.connect_link)
    }

    /// The connection that came of a session, once somebody has said yes.
    pub async fn came_of(&self, slug: &str, session: &str) -> Result<Option<String>, ApiError> {
        let query = [("tags[end_user_id]", session)];
        let listed: Listed = self.api.get("/connections", &query).await?;
        // Should a server not know the filter, it lists everything.
        let is_it =
            |it: &ListedConnection| it.provider_config_key == slug && it.tags[SESSION] == session;
        let found = listed.connections.into_iter().find(is_it);
        Ok(found.map(|it| it.connection_id))
    }

    pub(super) async fn ask(&self, slug: &str, name: &str, anew: bool) -> Result<Good, ApiError> {
        let mut query = vec![("provider_config_key", slug)];
        if anew {
            query.push(("force_refresh", "true"));
        }
        let given: Given = self.api.get(&path(name), &query).await.map_err(unreached)?;
        let credentials = given.credentials;
        let token = credentials.access_token.or(credentials.api_key);
        let token = token.ok_or_else(|| ApiError::Unreadable("there is no token in it".into()))?;
        let now = self.clock.now();
        let until = credentials.expires_at.map(|end| renewal(now, end));
        Ok(Good {
            token: Secret::new(token),
            until: until.unwrap_or(now + GOOD_FOR),
        })
    }

    pub(super) async fn forget(&self, slug: &str, name: &str) -> Result<(), WriteError> {
        let path = format!("{}?provider_config_key={slug}", path(name));
        let gone = self
            .api
            .write::<Value>(Method::DELETE, &path, &[], &Value::Null);
        gone.await.map(drop)
    }
}

fn path(name: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("/connections/{name}")
}

/// Names Nango where it is the one that could not be asked; whoever reads it thinks of the system.
fn unreached(error: ApiError) -> ApiError {
    match error {
        ApiError::Unauthorized | ApiError::Forbidden(_) => {
            tracing::error!("Nango does not accept NANGO_SECRET_KEY");
            ApiError::Away("Nango, which keeps its token, does not accept my key".to_owned())
        }
        ApiError::Away(why) => {
            ApiError::Away(format!("Nango, which keeps its token, is away: {why}"))
        }
        error => error,
    }
}
