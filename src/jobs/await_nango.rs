//! Waits until somebody who was given a link to Nango has said yes there, and connects the system
//! with what came of it. Nango tells nobody by itself, so it is asked, as long as the link lives.

use super::{Services, show_sync};
use crate::base::ids::{OrgId, PersonId};
use crate::connectors::connections::{ConnectionError, Opened};
use crate::connectors::{Connector, registry};
use crate::queue::{Done, Handler, Held};
use crate::store::{OrgTx, StoreResult, jobs, people};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use uuid::Uuid;

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
    pub fn new(system: &'a str, person: PersonId) -> Self {
        Self {
            system,
            person,
            session: Uuid::now_v7(),
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
        jobs::nudge(tx, KIND, &self.key(), "", None).await
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
        match self.look(org, &invitation, connector).await {
            Ok(Some(opened)) => {
                tracing::info!(system = invitation.system, "a system was connected");
                self.follow(org, &invitation, &opened).await;
                Done::Finished
            }
            Ok(None) if invitation.is_over(Utc::now()) => Done::Finished,
            Ok(None) => Done::Retry {
                after: Some(LOOK_EVERY),
                error: String::new(),
            },
            Err(error) if invitation.is_over(Utc::now()) => Done::Failed {
                error: error.to_string(),
            },
            Err(error) => Done::Retry {
                after: Some(LOOK_EVERY),
                error: error.to_string(),
            },
        }
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
        let found = found.map_err(crate::connectors::ConnectorError::from)?;
        let Some(name) = found else {
            return Ok(None);
        };
        let opened = connections.connect_at_nango(org, invitation.person, connector, &name);
        opened.await.map(Some)
    }

    /// What was begun in Slack goes on there. If nobody can be told, it is read all the same.
    async fn follow(&self, org: OrgId, invitation: &Invitation<'_>, opened: &Opened) {
        let user = self.user(org, invitation.person).await.ok().flatten();
        let known = self.services.workspaces.all();
        let workspace = known.into_iter().find(|it| it.org == org);
        let (Some(user), Some(workspace)) = (user, workspace) else {
            return;
        };
        let key = format!("connected:{}", opened.run);
        let told = show_sync::follow(&self.services, &workspace, &user, opened.run, &key);
        if let Err(error) = told.await {
            tracing::warn!(%error, "a run could not be shown in Slack");
        }
    }

    async fn user(
        &self,
        org: OrgId,
        person: PersonId,
    ) -> StoreResult<Option<crate::base::ids::UserId>> {
        let mut tx = self.services.db.org(org).await?;
        people::slack_user_of(&mut tx, person).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_read_back_from_its_key_and_ends_with_its_link() {
        let made = Invitation::new("hubspot", PersonId::fresh());
        let key = made.key();
        assert_eq!(Invitation::parse(&key), Some(made));
        let now = Utc::now();
        assert!(!made.is_over(now + TimeDelta::minutes(29)));
        assert!(made.is_over(now + TimeDelta::minutes(31)));
        assert_eq!(Invitation::parse("hubspot"), None);
    }
}
