//! Systems in which Penny has an account of her own, such as the Slack workspace that she is
//! installed in: nobody connects them, and everybody reaches them through her.

use super::Connector;
use super::connections::{ConnectionError, Connections};
use super::reaching::{Open, ReachError};
use crate::base::ids::{OrgId, PersonId, UserId};
use crate::base::secret::Secret;
use crate::store::sealing::Place;
use crate::store::{installations, people};

/// Who wants something to be done with Penny's own account.
#[derive(Debug, Clone)]
pub struct Requester {
    pub user: UserId,
    /// A guest, or somebody of another organisation.
    pub is_restricted: bool,
}

impl Connections {
    pub(super) async fn own(
        &self,
        org: OrgId,
        connector: &'static dyn Connector,
    ) -> Result<Open, ReachError> {
        let name = connector.manifest().name;
        let token = self.bot_token(org).await?;
        Ok(Open {
            connector,
            api: self.with_token(connector, token.ok_or(ReachError::NotConnected(name))?)?,
            connection: None,
        })
    }

    async fn bot_token(&self, org: OrgId) -> Result<Option<Secret>, ConnectionError> {
        let installed = installations::active(self.db()).await?;
        let Some(installed) = installed.into_iter().find(|it| it.org == org) else {
            return Ok(None);
        };
        let place = Place {
            org,
            purpose: installations::BOT_TOKEN,
            row: &installed.workspace,
        };
        Ok(Some(self.sealer().open(&installed.bot_token, place)?))
    }

    pub(super) async fn requester(
        &self,
        org: OrgId,
        person: PersonId,
    ) -> Result<Option<Requester>, ConnectionError> {
        let mut tx = self.db().org(org).await?;
        let found = people::by_ids(&mut tx, &[person]).await?.into_iter().next();
        Ok(found
            .filter(|person| !person.is_deactivated)
            .and_then(|person| {
                Some(Requester {
                    user: person.slack_user?,
                    is_restricted: person.is_restricted,
                })
            }))
    }
}
