//! A connected system as somebody reaches it, and what of it they may be shown.

use super::connections::{ConnectionError, Connections};
use super::{Connector, Manifest, Reach, Readable, registry};
use crate::approvals::seal;
use crate::base::ids::{OrgId, PersonId};
use crate::base::viewer::Audience;
use crate::net::json_api::JsonApi;
use crate::store::{StoreError, sync};

/// A connected system, ready to be called.
pub struct Open {
    pub connector: &'static dyn Connector,
    pub api: JsonApi,
    /// What a proposal is bound to; none where Penny acts with her own account.
    pub connection: Option<seal::Connection>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReachError {
    #[error("there is no such system")]
    NoSuchSystem,
    #[error("{0} is not connected")]
    NotConnected(&'static str),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
}

impl Connections {
    /// A system as this person reaches it: through the company's connection or their own one.
    pub async fn reach(
        &self,
        org: OrgId,
        person: PersonId,
        system: &str,
    ) -> Result<Open, ReachError> {
        let connector = registry::find(system).ok_or(ReachError::NoSuchSystem)?;
        if connector.manifest().reach == Reach::Penny {
            return Box::pin(self.own(org, connector)).await;
        }
        let mut tx = self.db().org(org).await.map_err(ConnectionError::from)?;
        let connected = sync::reachable_by(&mut tx, system, person)
            .await
            .map_err(ConnectionError::from)?
            .ok_or(ReachError::NotConnected(connector.manifest().name))?;
        tx.commit().await.map_err(ConnectionError::from)?;
        let api = self.open(org, &connected, connector)?;
        Ok(Open {
            connector,
            api,
            connection: Some(seal::Connection {
                id: connected.id,
                account: connected.account_id,
                scopes: connected.scopes.into_iter().collect(),
            }),
        })
    }

    /// Which private areas of a system this person may be shown where these read along.
    pub async fn readable(
        &self,
        org: OrgId,
        person: PersonId,
        audience: &Audience,
        manifest: &Manifest,
    ) -> Result<Readable, StoreError> {
        let mut tx = self.db().org(org).await?;
        sync::readable(&mut tx, person, audience, manifest.slug).await
    }
}
