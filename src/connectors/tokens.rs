//! What a connection shows when it calls: the key that somebody pasted, or the token that came of
//! consent. Of a key there is one. A token is kept in memory while it is good, and
//! renewed before it ends. However many processes use it, one renews it, and the others wait for
//! what that one got; many systems take a refresh token once only.

use super::Connector;
use super::connections::Connections;
use super::credentials::{Kept, SHUT_OUT, place};
use super::oauth::{Granted, OAuthError};
use crate::base::ids::{ConnectionId, OrgId};
use crate::base::secret::Secret;
use crate::net::json_api::{ApiError, Tokens};
use crate::store::StoreError;
use crate::store::sealing::SealError;
use crate::store::sync::{self, Connected};
use async_trait::async_trait;
use parking_lot::Mutex;
use std::time::Duration;

/// How often it is looked whether somebody else has renewed it …
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// … and for how long: as long as their right to do so lasts.
const LOOKS: u32 = 160;

/// A key is all there is: if it is refused, somebody has to be told.
pub(super) struct ConnectionKey {
    pub(super) connections: Connections,
    pub(super) org: OrgId,
    pub(super) id: ConnectionId,
    pub(super) sealed: Vec<u8>,
    pub(super) key: Secret,
}

#[async_trait]
impl Tokens for ConnectionKey {
    async fn current(&self) -> Result<Secret, ApiError> {
        Ok(self.key.clone())
    }

    async fn instead_of(&self, _: &Secret) -> Result<Secret, ApiError> {
        let connections = &self.connections;
        connections.shut_out(self.org, self.id, &self.sealed).await;
        Err(ApiError::Unauthorized)
    }
}

pub(super) struct ConnectionTokens {
    pub(super) connections: Connections,
    pub(super) connector: &'static dyn Connector,
    pub(super) org: OrgId,
    pub(super) id: ConnectionId,
    pub(super) known: Mutex<Option<Kept>>,
}

#[derive(Debug, thiserror::Error)]
enum RenewError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    #[error("it is not connected any more")]
    Gone,
    #[error("somebody else is renewing its token, and does not come to an end")]
    Busy,
}

impl From<RenewError> for ApiError {
    fn from(error: RenewError) -> Self {
        match error {
            RenewError::OAuth(OAuthError::Refused(_)) | RenewError::Gone => Self::Unauthorized,
            RenewError::Seal(error) => {
                tracing::error!(%error, "a token cannot be opened");
                Self::Unauthorized
            }
            error => Self::Away(error.to_string()),
        }
    }
}

#[async_trait]
impl Tokens for ConnectionTokens {
    async fn current(&self) -> Result<Secret, ApiError> {
        let now = self.connections.clock().now();
        let known = self.known.lock().clone().filter(|kept| kept.is_good(now));
        match known {
            Some(kept) => Ok(Secret::new(kept.access)),
            None => self.renewed(None).await,
        }
    }

    async fn instead_of(&self, refused: &Secret) -> Result<Secret, ApiError> {
        self.renewed(Some(refused)).await
    }

    async fn shut_out(&self, refused: &Secret) {
        match self.kept().await {
            Ok((connected, kept)) if kept.access == refused.expose() => {
                let (connections, credentials) = (&self.connections, &connected.credentials);
                connections.shut_out(self.org, self.id, credentials).await;
            }
            // Somebody has connected it anew, or will hear of it at the next call.
            Ok(_) | Err(_) => {}
        }
    }
}

impl ConnectionTokens {
    async fn renewed(&self, refused: Option<&Secret>) -> Result<Secret, ApiError> {
        let kept = self.renew(refused).await?;
        let access = Secret::new(kept.access.clone());
        *self.known.lock() = Some(kept);
        Ok(access)
    }

    async fn kept(&self) -> Result<(Connected, Kept), RenewError> {
        let mut tx = self.connections.db().org(self.org).await?;
        let connected = sync::get(&mut tx, self.id).await?;
        let connected = connected.ok_or(RenewError::Gone)?;
        let row = self.id.to_string();
        let sealer = self.connections.sealer();
        let opened = sealer.open(&connected.credentials, place(self.org, &row))?;
        let kept = Kept::opened(&opened)?;
        Ok((connected, kept))
    }

    async fn renew(&self, refused: Option<&Secret>) -> Result<Kept, RenewError> {
        for _ in 0..LOOKS {
            let (connected, kept) = self.kept().await?;
            let is_good = match refused {
                Some(refused) => kept.access != refused.expose(),
                None => kept.is_good(self.connections.clock().now()),
            };
            if is_good {
                return Ok(kept);
            }
            let credentials = &connected.credentials;
            let mut tx = self.connections.db().org(self.org).await?;
            let is_ours = sync::begin_renewal(&mut tx, self.id, credentials).await?;
            tx.commit().await?;
            if is_ours {
                return self.ask(&connected, kept).await;
            }
            // Real time: the other one is a process of its own.
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(RenewError::Busy)
    }

    /// Asks the system, with the right to do so and without a transaction, and keeps the answer.
    async fn ask(&self, before: &Connected, kept: Kept) -> Result<Kept, RenewError> {
        let outcome = self.refresh(&kept).await;
        let mut tx = self.connections.db().org(self.org).await?;
        match outcome {
            Ok(granted) => {
                let mut after = Kept::of(&granted);
                after.refresh = after.refresh.or(kept.refresh);
                let row = self.id.to_string();
                let sealer = self.connections.sealer();
                let sealed = sealer.seal(&after.sealable()?, place(self.org, &row))?;
                let (old, end) = (&before.credentials, after.expires_at);
                sync::end_renewal(&mut tx, self.id, old, &sealed, end).await?;
                tx.commit().await?;
                tracing::debug!(system.slug = before.system, "a token was renewed");
                Ok(after)
            }
            Err(error) => {
                if let OAuthError::Refused(said) = &error {
                    tracing::warn!(
                        system.slug = before.system,
                        error = said,
                        "a token cannot be renewed"
                    );
                    sync::mark_broken(&mut tx, self.id, &before.credentials, SHUT_OUT).await?;
                } else {
                    sync::give_up_renewal(&mut tx, self.id, &before.credentials).await?;
                }
                tx.commit().await?;
                Err(error.into())
            }
        }
    }

    async fn refresh(&self, kept: &Kept) -> Result<Granted, OAuthError> {
        let refused = |why: &str| OAuthError::Refused(why.to_owned());
        let consent = self.connections.consent(self.connector.manifest());
        let consent = consent.ok_or_else(|| refused("its client is no longer configured"))?;
        let Some(refresh) = &kept.refresh else {
            return Err(refused("there is no refresh token"));
        };
        let now = self.connections.clock().now();
        consent.refresh(&Secret::new(refresh.as_str()), now).await
    }
}
