//! Connected systems as Penny uses them: a key is tried, kept sealed, and opened only for calls.

use super::credentials::{Kept, NewCredentials, SHUT_OUT, place};
use super::nango::Nango;
use super::oauth::{Consent, Granted};
use super::paces::Paces;
use super::{Account, Connector, ConnectorError, Manifest};
use crate::base::clock::SharedClock;
use crate::base::config::SystemsConfig;
use crate::base::ids::{ConnectionId, OrgId, PersonId, RunId};
use crate::base::secret::Secret;
use crate::net::Http;
use crate::store::sealing::{SealError, Sealer};
use crate::store::sync::{self, Auth, NewConnection};
use crate::store::{Db, OrgTx, StoreError, jobs};
use std::sync::Arc;

/// The kind of job that reads a connection; its key is the connection's id.
pub const JOB: &str = "sync";

#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    #[error("it was connected at Nango, and NANGO_SECRET_KEY is not set any more")]
    NoNango,
    #[error("the address of {0} is not a URL")]
    Address(&'static str),
}

#[derive(Debug, Clone)]
pub struct Connections {
    db: Db,
    sealer: Sealer,
    clock: SharedClock,
    systems: Arc<SystemsConfig>,
    http: Http,
    paces: Paces,
    /// Set where Nango keeps the tokens.
    pub(super) by_nango: Option<Arc<Nango>>,
}

impl Connections {
    pub fn new(
        db: Db,
        sealer: Sealer,
        clock: SharedClock,
        systems: SystemsConfig,
        http: Http,
    ) -> Self {
        let nango = systems.nango.as_ref();
        let nango = nango.map(|endpoint| Nango::new(&http, endpoint, clock.clone()));
        Self {
            db,
            sealer,
            clock,
            systems: Arc::new(systems),
            http,
            paces: Paces::default(),
            by_nango: nango.map(Arc::new),
        }
    }

    /// Tries a key, keeps it, and has the system read at once.
    pub async fn connect(
        &self,
        org: OrgId,
        by: PersonId,
        connector: &dyn Connector,
        key: Secret,
    ) -> Result<Opened, ConnectionError> {
        let credentials = NewCredentials {
            auth: Auth::Key,
            text: key.clone(),
            expires_at: None,
            scopes: Vec::new(),
        };
        self.keep(org, by, connector, &key, credentials).await
    }

    /// As `connect`, with what the system handed out when somebody consented.
    pub async fn connect_granted(
        &self,
        org: OrgId,
        by: PersonId,
        connector: &dyn Connector,
        granted: Granted,
    ) -> Result<Opened, ConnectionError> {
        let consented = || self.consent(connector.manifest()).map(|it| it.scopes());
        let credentials = NewCredentials {
            auth: Auth::OAuth,
            text: Kept::of(&granted).sealable()?,
            expires_at: granted.expires_at,
            scopes: granted.scopes.or_else(consented).unwrap_or_default(),
        };
        self.keep(org, by, connector, &granted.access, credentials)
            .await
    }

    pub(super) async fn keep(
        &self,
        org: OrgId,
        by: PersonId,
        connector: &dyn Connector,
        token: &Secret,
        new: NewCredentials,
    ) -> Result<Opened, ConnectionError> {
        let api = self.with_token(connector, token.clone())?;
        let account = connector.account(&api).await?;
        let manifest = connector.manifest();
        let mut tx = self.db.org(org).await?;
        let owner = manifest.owner(by);
        let id = sync::id_for(&mut tx, manifest.slug, owner).await?;
        let credentials = self.sealer.seal(&new.text, place(org, &id.to_string()))?;
        let new = NewConnection {
            id,
            system: manifest.slug,
            name: manifest.name,
            owner,
            account_id: &account.id,
            account: &account.name,
            scopes: &new.scopes,
            credentials: &credentials,
            auth: new.auth,
            token_expires_at: new.expires_at,
            by,
        };
        sync::connect(&mut tx, &new).await?;
        // Whoever was asked to tell of changes was asked about another key, or another account.
        sync::watch_again(&mut tx, id, 0.0).await?;
        let run = ask_for_run(&mut tx, id, by).await?;
        tx.commit().await?;
        Ok(Opened { account, run })
    }

    /// Says that these credentials let nobody in any more, and has somebody told; those that came
    /// in their place meanwhile are not meant.
    pub(super) async fn shut_out(&self, org: OrgId, id: ConnectionId, credentials: &[u8]) {
        let marked = async {
            let mut tx = self.db.org(org).await?;
            sync::mark_broken(&mut tx, id, credentials, SHUT_OUT).await?;
            tx.commit().await
        };
        if let Err(error) = marked.await {
            tracing::warn!(%error, "a connection that lets nobody in could not be marked");
        }
    }

    /// How to ask for consent; none where it is not set up.
    pub fn consent(&self, manifest: &'static Manifest) -> Option<Consent<'_>> {
        let (slug, systems) = (manifest.slug, &self.systems);
        let (client, base) = (systems.clients.get(slug), systems.base_urls.get(slug));
        Consent::of(&self.http, manifest, client, base)
    }

    pub(super) fn systems(&self) -> &SystemsConfig {
        &self.systems
    }

    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    pub(super) fn paces(&self) -> &Paces {
        &self.paces
    }

    pub(super) fn db(&self) -> &Db {
        &self.db
    }

    pub(super) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    pub(super) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Seals with the newest key what an older one has sealed. What no key opens stays as it is.
    pub async fn reseal(&self) -> Result<usize, ConnectionError> {
        let mut done = 0;
        for before in sync::sealed_keys(&self.db).await? {
            if self.sealer.is_current(&before.sealed) {
                continue;
            }
            let row = before.connection.to_string();
            let place = || place(before.org, &row);
            let anew = self.sealer.open(&before.sealed, place());
            let anew = anew.and_then(|key| self.sealer.seal(&key, place()));
            let Ok(after) = anew.inspect_err(|error| {
                tracing::error!(%error, connection.id = row, "a key could not be sealed anew");
            }) else {
                continue;
            };
            let mut tx = self.db.org(before.org).await?;
            done += usize::from(sync::reseal(&mut tx, &before, &after).await?);
            tx.commit().await?;
        }
        Ok(done)
    }

    /// Reads a system again now, or goes on if it is being read. None: this person cannot reach
    /// one.
    pub async fn read_now(
        &self,
        org: OrgId,
        person: PersonId,
        system: &str,
    ) -> Result<Option<RunId>, StoreError> {
        let mut tx = self.db.org(org).await?;
        let Some(connected) = sync::reachable_by(&mut tx, system, person).await? else {
            return Ok(None);
        };
        let run = ask_for_run(&mut tx, connected.id, person).await?;
        tx.commit().await?;
        Ok(Some(run))
    }
}

/// What connecting a system began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub account: Account,
    /// The run that reads it.
    pub run: RunId,
}

/// The run is opened here already, so that whoever asked can follow it from its beginning.
async fn ask_for_run(tx: &mut OrgTx, id: ConnectionId, by: PersonId) -> Result<RunId, StoreError> {
    let run = sync::open_run(tx, id, Some(by)).await?;
    jobs::nudge(tx, JOB, &id.to_string()).await?;
    Ok(run.id)
}
