//! Trouble with a schedule is told to whoever owns it, in a direct message, once a run, with what
//! to do about it. If they have left, an administrator is told.

use super::words;
use crate::base::ids::{OrgId, ScheduleRunId, UserId};
use crate::jobs::Services;
use crate::jobs::deliver::{self, DeliverError};
use crate::jobs::workspaces::Workspace;
use crate::queue::{Done, Handler, Held};
use crate::slack::blocks::{offer, raw};
use crate::slack::client::{NewMessage, SlackError};
use crate::slack::{ids, text};
use crate::store::people;
use crate::store::schedules::{self, Run, Schedule, State, TELL_TROUBLE};
use async_trait::async_trait;
use std::time::Duration;

/// Without a token nobody can be told; whoever installs Penny again brings one.
const UNTIL_INSTALLED: Duration = Duration::from_secs(600);

/// When to try again to tell somebody. None: nobody is left to be told.
pub(super) fn again(error: &DeliverError) -> Option<Done> {
    let after = match error {
        DeliverError::Slack(SlackError::RateLimited { retry_after }) => Some(*retry_after),
        DeliverError::Slack(SlackError::NoToken) => Some(UNTIL_INSTALLED),
        DeliverError::Slack(SlackError::Refused { code, .. }) if code.is_about_the_token() => {
            Some(UNTIL_INSTALLED)
        }
        DeliverError::Slack(SlackError::Refused { .. }) => return None,
        _ => None,
    };
    Some(Done::Retry {
        after,
        error: error.to_string(),
    })
}

#[derive(Debug, Clone)]
pub struct TellTrouble {
    pub services: Services,
}

#[async_trait]
impl Handler for TellTrouble {
    fn kind(&self) -> &'static str {
        TELL_TROUBLE
    }

    /// A week of tries, ten minutes apart.
    fn max_attempts(&self) -> i32 {
        1_000
    }

    async fn run(&self, held: &Held) -> Done {
        let Ok(id) = held.key().parse::<ScheduleRunId>() else {
            return Done::Finished;
        };
        let error = match self.tell(held.lease().org, id).await {
            Ok(()) => return Done::Finished,
            Err(error) => error,
        };
        again(&error).unwrap_or_else(|| {
            tracing::warn!(%error, "nobody could be told of trouble with a schedule");
            Done::Finished
        })
    }

    /// The list of schedules says it as well.
    async fn exhausted(&self, held: &Held) -> Done {
        tracing::error!(
            run.id = held.key(),
            "nobody could be told of trouble with a schedule"
        );
        Done::Finished
    }
}

impl TellTrouble {
    async fn tell(&self, org: OrgId, id: ScheduleRunId) -> Result<(), DeliverError> {
        let mut tx = self.services.db.org(org).await?;
        let Some(run) = schedules::get_run(&mut tx, id).await? else {
            return Ok(());
        };
        let Some(schedule) = schedules::get(&mut tx, run.schedule).await? else {
            return Ok(());
        };
        drop(tx);
        let workspace = self.services.workspaces.get(&schedule.workspace);
        let workspace = workspace.ok_or(SlackError::NoToken)?;
        let Some(user) = whom(&self.services, &workspace, &schedule).await? else {
            return Ok(());
        };
        let channel = workspace.slack.open_conversation(&[user]).await?;
        let link = match (&run.channel, &run.root) {
            (Some(channel), Some(root)) => workspace.slack.permalink(channel, root).await.ok(),
            _ => None,
        };
        let sentence = words::trouble(&schedule, &run, link.as_deref());
        let (label, action) = match schedule.state {
            State::Proposed | State::Active => (words::SEE_SCHEDULES, ids::SCHEDULES_LIST),
            State::Paused => (text::RESUME, ids::SCHEDULE_RESUME),
            // Its time has passed, and yet it may be wanted.
            State::Over => (text::RUN_NOW, ids::SCHEDULE_RUN),
        };
        let message = NewMessage {
            blocks: raw(offer(&sentence, label, action, &schedule.id.to_string())),
            text: sentence,
            ..NewMessage::default()
        };
        let key = format!("trouble:{id}");
        deliver::once(&self.services.outbox, &workspace, &key, &channel, message).await?;
        Ok(())
    }
}

/// Tells the owner that something a run made did not get to its thread. `key` is of the telling.
pub async fn tell_of_artifact(
    services: &Services,
    workspace: &Workspace,
    run: &Run,
    key: &str,
    (title, why): (&str, &str),
) -> Result<(), DeliverError> {
    let mut tx = services.db.org(workspace.org).await?;
    let schedule = schedules::get(&mut tx, run.schedule).await?;
    drop(tx);
    // Where the run answers directly, its thread has told its owner already.
    let Some(schedule) = schedule.filter(|it| it.channel.is_some()) else {
        return Ok(());
    };
    let Some(user) = whom(services, workspace, &schedule).await? else {
        return Ok(());
    };
    let dm = workspace.slack.open_conversation(&[user]).await?;
    let message = NewMessage {
        text: words::artifact_lost(&schedule, run, title, why),
        ..NewMessage::default()
    };
    deliver::once(&services.outbox, workspace, key, &dm, message).await?;
    Ok(())
}

/// The owner, or an administrator if they have left.
async fn whom(
    services: &Services,
    workspace: &Workspace,
    schedule: &Schedule,
) -> Result<Option<UserId>, DeliverError> {
    let owner = services
        .directory
        .person(&services.db, workspace, &schedule.owner)
        .await?;
    if !owner.is_deactivated {
        return Ok(Some(schedule.owner.clone()));
    }
    let mut tx = services.db.org(workspace.org).await?;
    let admin = people::admins(&mut tx).await?.into_iter().next();
    Ok(admin.or_else(|| workspace.installed_by.clone()))
}
