//! Nango as the one that people let in: it asks for their consent, keeps their tokens and renews
//! them; Penny keeps the name of each connection there, and asks for its token when she needs it.

use super::connections::{ConnectionError, Connections, NewCredentials, Opened, place};
use super::oauth::renewal;
use super::{Connector, ConnectorError, Manifest};
use crate::base::clock::SharedClock;
use crate::base::config::Endpoint;
use crate::base::ids::{ConnectionId, OrgId, PersonId};
use crate::base::secret::Secret;
use crate::net::Http;
use crate::net::json_api::{ApiError, JsonApi, WriteError};
use crate::net::tokens::Tokens;
use crate::store::StoreError;
use crate::store::sync::{self, Auth, Connected};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// So long after it was given a token is asked for again where no end is named.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(10);
/// Nango says the same of a consent that was withdrawn and of a system that is away for a moment.
/// So long it may be the latter.
const MAY_PASS: TimeDelta = TimeDelta::minutes(30);
/// The tag by which what came of an invitation is found.
const SESSION: &str = "end_user_id";

/// Nango, and the tokens that it has given lately.
#[derive(Debug)]
pub struct Nango {
    api: JsonApi,
    clock: SharedClock,
    /// By what stands sealed in a connection's row, so that another one begins anew.
    known: Mutex<HashMap<Vec<u8>, Known>>,
}

#[derive(Debug, Clone)]
enum Known {
    Good(Good),
    /// It could not be renewed since then.
    Stale {
        since: DateTime<Utc>,
    },
}

#[derive(Debug, Clone)]
struct Good {
    token: Secret,
    until: DateTime<Utc>,
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

    async fn ask(&self, slug: &str, name: &str, anew: bool) -> Result<Good, ApiError> {
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

    async fn forget(&self, slug: &str, name: &str) -> Result<(), WriteError> {
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

impl Connections {
    /// None: tokens are kept here.
    pub fn nango(&self) -> Option<&Arc<Nango>> {
        self.by_nango.as_ref()
    }

    /// As `connect`, with a connection that somebody made at Nango.
    pub async fn connect_at_nango(
        &self,
        org: OrgId,
        by: PersonId,
        connector: &'static dyn Connector,
        name: &str,
    ) -> Result<Opened, ConnectionError> {
        let manifest = connector.manifest();
        let nango = self.nango().ok_or(ConnectionError::NoNango)?;
        let before = self.before(org, by, manifest).await?;
        let given = nango.ask(manifest.slug, name, false).await;
        let token = given.map_err(ConnectorError::from)?.token;
        let scopes = manifest.oauth.iter().flat_map(|oauth| oauth.scopes);
        let credentials = NewCredentials {
            auth: Auth::Nango,
            text: Secret::new(name),
            expires_at: None,
            scopes: scopes.map(|scope| (*scope).to_owned()).collect(),
        };
        let opened = self.keep(org, by, connector, &token, credentials).await?;
        if let Some(before) = before.filter(|it| it.auth == Auth::Nango) {
            let gone = self.forget_at_nango(org, &before, Some(name)).await;
            if let Err(error) = gone {
                tracing::warn!(%error, "a connection that was replaced stays at Nango");
            }
        }
        Ok(opened)
    }

    /// What is connected until now.
    async fn before(
        &self,
        org: OrgId,
        by: PersonId,
        manifest: &Manifest,
    ) -> Result<Option<Connected>, StoreError> {
        let mut tx = self.db().org(org).await?;
        let id = sync::id_for(&mut tx, manifest.slug, manifest.owner(by)).await?;
        sync::get(&mut tx, id).await
    }

    pub(super) fn nango_tokens(
        &self,
        org: OrgId,
        connected: &Connected,
        manifest: &'static Manifest,
    ) -> Result<Arc<dyn Tokens>, ConnectionError> {
        let nango = self.nango().ok_or(ConnectionError::NoNango)?;
        let row = connected.id.to_string();
        let name = self
            .sealer()
            .open(&connected.credentials, place(org, &row))?;
        Ok(Arc::new(NangoTokens {
            connections: self.clone(),
            nango: Arc::clone(nango),
            slug: manifest.slug,
            org,
            id: connected.id,
            sealed: connected.credentials.clone(),
            name,
        }))
    }

    /// Has Nango forget a connection as well, unless it is still in use.
    pub(super) async fn forget_at_nango(
        &self,
        org: OrgId,
        before: &Connected,
        in_use: Option<&str>,
    ) -> Result<(), ConnectionError> {
        let nango = self.nango().ok_or(ConnectionError::NoNango)?;
        nango.known.lock().remove(&before.credentials);
        let row = before.id.to_string();
        let name = self.sealer().open(&before.credentials, place(org, &row))?;
        if in_use == Some(name.expose()) {
            return Ok(());
        }
        let gone = nango.forget(&before.system, name.expose()).await;
        gone.map_err(|error| ConnectorError::Unexpected(error.to_string()).into())
    }
}

/// The token of a connection that somebody made at Nango.
struct NangoTokens {
    connections: Connections,
    nango: Arc<Nango>,
    slug: &'static str,
    org: OrgId,
    id: ConnectionId,
    sealed: Vec<u8>,
    name: Secret,
}

#[async_trait]
impl Tokens for NangoTokens {
    async fn current(&self) -> Result<Secret, ApiError> {
        let now = self.nango.clock.now();
        match self.known() {
            Some(Known::Good(good)) if good.until > now => Ok(good.token),
            _ => self.asked(false).await,
        }
    }

    async fn instead_of(&self, refused: &Secret) -> Result<Secret, ApiError> {
        match self.known() {
            // Somebody else has asked for another one meanwhile.
            Some(Known::Good(good)) if good.token.expose() != refused.expose() => Ok(good.token),
            _ => self.asked(true).await,
        }
    }

    async fn shut_out(&self, _: &Secret) {
        self.nango.known.lock().remove(&self.sealed);
        let connections = &self.connections;
        connections.shut_out(self.org, self.id, &self.sealed).await;
    }
}

impl NangoTokens {
    fn known(&self) -> Option<Known> {
        self.nango.known.lock().get(&self.sealed).cloned()
    }

    fn learn(&self, known: Known) {
        self.nango.known.lock().insert(self.sealed.clone(), known);
    }

    async fn asked(&self, anew: bool) -> Result<Secret, ApiError> {
        match self.nango.ask(self.slug, self.name.expose(), anew).await {
            Ok(good) => {
                let token = good.token.clone();
                self.learn(Known::Good(good));
                Ok(token)
            }
            Err(ApiError::Refused { .. }) if !anew && self.may_pass() => {
                Err(ApiError::Away("Nango could not renew its token".to_owned()))
            }
            // It is gone there; or neither does the system take its token, nor give another one.
            Err(ApiError::NotFound | ApiError::Refused { .. }) => {
                self.shut_out(&self.name).await;
                Err(ApiError::Unauthorized)
            }
            Err(error) => Err(error),
        }
    }

    fn may_pass(&self) -> bool {
        let now = self.nango.clock.now();
        let since = match self.known() {
            Some(Known::Stale { since }) => since,
            Some(Known::Good(_)) | None => now,
        };
        self.learn(Known::Stale { since });
        now - since < MAY_PASS
    }
}
