//! With whose eyes a turn looks: what a tool may show is decided by who asks and who reads along.

use super::people::Directory;
use super::whereabouts;
use super::workspaces::Workspace;
use crate::agent::tools::{Eyes, ToolError, Whereabouts};
use crate::base::ids::{ChannelId, UserId};
use crate::base::viewer::{Audience, Viewer};
use crate::store::Db;
use async_trait::async_trait;

/// The eyes of one turn: the asker, and everybody who reads along where it was asked.
#[derive(Debug)]
pub struct TurnEyes<'a> {
    pub db: &'a Db,
    pub directory: &'a Directory,
    pub workspace: &'a Workspace,
    pub channel: &'a ChannelId,
    pub asker: &'a UserId,
}

#[async_trait]
impl Eyes for TurnEyes<'_> {
    async fn whereabouts(&self, named: &str) -> Result<Whereabouts, ToolError> {
        let found = whereabouts::find(self.workspace, self.asker, named).await;
        found.map_err(|error| ToolError::Unavailable(error.to_string()))
    }

    async fn viewer(&self) -> Result<Viewer, ToolError> {
        let asker = self
            .directory
            .person(self.db, self.workspace, self.asker)
            .await?;
        let is_private = self.channel.as_str().starts_with('D');
        let mixed = !is_private
            && self
                .directory
                .is_mixed(self.db, self.workspace, self.channel)
                .await?;
        Ok(Viewer {
            org: self.workspace.org,
            person: asker.id,
            audience: if is_private {
                Audience::Private
            } else {
                Audience::Channel(self.channel.clone())
            },
            external_present: mixed || asker.is_restricted || asker.is_deactivated,
        })
    }
}
