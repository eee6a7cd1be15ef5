//! The means to call a system: where it is, how it speaks, at which pace, and with which token.

use super::connections::{ConnectionError, Connections};
use super::credentials::place;
use super::tokens::{ConnectionKey, ConnectionTokens};
use super::{Connector, Manifest};
use crate::base::ids::OrgId;
use crate::base::secret::Secret;
use crate::net::json_api::JsonApi;
use crate::store::sync::{Auth, Connected};
use parking_lot::Mutex;
use std::sync::Arc;
use url::Url;

impl Connections {
    /// The means to call a connected system, with tokens that are renewed where they end.
    pub fn open(
        &self,
        org: OrgId,
        connected: &Connected,
        connector: &'static dyn Connector,
    ) -> Result<JsonApi, ConnectionError> {
        let (base, clock) = (self.base(connector)?, self.clock().clone());
        let api = match connected.auth {
            Auth::Key => {
                let row = connected.id.to_string();
                let key = self
                    .sealer()
                    .open(&connected.credentials, place(org, &row))?;
                let key = ConnectionKey {
                    connections: self.clone(),
                    org,
                    id: connected.id,
                    sealed: connected.credentials.clone(),
                    key,
                };
                JsonApi::renewing(self.http(), base, Arc::new(key), clock)
            }
            Auth::Nango => {
                let tokens = self.nango_tokens(org, connected, connector.manifest())?;
                JsonApi::renewing(self.http(), base, tokens, clock)
            }
            Auth::OAuth => {
                let tokens = ConnectionTokens {
                    connections: self.clone(),
                    connector,
                    org,
                    id: connected.id,
                    known: Mutex::default(),
                };
                JsonApi::renewing(self.http(), base, Arc::new(tokens), clock)
            }
        };
        let api = self.fitted(api, connector);
        let manifest = connector.manifest();
        // What is elsewhere has limits of its own, which nobody knows here.
        let pace = match self.is_moved(manifest) {
            true => None,
            false => self.paces().of(connected.id, manifest, self.clock().now()),
        };
        Ok(match pace {
            Some(pace) => api.at_pace(pace),
            None => api,
        })
    }

    /// Whether the operator has named another place for it than its own.
    fn is_moved(&self, manifest: &Manifest) -> bool {
        self.systems().base_urls.contains_key(manifest.slug)
    }

    fn fitted(&self, api: JsonApi, connector: &dyn Connector) -> JsonApi {
        let api = api.speaking(connector.dialect());
        match self.is_moved(connector.manifest()) {
            true => api.moved(),
            false => api,
        }
    }

    /// The means to call a system with a token that is at hand.
    pub(super) fn with_token(
        &self,
        connector: &dyn Connector,
        token: Secret,
    ) -> Result<JsonApi, ConnectionError> {
        let (base, clock) = (self.base(connector)?, self.clock().clone());
        let api = JsonApi::new(self.http(), base, token, clock);
        Ok(self.fitted(api, connector))
    }

    fn base(&self, connector: &dyn Connector) -> Result<Url, ConnectionError> {
        let manifest = connector.manifest();
        if let Some(other) = self.systems().base_urls.get(manifest.slug) {
            return Ok(other.clone());
        }
        Url::parse(manifest.base_url).map_err(|_| ConnectionError::Address(manifest.name))
    }
}
