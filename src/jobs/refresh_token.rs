//! Renews a rotating bot token before it expires. A refresh token works once, so only the holder
//! of the workspace's job may spend it, and what comes back is stored before anything else.

use super::Services;
use super::workspaces::{NewInstallation, Workspace, WorkspaceError};
use crate::queue::{Done, Handler, Held};
use crate::slack::client::{AppCredentials, Grant, SlackError};
use crate::store::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

pub const KIND: &str = "refresh_token";

/// Slack's tokens last twelve hours.
const BEFORE_EXPIRY: TimeDelta = TimeDelta::hours(2);

#[derive(Debug, Clone)]
pub struct RefreshToken {
    pub services: Services,
    pub app: AppCredentials,
}

#[derive(Debug, thiserror::Error)]
enum RefreshError {
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error(transparent)]
    Slack(#[from] SlackError),
}

#[async_trait]
impl Handler for RefreshToken {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, held: &Held) -> Done {
        let Err(error) = self.refresh(held.key()).await else {
            return Done::Finished;
        };
        let may_pass = match &error {
            RefreshError::Workspace(WorkspaceError::Store(StoreError::Away(_))) => true,
            RefreshError::Slack(error) => matches!(
                error,
                SlackError::NotSent | SlackError::Ambiguous(_) | SlackError::RateLimited { .. }
            ),
            RefreshError::Workspace(_) => false,
        };
        let text = error.to_string();
        if may_pass {
            return Done::Retry {
                after: None,
                error: text,
            };
        }
        tracing::error!(slack.team = held.key(), %error, "a token cannot be renewed; Penny has to be installed there again");
        Done::Failed { error: text }
    }

    async fn exhausted(&self, held: &Held) -> Done {
        tracing::error!(
            slack.team = held.key(),
            "a token could not be renewed in time"
        );
        Done::Failed {
            error: "gave up after several attempts".to_owned(),
        }
    }
}

impl RefreshToken {
    async fn refresh(&self, id: &str) -> Result<(), RefreshError> {
        let workspaces = &self.services.workspaces;
        // Another process may have done it since this one last read.
        workspaces.reload().await?;
        let now = self.services.clock.now();
        let Some(workspace) = workspaces.get(id).filter(|it| is_due(it, now)) else {
            return Ok(());
        };
        let Some(token) = workspaces.refresh_token(id).await? else {
            return Ok(());
        };
        let grant = workspaces.api().refresh(&self.app, &token).await?;
        workspaces.install(renewed(&workspace, grant, now)).await?;
        tracing::info!(slack.team = id, "a token was renewed");
        Ok(())
    }
}

/// Whether the workspace's token is about to expire; one without an expiry never does.
pub fn is_due(workspace: &Workspace, now: DateTime<Utc>) -> bool {
    workspace
        .token_expires_at
        .is_some_and(|expires| is_near(expires, now))
}

fn is_near(expires: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    expires - now < BEFORE_EXPIRY
}

/// The same installation with the new tokens.
fn renewed(workspace: &Workspace, grant: Grant, now: DateTime<Utc>) -> NewInstallation {
    NewInstallation {
        workspace: workspace.id.clone(),
        name: workspace.name.clone(),
        app: workspace.app.clone(),
        is_enterprise: workspace.is_enterprise,
        bot_user: workspace.bot_user.clone(),
        token_expires_at: grant.expires_at(now),
        bot_token: grant.bot_token,
        refresh_token: grant.refresh_token,
        scopes: grant.scopes,
        installed_by: workspace.installed_by.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_in_its_last_two_hours_and_after_them() {
        let now = Utc::now();
        assert!(!is_near(now + TimeDelta::hours(3), now));
        assert!(is_near(now + TimeDelta::minutes(119), now));
        assert!(is_near(now - TimeDelta::hours(1), now));
    }
}
