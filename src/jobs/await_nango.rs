//! Waits until somebody who was given a link to Nango has said yes there, and connects the system
//! with what came of it. Nango tells nobody by itself, so it is asked, as long as the link lives.

use super::deliver::{self, DeliverError};
use super::workspaces::Workspace;
use super::{Services, show_sync};
use crate::base::ids::{OrgId, PersonId, UserId};
use crate::connectors::connections::{ConnectionError, Opened};
use crate::connectors::{Connector, ConnectorError, registry};
use crate::net::json_api::ApiError;
use crate::queue::{Done, Handler, Held};
use crate::slack::client::NewMessage;
use crate::slack::text;
use crate::store::{OrgTx, StoreResult, jobs, people};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::time::Duration;
use uuid::{NoContext, Timestamp, Uuid};

pub const KIND: &str = "await_nango";

const LOOK_EVERY: Duration = Duration::from_secs(3);
/// As long as a link of Nango lives.
const LINK_LIVES: TimeDelta = TimeDelta::minutes(30);

/// Whom a link was given to, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation<'a> {
    pub system: &'a str,
    pub person: PersonId,
    /// Under this Nango knows what came of it; it carries its time.
    pub session: Uuid,
}

impl<'a> Invitation<'a> {
    pub fn new(system: &'a str, person: PersonId, now: DateTime<Utc>) -> Self {
        let made = Timestamp::from_unix(NoContext, now.timestamp().unsigned_abs(), 0);
        Self {
            system,
            person,
            session: Uuid::new_v7(made),
        }
    }

    fn key(&self) -> String {
        format!("{} {} {}", self.system, self.person, self.session)
    }

    fn parse(key: &'a str) -> Option<Self> {
        let mut parts = key.split(' ');
        Some(Self {
            system: parts.next()?,
            person: parts.next()?.parse().ok()?,
            session: parts.next()?.parse().ok()?,
        })
    }

    fn is_over(&self, now: DateTime<Utc>) -> bool {
        let made = self.session.get_timestamp().map(|it| it.to_unix().0);
        let made = made.and_then(|seconds| DateTime::from_timestamp(seconds.cast_signed(), 0));
        made.is_none_or(|made| now - made > LINK_LIVES)
    }

    /// From now on it is looked whether somebody has said yes.
    pub async fn wait(&self, tx: &mut OrgTx) -> StoreResult<()> {
        jobs::nudge(tx, KIND, &self.key()).await
    }
}

#[derive(Debug, Clone)]
pub struct AwaitNango {
    pub services: Services,
}

#[async_trait]
impl Handler for AwaitNango {
    fn kind(&self) -> &'static str {
        KIND
    }

    /// Each look is one; the link's end is the end.
    fn max_attempts(&self) -> i32 {
        i32::MAX
    }

    async fn exhausted(&self, _: &Held) -> Done {
        Done::Finished
    }

    async fn run(&self, held: &Held) -> Done {
        let Some(invitation) = Invitation::parse(held.key()) else {
            return Done::Finished;
        };
        let Some(connector) = registry::find(invitation.system) else {
            return Done::Finished;
        };
        let org = held.lease().org;
        let is_over = invitation.is_over(self.services.clock.now());
        match self.look(org, &invitation, connector).await {
            Ok(Some(opened)) => {
                tracing::info!(system.slug = invitation.system, "a system was connected");
                self.follow(org, &invitation, &opened).await;
                Done::Finished
            }
            Ok(None) if is_over => Done::Finished,
            Ok(None) => again("nobody has said yes so far".to_owned()),
            Err(error) if is_over || !may_pass(&error) => {
                let name = connector.manifest().name;
                match self.tell(org, &invitation, name, &error).await {
                    Ok(()) => {
                        let system = invitation.system;
                        tracing::warn!(system.slug = system, %error, "what was let in could not be connected");
                        Done::Finished
                    }
                    Err(untold) => again(untold.to_string()),
                }
            }
            Err(error) => again(error.to_string()),
        }
    }
}

fn again(error: String) -> Done {
    Done::Retry {
        after: Some(LOOK_EVERY),
        error,
    }
}

/// Whether it may be different in a moment.
fn may_pass(error: &ConnectionError) -> bool {
    match error {
        ConnectionError::Connector(ConnectorError::Api(error)) => {
            matches!(error, ApiError::Away(_) | ApiError::Limited(_))
        }
        ConnectionError::Store(_) => true,
        _ => false,
    }
}

impl AwaitNango {
    async fn look(
        &self,
        org: OrgId,
        invitation: &Invitation<'_>,
        connector: &'static dyn Connector,
    ) -> Result<Option<Opened>, ConnectionError> {
        let connections = &self.services.connections;
        let nango = connections.nango().ok_or(ConnectionError::NoNango)?;
        let session = invitation.session.to_string();
        let found = nango.came_of(invitation.system, &session).await;
        let found = found.map_err(ConnectorError::from)?;
        let Some(name) = found else {
            return Ok(None);
        };
        let opened = connections.connect_at_nango(org, invitation.person, connector, &name);
        opened.await.map(Some)
    }

    /// What was begun in Slack goes on there. If nobody can be told, it is read all the same.
    async fn follow(&self, org: OrgId, invitation: &Invitation<'_>, opened: &Opened) {
        let told = async {
            let Some((workspace, user)) = self.invited(org, invitation).await? else {
                return Ok(());
            };
            let key = format!("connected:{}", opened.run);
            show_sync::follow(&self.services, &workspace, &user, opened.run, &key).await
        };
        if let Err(error) = told.await {
            tracing::warn!(%error, "a run could not be shown in Slack");
        }
    }

    /// Somebody said yes, and nothing came of it.
    async fn tell(
        &self,
        org: OrgId,
        invitation: &Invitation<'_>,
        name: &str,
        error: &ConnectionError,
    ) -> Result<(), DeliverError> {
        let Some((workspace, user)) = self.invited(org, invitation).await? else {
            return Ok(());
        };
        let channel = workspace.slack.open_conversation(&[user]).await?;
        let message = NewMessage {
            text: text::not_connected_after_all(name, invitation.system, &error.to_string()),
            ..NewMessage::default()
        };
        let key = format!("not_connected:{}", invitation.session);
        let outbox = &self.services.outbox;
        deliver::once(outbox, &workspace, &key, &channel, message).await?;
        Ok(())
    }

    /// Where whoever was given the link is to be found.
    async fn invited(
        &self,
        org: OrgId,
        invitation: &Invitation<'_>,
    ) -> StoreResult<Option<(Arc<Workspace>, UserId)>> {
        let mut tx = self.services.db.org(org).await?;
        let user = people::slack_user_of(&mut tx, invitation.person).await?;
        let known = self.services.workspaces.all();
        let workspace = known.into_iter().find(|it| it.org == org);
        Ok(workspace.zip(user))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_read_back_from_its_key_and_ends_with_its_link() {
        let now = Utc::now();
        let made = Invitation::new("hubspot", PersonId::fresh(), now);
        let key = made.key();
        assert_eq!(Invitation::parse(&key), Some(made));
        assert!(!made.is_over(now + TimeDelta::minutes(29)));
        assert!(made.is_over(now + TimeDelta::minutes(31)));
        assert_eq!(Invitation::parse("hubspot"), None);
    }
}
