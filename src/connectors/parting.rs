//! Letting go of a system: Penny forgets how to sign in there, and has it take its access back.

use super::connections::{ConnectionError, Connections};
use super::credentials::{Kept, place};
use super::oauth::OAuthError;
use super::{Connector, Manifest};
use crate::base::ids::{OrgId, PersonId};
use crate::base::secret::Secret;
use crate::store::sync::{self, Auth, Connected};

/// What became of the access that Penny had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parting {
    /// The system has taken it back, or there was none.
    Ended,
    /// It was a key of somebody's: it opens the system until they delete it there.
    KeyRemains,
    /// The system did not confirm that its tokens are void.
    TokensRemain,
}

impl Connections {
    /// Forgets the key, whatever comes; then asks the system to take it back. A run on its way
    /// saves no further page.
    pub async fn disconnect(
        &self,
        org: OrgId,
        connector: &'static dyn Connector,
        owner: Option<PersonId>,
    ) -> Result<Parting, ConnectionError> {
        let manifest = connector.manifest();
        let mut tx = self.db().org(org).await?;
        let id = sync::id_for(&mut tx, manifest.slug, owner).await?;
        let before = sync::get(&mut tx, id).await?;
        sync::disconnect(&mut tx, manifest.slug, owner).await?;
        tx.commit().await?;
        let Some(before) = before else {
            return Ok(Parting::Ended);
        };
        tracing::info!(system.slug = manifest.slug, "a system was disconnected");
        Ok(match before.auth {
            Auth::Key => Parting::KeyRemains,
            Auth::Nango => match self.forget_at_nango(org, &before, None).await {
                Ok(()) => Parting::Ended,
                Err(error) => {
                    tracing::warn!(system.slug = manifest.slug, %error, "Nango could not be told");
                    Parting::TokensRemain
                }
            },
            Auth::OAuth => match self.revoke(org, &before, manifest).await {
                Ok(()) => Parting::Ended,
                Err(error) => {
                    tracing::warn!(system.slug = manifest.slug, %error, "access could not be given back");
                    Parting::TokensRemain
                }
            },
        })
    }

    async fn revoke(
        &self,
        org: OrgId,
        before: &Connected,
        manifest: &'static Manifest,
    ) -> Result<(), OAuthError> {
        let row = before.id.to_string();
        let opened = self.sealer().open(&before.credentials, place(org, &row));
        let kept = opened.and_then(|opened| Kept::opened(&opened));
        let kept = kept.map_err(|_| OAuthError::Unreadable)?;
        let consent = self.consent(manifest).ok_or(OAuthError::Unreadable)?;
        let refresh = kept.refresh.map(Secret::new);
        consent
            .revoke(&Secret::new(kept.access), refresh.as_ref())
            .await
    }
}
