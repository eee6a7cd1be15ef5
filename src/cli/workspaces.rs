//! The workspaces of a running process: the one of the environment's token is stored, and all are
//! read again when one changes, here or in another process.

use super::app::App;
use crate::base::config::SlackConfig;
use crate::base::ids::TeamId;
use crate::jobs::workspaces::{NewInstallation, WorkspaceError};
use crate::slack::client::SlackError;
use crate::store::listen::{self, Listener};
use std::time::Duration;

/// Notifications may be lost; what they tell of is looked at as often as this in any case.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

impl App {
    /// Keeps the installations and who reads along current, and finds out which workspace the
    /// environment's token is for: tried until Slack answers, because ingress refuses everything
    /// until then.
    pub async fn keep_workspaces(&self, slack: &SlackConfig) {
        tokio::join!(
            self.register(slack),
            self.keep_current(slack.oauth.is_some())
        );
    }

    /// Follows what other processes do to the installations. `may_be_empty`: none need be there.
    pub async fn keep_current(&self, may_be_empty: bool) {
        loop {
            if let Err(error) = self.follow(may_be_empty).await {
                tracing::warn!(%error, "not hearing of new installations; trying again");
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }

    /// Reads the installations again whenever one changes, and each minute in any case: who is
    /// taken for unknown has their events acknowledged and dropped. Ends when that fails.
    async fn follow(&self, may_be_empty: bool) -> Result<(), WorkspaceError> {
        let workspaces = &self.services.workspaces;
        workspaces.reload_if_any(may_be_empty).await?;
        let told_of = [listen::INSTALLATIONS, listen::AUDIENCES];
        let mut listener = Listener::connect(&self.services.db, &told_of).await?;
        loop {
            workspaces.reload_if_any(may_be_empty).await?;
            let until = tokio::time::Instant::now() + LOOK_AGAIN;
            while let Ok(heard) = tokio::time::timeout_at(until, listener.next()).await {
                let (what, told) = heard?;
                if what == listen::INSTALLATIONS {
                    break;
                }
                self.services.directory.hear_of_audience(&told).await;
            }
        }
    }

    /// Stores the workspace of the environment's token, if there is one.
    pub async fn register(&self, slack: &SlackConfig) {
        let Some(token) = &slack.bot_token else {
            return;
        };
        let api = self.services.workspaces.api();
        loop {
            let client = api.client(TeamId::new(""), token.clone());
            match client.identity().await {
                Ok(identity) => {
                    let app = client.own_app(&identity).await;
                    let new = NewInstallation::of_token(token.clone(), &identity, app);
                    match self.keep_or_install(new, slack.oauth.is_some()).await {
                        Ok(()) => return,
                        Err(error) => tracing::error!(%error, "the workspace could not be stored"),
                    }
                }
                Err(error @ SlackError::Refused { .. }) => {
                    tracing::error!(%error, "Slack does not accept SLACK_BOT_TOKEN; `penny doctor` says more");
                }
                Err(error) => {
                    tracing::warn!(%error, "Slack cannot be asked about SLACK_BOT_TOKEN; trying again");
                }
            }
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
    }

    /// Tokens that OAuth gave stay where they can be renewed: a refresh token that the
    /// environment's token took the place of would be lost for good.
    async fn keep_or_install(
        &self,
        new: NewInstallation,
        can_renew: bool,
    ) -> Result<(), WorkspaceError> {
        let workspaces = &self.services.workspaces;
        let name = new.name.clone();
        if can_renew && workspaces.rotates(&new.workspace).await? {
            tracing::warn!(
                slack.name = name,
                "SLACK_BOT_TOKEN is not used: Penny was installed in this workspace through OAuth, and those tokens stay; unset SLACK_BOT_TOKEN"
            );
            return Ok(());
        }
        workspaces.install(new).await?;
        tracing::info!(slack.name = name, "connected to Slack");
        Ok(())
    }
}
