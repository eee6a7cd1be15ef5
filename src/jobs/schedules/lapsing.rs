//! Nobody agreed in time that a schedule may run as them: whoever asked for it is told, and the
//! proposal goes. What it was to take the place of was never touched.

use super::telling::again;
use super::words;
use crate::base::ids::{OrgId, ScheduleId};
use crate::jobs::Services;
use crate::jobs::deliver::{self, DeliverError};
use crate::queue::{Done, Handler, Held};
use crate::slack::client::{NewMessage, SlackError};
use crate::store::schedules::{self, State, TELL_LAPSED};
use async_trait::async_trait;

#[derive(Debug, Clone)]
pub struct TellLapsed {
    pub services: Services,
}

#[async_trait]
impl Handler for TellLapsed {
    fn kind(&self) -> &'static str {
        TELL_LAPSED
    }

    /// A week of tries, ten minutes apart.
    fn max_attempts(&self) -> i32 {
        1_000
    }

    async fn run(&self, held: &Held) -> Done {
        let Ok(id) = held.key().parse::<ScheduleId>() else {
            return Done::Finished;
        };
        let org = held.lease().org;
        let error = match self.tell(org, id).await {
            Ok(()) => return self.forget(org, id).await,
            Err(error) => error,
        };
        match again(&error) {
            Some(again) => again,
            None => self.forget(org, id).await,
        }
    }

    async fn exhausted(&self, held: &Held) -> Done {
        tracing::warn!(
            schedule.id = held.key(),
            "nobody could be told that a schedule was not agreed to"
        );
        match held.key().parse() {
            Ok(id) => self.forget(held.lease().org, id).await,
            Err(_) => Done::Finished,
        }
    }
}

impl TellLapsed {
    async fn tell(&self, org: OrgId, id: ScheduleId) -> Result<(), DeliverError> {
        let mut tx = self.services.db.org(org).await?;
        let proposal = schedules::get(&mut tx, id).await?;
        let Some(proposal) = proposal.filter(|it| it.state == State::Proposed) else {
            return Ok(());
        };
        let Some(asked_by) = proposal.asked_by.clone() else {
            return Ok(());
        };
        let replaced = match proposal.replaces {
            Some(id) => schedules::get(&mut tx, id).await?,
            None => None,
        };
        drop(tx);
        let workspace = self.services.workspaces.get(&proposal.workspace);
        let workspace = workspace.ok_or(SlackError::NoToken)?;
        let dm = workspace.slack.open_conversation(&[asked_by]).await?;
        let message = NewMessage {
            text: words::lapsed(&proposal, replaced.as_ref()),
            ..NewMessage::default()
        };
        let key = format!("lapsed:{id}");
        deliver::once(&self.services.outbox, &workspace, &key, &dm, message).await?;
        Ok(())
    }

    async fn forget(&self, org: OrgId, id: ScheduleId) -> Done {
        let forgotten = async {
            let mut tx = self.services.db.org(org).await?;
            schedules::drop_proposal(&mut tx, id).await?;
            tx.commit().await
        };
        match forgotten.await {
            Ok(()) => Done::Finished,
            Err(error) => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        }
    }
}
