//! The workspaces that Penny is installed in, held in memory because every delivery asks for
//! one, and re-read when any process changes them.

use crate::base::ids::{ChannelId, OrgId, TeamId, UserId};
use crate::base::secret::Secret;
use crate::slack::client::{Identity, SlackApi, SlackClient};
use crate::slack::inbound::Installation;
use crate::store::installations::{self, BOT_TOKEN, Installation as Stored};
use crate::store::sandbox::dismiss_login;
use crate::store::sealing::{Place, SealError, Sealer};
use crate::store::{Db, StoreError, deliveries, listening, proposals, sync};
use arc_swap::ArcSwapOption;
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

#[derive(Debug)]
pub struct Workspace {
    pub org: OrgId,
    /// Team id, or enterprise id of an org-wide installation.
    pub id: String,
    pub name: String,
    pub app: Option<String>,
    pub bot_user: UserId,
    pub is_enterprise: bool,
    pub installed_by: Option<UserId>,
    pub token_expires_at: Option<DateTime<Utc>>,
    /// The channels whose messages are read as data: an event of any other leaves no trace.
    pub reads: HashSet<ChannelId>,
    pub slack: SlackClient,
}

#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// A token as OAuth or the environment gives it, to be sealed and kept.
#[derive(Debug, Clone)]
pub struct NewInstallation {
    pub workspace: String,
    pub name: String,
    pub app: Option<String>,
    pub is_enterprise: bool,
    pub bot_user: UserId,
    pub bot_token: Secret,
    pub refresh_token: Option<Secret>,
    pub token_expires_at: Option<DateTime<Utc>>,
    pub scopes: Vec<String>,
    pub installed_by: Option<UserId>,
}

impl NewInstallation {
    /// What the environment's one token stands for, as Slack says.
    pub fn of_token(token: Secret, identity: &Identity, app: Option<String>) -> Self {
        let enterprise = identity
            .enterprise_id
            .clone()
            .filter(|_| identity.is_enterprise_install);
        Self {
            workspace: enterprise
                .as_ref()
                .map_or_else(|| identity.team_id.0.clone(), |id| id.0.clone()),
            name: identity.team.clone(),
            app,
            is_enterprise: enterprise.is_some(),
            bot_user: identity.user_id.clone(),
            bot_token: token,
            refresh_token: None,
            token_expires_at: None,
            scopes: Vec::new(),
            installed_by: None,
        }
    }
}

const REFRESH_TOKEN: &str = "slack refresh token";

#[derive(Debug, Clone)]
pub struct Workspaces {
    db: Db,
    api: Arc<SlackApi>,
    sealer: Sealer,
    known: Arc<ArcSwapOption<HashMap<String, Arc<Workspace>>>>,
}

impl Workspaces {
    pub fn new(db: Db, api: Arc<SlackApi>, sealer: Sealer) -> Self {
        Self {
            db,
            api,
            sealer,
            known: Arc::default(),
        }
    }

    pub fn api(&self) -> &Arc<SlackApi> {
        &self.api
    }

    /// False until at least one was read: until then nobody may be called unknown.
    pub fn are_known(&self) -> bool {
        self.known.load().is_some()
    }

    /// Re-reads all. One that cannot be opened is left out and logged; the others work on.
    pub async fn reload(&self) -> Result<usize, WorkspaceError> {
        let mut known = HashMap::new();
        let stored = installations::active(&self.db).await?;
        let mut read = listening::all_read(&self.db).await?;
        for stored in stored {
            let reads = read.remove(&(stored.org, stored.workspace.clone()));
            match self.open(&stored, reads.unwrap_or_default()) {
                Ok(workspace) => {
                    known.insert(stored.workspace.clone(), Arc::new(workspace));
                }
                Err(error) => {
                    tracing::error!(slack.team = stored.workspace, %error, "an installation cannot be used");
                }
            }
        }
        let count = known.len();
        self.known.store(Some(Arc::new(known)));
        Ok(count)
    }

    /// Re-reads all, unless there is nothing yet and the environment's token is still to be
    /// registered: then every delivery is refused until it is, rather than taken for nobody's.
    pub async fn reload_if_any(&self, may_be_empty: bool) -> Result<(), WorkspaceError> {
        if may_be_empty || self.are_known() || !installations::active(&self.db).await?.is_empty() {
            self.reload().await?;
        }
        Ok(())
    }

    fn open(&self, stored: &Stored, reads: HashSet<ChannelId>) -> Result<Workspace, SealError> {
        let token = self.sealer.open(
            &stored.bot_token,
            place(stored.org, BOT_TOKEN, &stored.workspace),
        )?;
        Ok(Workspace {
            org: stored.org,
            id: stored.workspace.clone(),
            name: stored.name.clone(),
            app: stored.app.clone(),
            bot_user: stored.bot_user.clone(),
            is_enterprise: stored.is_enterprise,
            installed_by: stored.installed_by.clone().map(UserId),
            token_expires_at: stored.token_expires_at,
            reads,
            slack: self.api.client(TeamId(stored.workspace.clone()), token),
        })
    }

    /// Whether the tokens of a workspace expire and are renewed: OAuth installed Penny there.
    pub async fn rotates(&self, id: &str) -> Result<bool, WorkspaceError> {
        self.reload().await?;
        let known = self.get(id);
        Ok(known.is_some_and(|workspace| workspace.token_expires_at.is_some()))
    }

    /// Seals and stores an installation; its organisation is found again if there was one.
    pub async fn install(&self, new: NewInstallation) -> Result<OrgId, WorkspaceError> {
        let org = installations::org_of(&self.db, &new.workspace)
            .await?
            .unwrap_or_else(OrgId::fresh);
        let sealed = |secret: &Secret, purpose| {
            self.sealer
                .seal(secret, place(org, purpose, &new.workspace))
        };
        let stored = Stored {
            org,
            workspace: new.workspace.clone(),
            app: new.app.clone(),
            name: new.name.clone(),
            is_enterprise: new.is_enterprise,
            bot_user: new.bot_user.clone(),
            bot_token: sealed(&new.bot_token, BOT_TOKEN)?,
            refresh_token: new
                .refresh_token
                .as_ref()
                .map(|token| sealed(token, REFRESH_TOKEN))
                .transpose()?,
            token_expires_at: new.token_expires_at,
            scopes: new.scopes.clone(),
            installed_by: new.installed_by.clone().map(|user| user.0),
        };
        let mut tx = self.db.org(org).await?;
        installations::ensure_org(&mut tx, &new.name).await?;
        installations::save(&mut tx, &stored).await?;
        tx.commit().await?;
        self.reload().await?;
        Ok(org)
    }

    /// The refresh token of a workspace, for the one job that spends it.
    pub async fn refresh_token(&self, id: &str) -> Result<Option<Secret>, WorkspaceError> {
        for stored in installations::active(&self.db).await? {
            if stored.workspace == id
                && let Some(sealed) = &stored.refresh_token
            {
                let place = place(stored.org, REFRESH_TOKEN, id);
                return Ok(Some(self.sealer.open(sealed, place)?));
            }
        }
        Ok(None)
    }

    /// Seals with the newest key what older ones sealed, so that those can be taken away; returns
    /// how many installations that were. What no key opens is left as it is, and keeps none of the
    /// others back.
    pub async fn reseal(&self) -> Result<usize, WorkspaceError> {
        let mut done = 0;
        for before in installations::active(&self.db).await? {
            let sealed = [Some(&before.bot_token), before.refresh_token.as_ref()];
            if sealed
                .into_iter()
                .flatten()
                .all(|it| self.sealer.is_current(it))
            {
                continue;
            }
            let after = match self.sealed_anew(&before) {
                Ok(after) => after,
                Err(error) => {
                    tracing::error!(%error, slack.team = before.workspace, "a token could not be sealed anew");
                    continue;
                }
            };
            let mut tx = self.db.org(before.org).await?;
            done += usize::from(installations::reseal(&mut tx, &before, &after).await?);
            tx.commit().await?;
        }
        Ok(done)
    }

    fn sealed_anew(&self, before: &Stored) -> Result<Stored, SealError> {
        let anew = |sealed: &[u8], purpose| {
            let place = || place(before.org, purpose, &before.workspace);
            self.sealer
                .seal(&self.sealer.open(sealed, place())?, place())
        };
        let refresh_token = before.refresh_token.as_ref();
        Ok(Stored {
            bot_token: anew(&before.bot_token, BOT_TOKEN)?,
            refresh_token: refresh_token
                .map(|sealed| anew(sealed, REFRESH_TOKEN))
                .transpose()?,
            ..before.clone()
        })
    }

    /// After the last workspace of an organisation nobody is left to ask anything in its name.
    pub async fn retire(&self, workspace: &Workspace) -> Result<(), WorkspaceError> {
        let mut tx = self.db.org(workspace.org).await?;
        installations::retire(&mut tx, &workspace.id).await?;
        listening::forget_workspace(&mut tx, &workspace.id).await?;
        if !installations::has_any(&mut tx).await? {
            dismiss_login(&mut tx).await?;
            proposals::forget_all(&mut tx).await?;
            sync::disconnect_all(&mut tx).await?;
            deliveries::blank_all(&mut tx).await?;
        }
        tx.commit().await?;
        self.reload().await?;
        Ok(())
    }

    /// The installation of exactly that workspace; never another one's.
    pub fn find(&self, installation: &Installation) -> Option<Arc<Workspace>> {
        let id = if installation.org_wide {
            installation.enterprise.as_ref()?.as_str()
        } else {
            installation.team.as_ref()?.as_str()
        };
        self.get(id)
    }

    pub fn get(&self, id: &str) -> Option<Arc<Workspace>> {
        self.known.load().as_ref()?.get(id).cloned()
    }

    pub fn all(&self) -> Vec<Arc<Workspace>> {
        self.known
            .load()
            .as_ref()
            .map(|known| known.values().cloned().collect())
            .unwrap_or_default()
    }
}

fn place<'a>(org: OrgId, purpose: &'a str, row: &'a str) -> Place<'a> {
    Place { org, purpose, row }
}
