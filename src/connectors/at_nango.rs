//! Connections whose tokens Nango keeps.

use super::connections::{ConnectionError, Connections, Opened};
use super::credentials::{NewCredentials, place};
use super::nango::{Known, Nango};
use super::{Connector, ConnectorError, Manifest};
use crate::base::ids::{ConnectionId, OrgId, PersonId};
use crate::base::secret::Secret;
use crate::net::json_api::{ApiError, Tokens};
use crate::store::StoreError;
use crate::store::sync::{self, Auth, Connected};
use async_trait::async_trait;
use chrono::TimeDelta;
use std::sync::Arc;

/// Nango says the same of a consent that was withdrawn and of a system that is away for a moment.
/// So long it may be the latter.
const MAY_PASS: TimeDelta = TimeDelta::minutes(30);

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
