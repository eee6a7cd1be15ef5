//! A run begins: its headline is posted where the schedule answers, and what is asked goes into
//! the inbox of that thread, as if its owner had said it there. From then on it is a turn like any
//! other, and the thread a conversation about it.

use super::{rule_of, words};
use crate::automation::rule::{Rule, zone_or_utc};
use crate::base::ids::{ChannelId, OrgId, ScheduleId};
use crate::jobs::Services;
use crate::jobs::deliver::{self, DeliverError};
use crate::jobs::said::{SaidFor, delivery};
use crate::jobs::workspaces::Workspace;
use crate::queue::{Done, Handler, Held};
use crate::slack::client::{NewMessage, SlackError};
use crate::store::schedules::digests::SEND;
use crate::store::schedules::{
    self, BEGIN, Beginning, Beginnings, Begun, Outcome, Run, Schedule, State,
};
use crate::store::{StoreError, jobs};
use async_trait::async_trait;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct BeginRun {
    services: Services,
    beginnings: Beginnings,
}

#[derive(Debug, thiserror::Error)]
enum NotBegun {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] SlackError),
    #[error("Penny is not installed in the workspace of the schedule")]
    Uninstalled,
    #[error("the owner of the schedule has left")]
    OwnerLeft,
}

impl From<DeliverError> for NotBegun {
    fn from(error: DeliverError) -> Self {
        match error {
            DeliverError::Store(error) => error.into(),
            DeliverError::Slack(error) => error.into(),
        }
    }
}

impl NotBegun {
    /// What to tell the owner, where trying again would not help.
    fn trouble(&self) -> Option<String> {
        match self {
            Self::Slack(SlackError::NoToken) | Self::Uninstalled => {
                Some(words::NOT_INSTALLED.to_owned())
            }
            Self::Slack(SlackError::Refused { code, .. }) => Some(words::not_delivered(code)),
            Self::OwnerLeft => Some(words::OWNER_LEFT.to_owned()),
            Self::Slack(_) | Self::Store(_) => None,
        }
    }
}

#[async_trait]
impl Handler for BeginRun {
    fn kind(&self) -> &'static str {
        BEGIN
    }

    async fn run(&self, held: &Held) -> Done {
        let Ok(id) = held.key().parse::<ScheduleId>() else {
            return Done::Finished;
        };
        let org = held.lease().org;
        match self.begin(org, id).await {
            Ok(()) => Done::Finished,
            Err(error) => match (error.trouble(), &error) {
                (Some(trouble), _) => self.fail(org, id, trouble).await,
                (None, NotBegun::Slack(SlackError::RateLimited { retry_after })) => Done::Retry {
                    after: Some(*retry_after),
                    error: error.to_string(),
                },
                (None, _) => Done::Retry {
                    after: None,
                    error: error.to_string(),
                },
            },
        }
    }

    async fn exhausted(&self, held: &Held) -> Done {
        match held.key().parse() {
            Ok(id) => {
                let org = held.lease().org;
                self.fail(org, id, words::SLACK_AWAY.to_owned()).await
            }
            Err(_) => Done::Finished,
        }
    }
}

impl BeginRun {
    pub fn new(services: Services) -> Self {
        Self {
            beginnings: Beginnings::start(&services.db),
            services,
        }
    }

    async fn begin(&self, org: OrgId, id: ScheduleId) -> Result<(), NotBegun> {
        let services = &self.services;
        let Some(due) = self.beginnings.due(org, id).await? else {
            return Ok(());
        };
        let Beginning {
            schedule,
            run,
            before,
        } = due;
        // Paused in the last moment.
        if schedule.state == State::Paused && !run.is_manual {
            let mut tx = services.db.org(org).await?;
            schedules::settle(&mut tx, run.id, &Outcome::Stopped, 0).await?;
            return Ok(tx.commit().await?);
        }
        let workspace = services.workspaces.get(&schedule.workspace);
        let workspace = workspace.ok_or(NotBegun::Uninstalled)?;
        let owner = services
            .directory
            .person(&services.db, &workspace, &schedule.owner)
            .await?;
        if owner.is_deactivated {
            return Err(NotBegun::OwnerLeft);
        }
        if schedule.is_digest {
            let mut tx = services.db.org(org).await?;
            schedules::begun(&mut tx, run.id).await?;
            jobs::nudge(&mut tx, SEND, &run.id.to_string()).await?;
            return Ok(tx.commit().await?);
        }
        let zone = zone_or_utc(Some(&owner.time_zone));
        let rule = rule_of(&schedule)?;
        let asked = words::asked_of_penny(&schedule, &run, &rule, before, zone);
        self.post_and_ask(&workspace, &schedule, &run, &rule, &asked)
            .await
    }

    async fn post_and_ask(
        &self,
        workspace: &Arc<Workspace>,
        schedule: &Schedule,
        run: &Run,
        rule: &Rule,
        asked: &str,
    ) -> Result<(), NotBegun> {
        let channel: ChannelId = match &schedule.channel {
            Some(channel) => channel.clone(),
            None => {
                workspace
                    .slack
                    .open_conversation(std::slice::from_ref(&schedule.owner))
                    .await?
            }
        };
        let message = NewMessage {
            text: words::headline(schedule, run, rule),
            ..NewMessage::default()
        };
        let key = format!("run:{}", run.id);
        let outbox = &self.services.outbox;
        let root = deliver::once(outbox, workspace, &key, &channel, message).await?;
        let asked = delivery(&SaidFor {
            workspace,
            by: &schedule.owner,
            channel: &channel,
            thread: &root,
            ts: &root,
            text: asked,
            event_key: &key,
        });
        let begun = Begun {
            org: workspace.org,
            run: run.id,
            channel,
            root,
            is_manual: run.is_manual,
            asked,
        };
        self.beginnings.begun(begun).await?;
        self.services.db.announce();
        Ok(())
    }

    /// The run is over before it began.
    async fn fail(&self, org: OrgId, id: ScheduleId, trouble: String) -> Done {
        let settled = async {
            let Some(due) = self.beginnings.due(org, id).await? else {
                return Ok(());
            };
            let mut tx = self.services.db.org(org).await?;
            schedules::settle(&mut tx, due.run.id, &Outcome::Failed(trouble), 0).await?;
            tx.commit().await
        };
        match settled.await {
            Ok(()) => Done::Finished,
            Err(error) => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        }
    }
}
