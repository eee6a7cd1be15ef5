//! Compares a channel that is read with what Slack says of it now: its name, who can see it, who
//! is in it, whether Penny still is. Derived anew each time, so a lost event costs an hour at most
//! and the order of events nothing.

use super::position::Position;
use super::{Interrupted, done, given_up};
use crate::base::ids::{ChannelId, OrgId, PersonId, UserId};
use crate::jobs::people::LookupError;
use crate::jobs::workspaces::Workspace;
use crate::jobs::{Services, deliver};
use crate::queue::{Done, Handler, Held};
use crate::slack::client::{ApiCode, NewMessage, SlackError};
use crate::slack::text;
use crate::store::listening::{self, CHECK, Channel};
use crate::store::{StoreResult, people};
use async_trait::async_trait;
use chrono::TimeDelta;

/// Looked at so long ago, events may have been lost since.
const LONG_AGO: TimeDelta = TimeDelta::minutes(50);
/// What may have been on its way when it was last looked at.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

#[derive(Debug, Clone)]
pub struct CheckChannel {
    pub services: Services,
}

#[async_trait]
impl Handler for CheckChannel {
    fn kind(&self) -> &'static str {
        CHECK
    }

    async fn run(&self, held: &Held) -> Done {
        done(self.check(held).await)
    }

    async fn exhausted(&self, held: &Held) -> Done {
        given_up(held)
    }
}

/// What Slack says of a channel.
enum Found {
    There {
        name: String,
        is_private: bool,
    },
    /// It is archived: everything about it stays as it was.
    Asleep,
    /// It is gone, or Penny is no longer in it.
    Lost,
}

impl CheckChannel {
    async fn check(&self, held: &Held) -> Result<(), Interrupted> {
        let (org, id) = (held.lease().org, ChannelId::new(held.key()));
        let mut tx = self.services.db.org(org).await?;
        let channel = listening::get(&mut tx, &id).await?;
        tx.commit().await?;
        let Some(channel) = channel else {
            return Ok(());
        };
        let Some(workspace) = self.services.workspaces.get(&channel.workspace) else {
            return Ok(());
        };
        match find(&workspace, &id).await? {
            Found::Lost => return self.lose(&workspace, &channel).await,
            Found::Asleep => {}
            Found::There { name, is_private } => {
                if self.describe(org, &channel, &name, is_private).await? {
                    self.keep_members(org, &workspace, &id).await?;
                }
            }
        }
        self.mark_checked(org, &channel).await
    }

    /// Whether the channel is private by now: what was heard since this look began is newer than
    /// what Slack has answered.
    async fn describe(
        &self,
        org: OrgId,
        channel: &Channel,
        name: &str,
        is_private: bool,
    ) -> StoreResult<bool> {
        let mut tx = self.services.db.org(org).await?;
        let held = listening::hold(&mut tx, std::slice::from_ref(&channel.id.0)).await?;
        let is_known_as_private = held.get(&channel.id).is_some_and(|it| it.is_private);
        let became_private = is_known_as_private && !channel.is_private;
        let is_private = is_private || became_private;
        listening::describe(&mut tx, &channel.id, name, is_private).await?;
        tx.commit().await?;
        Ok(is_private)
    }

    /// Makes the members that are known those that Slack names now.
    async fn keep_members(
        &self,
        org: OrgId,
        workspace: &Workspace,
        channel: &ChannelId,
    ) -> Result<(), Interrupted> {
        let (db, directory) = (&self.services.db, &self.services.directory);
        let mut names: Vec<String> = Vec::new();
        let mut cursor = None;
        loop {
            let page = workspace.slack.members(channel, cursor).await?;
            let others = page
                .entries
                .into_iter()
                .filter(|it| *it != workspace.bot_user);
            names.extend(others.map(|user| user.0));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let mut tx = db.org(org).await?;
        let known = people::known(&mut tx, &names).await?;
        tx.commit().await?;
        let mut ids: Vec<PersonId> = known.iter().map(|(_, person)| person.id).collect();
        for name in names {
            if known.iter().any(|(user, _)| user.as_str() == name) {
                continue;
            }
            let user = UserId(name);
            match directory.right_now(db, workspace, &user).await {
                Ok((person, _)) => ids.push(person.id),
                // Slack does not show everybody; the others are members all the same.
                Err(LookupError::Slack(SlackError::Refused { code, .. }))
                    if !code.is_about_the_token() =>
                {
                    tracing::debug!(slack.code = %code, "a member of a channel is not shown");
                }
                Err(error) => return Err(error.into()),
            }
        }
        let mut tx = db.org(org).await?;
        people::set_members(&mut tx, channel, &ids).await?;
        Ok(tx.commit().await?)
    }

    /// After a while without a look, what was said meanwhile is read once more.
    async fn mark_checked(&self, org: OrgId, channel: &Channel) -> Result<(), Interrupted> {
        let mut tx = self.services.db.org(org).await?;
        listening::mark_checked(&mut tx, &channel.id).await?;
        if self.services.clock.now() - channel.checked_at > LONG_AGO {
            let again = Position::since(channel.checked_at - OVERLAP).to_value()?;
            listening::read_again(&mut tx, &channel.id, &again).await?;
        }
        Ok(tx.commit().await?)
    }

    /// What can no longer be kept true is not kept: edits, deletions and members of a channel that
    /// Penny is not in reach nobody here.
    async fn lose(&self, workspace: &Workspace, channel: &Channel) -> Result<(), Interrupted> {
        let db = &self.services.db;
        let mut tx = db.org(workspace.org).await?;
        let erased = listening::forget(&mut tx, &channel.id).await?;
        tx.commit().await?;
        self.services.workspaces.reload().await?;
        let Some(erased) = erased else {
            return Ok(());
        };
        let to = std::slice::from_ref(&channel.switched_on_by);
        let dm = workspace.slack.open_conversation(to).await?;
        let message = NewMessage {
            text: text::no_longer_in_channel(&channel.name, erased),
            ..NewMessage::default()
        };
        let key = format!(
            "unheard:{}:{}",
            channel.id,
            channel.switched_on_at.timestamp()
        );
        deliver::once(&self.services.outbox, workspace, &key, &dm, message).await?;
        Ok(())
    }
}

async fn find(workspace: &Workspace, channel: &ChannelId) -> Result<Found, SlackError> {
    let found = match workspace.slack.conversation(channel).await {
        Err(SlackError::Refused {
            code: ApiCode::ChannelNotFound,
            ..
        }) => return Ok(Found::Lost),
        found => found?,
    };
    // An answer that could not be read is no reason to forget anything.
    if found.id.is_empty() {
        return Err(SlackError::Ambiguous("Slack's answer could not be read"));
    }
    Ok(match found {
        found if found.is_archived => Found::Asleep,
        found if !found.is_member => Found::Lost,
        found => Found::There {
            name: found.name,
            is_private: found.is_private,
        },
    })
}
