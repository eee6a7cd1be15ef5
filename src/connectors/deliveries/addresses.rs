//! Addresses that only one connection is heard at, for systems that Penny is not registered with:
//! the address says whose it is, and the secret proves who sends. Both are shown once.

use crate::base::ids::{OrgId, PersonId};
use crate::base::secret::Secret;
use crate::connectors::Connector;
use crate::connectors::connections::Connections;
use crate::connectors::credentials::place;
use crate::slack::oauth::Nonce;
use crate::store::StoreError;
use crate::store::sealing::SealError;
use crate::store::sync::{self, NewAddress};

#[derive(Debug)]
pub struct OpenedAddress {
    /// The secret part of where to send to.
    pub address: Secret,
    /// What to sign with.
    pub secret: Secret,
}

#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Connections {
    /// Opens an address under a label. The one that the label had before is good no more, so
    /// this is also how a secret is replaced.
    pub async fn open_address(
        &self,
        org: OrgId,
        by: PersonId,
        connector: &dyn Connector,
        label: &str,
    ) -> Result<OpenedAddress, AddressError> {
        let fresh = || Nonce::fresh().map_err(|_| SealError::Broken);
        let (address, secret) = (fresh()?, Secret::new(fresh()?.expose()));
        let manifest = connector.manifest();
        let mut tx = self.db().org(org).await?;
        let id = sync::id_of_label(&mut tx, manifest.slug, label).await?;
        let sealed = self.sealer().seal(&secret, place(org, &id.to_string()))?;
        let new = NewAddress {
            id,
            system: manifest.slug,
            name: &format!("{} {label}", manifest.name),
            label,
            fingerprint: &address.fingerprint(),
            secret: &sealed,
            by,
        };
        sync::open_address(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(OpenedAddress {
            address: Secret::new(address.expose()),
            secret,
        })
    }
}
