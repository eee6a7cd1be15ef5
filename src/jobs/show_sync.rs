//! The messages that follow a run of reading: one in the direct conversation of whoever asked
//! for it, which says how far it is and, whatever happened in between, how it ended.

use super::Services;
use super::deliver::{self, DeliverError};
use super::workspaces::Workspace;
use crate::base::ids::{RunId, UserId};
use crate::connectors::registry;
use crate::queue::{Done, Handler, Held};
use crate::slack::blocks::raw;
use crate::slack::blocks::sync::{StreamLine, StreamState, SyncCard, SyncState, sync as card};
use crate::slack::client::{NewMessage, SlackError};
use crate::store::StoreResult;
use crate::store::sync::{self, Place, Report, SHOW};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Slack lets a message be changed about this often; a run asks no more often than that.
pub const SHOW_EVERY: Duration = Duration::from_secs(3);

const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub struct ShowSync {
    pub services: Services,
}

/// Tells somebody of a run in their direct conversation, once over all attempts with the same
/// key, and keeps that message up to date.
pub async fn follow(
    services: &Services,
    workspace: &Workspace,
    user: &UserId,
    run: RunId,
    key: &str,
) -> Result<(), DeliverError> {
    let mut tx = services.db.org(workspace.org).await?;
    let Some(report) = sync::report(&mut tx, run).await? else {
        return Ok(());
    };
    tx.commit().await?;
    let users = std::slice::from_ref(user);
    let channel = workspace.slack.open_conversation(users).await?;
    let message = message(&report, services.clock.now());
    let ts = deliver::once(&services.outbox, workspace, key, &channel, message).await?;
    let place = Place {
        workspace: workspace.id.clone(),
        channel,
        ts,
    };
    let mut tx = services.db.org(workspace.org).await?;
    sync::show_in(&mut tx, run, &place).await?;
    Ok(tx.commit().await?)
}

fn message(report: &Report, now: DateTime<Utc>) -> NewMessage {
    let state = match (report.state.as_str(), &report.error) {
        ("running", _) => SyncState::Running,
        ("done", _) => SyncState::Done,
        ("stopped", _) => SyncState::Stopped,
        (_, error) => SyncState::Failed(error.as_deref().unwrap_or_default()),
    };
    let lasted = report.ended_at.unwrap_or(now) - report.started_at;
    let (text, blocks) = card(&SyncCard {
        name: &report.name,
        state,
        rows: report.rows_read,
        changed: report.rows_changed,
        seconds: lasted.num_seconds(),
        streams: streams(report),
        unsaid: report.unsaid,
    });
    NewMessage {
        text,
        blocks: raw(blocks),
        ..NewMessage::default()
    }
}

/// Every stream while the run is on its way, and afterwards those that brought something.
fn streams(report: &Report) -> Vec<StreamLine<'_>> {
    let Some(connector) = registry::find(&report.system) else {
        return Vec::new();
    };
    let is_over = report.state != "running";
    let line = |stream: &'static crate::connectors::Stream| {
        let known = report.streams.iter().find(|it| it.stream == stream.name);
        StreamLine {
            title: stream.title,
            rows: known.map_or(0, |known| known.rows),
            state: match known {
                None => StreamState::Waiting,
                Some(known) if known.is_finished => StreamState::Done,
                Some(_) => StreamState::Reading,
            },
        }
    };
    let lines = connector.manifest().streams.iter().map(line);
    lines.filter(|line| !is_over || line.rows > 0).collect()
}

#[async_trait]
impl Handler for ShowSync {
    fn kind(&self) -> &'static str {
        SHOW
    }

    async fn run(&self, held: &Held) -> Done {
        let Ok(run) = held.key().parse::<RunId>() else {
            return Done::Finished;
        };
        let again = |after, error: &dyn std::error::Error| Done::Retry {
            after,
            error: error.to_string(),
        };
        match self.show(held, run).await {
            Ok(()) => Done::Finished,
            Err(DeliverError::Slack(SlackError::RateLimited { retry_after })) => {
                again(Some(retry_after), &SlackError::RateLimited { retry_after })
            }
            Err(error) => again(None, &error),
        }
    }

    /// The run itself went on; `/penny connect` says how it ended.
    async fn exhausted(&self, held: &Held) -> Done {
        tracing::warn!(run.id = held.key(), "a run could not be shown in Slack");
        Done::Finished
    }
}

impl ShowSync {
    async fn show(&self, held: &Held, run: RunId) -> Result<(), DeliverError> {
        let org = held.lease().org;
        let mut tx = self.services.db.org(org).await?;
        let report = sync::report(&mut tx, run).await?;
        let places = sync::shown_in(&mut tx, run).await?;
        tx.commit().await?;
        let Some(report) = report else {
            return Ok(());
        };
        let message = message(&report, self.services.clock.now());
        for place in places {
            match self.update(&place, &message).await {
                Err(SlackError::Refused { code, .. }) => {
                    tracing::debug!(slack.code = %code, "a message that followed a run is gone");
                    self.forget(held, run, &place).await?;
                }
                // Said again with the next change, and nothing is said twice.
                Err(error) => return Err(error.into()),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn update(&self, place: &Place, message: &NewMessage) -> Result<(), SlackError> {
        let workspaces = &self.services.workspaces;
        // An installation that is gone has nobody to tell.
        let Some(workspace) = workspaces.get(&place.workspace) else {
            return Ok(());
        };
        let slack = &workspace.slack;
        slack
            .update_message(&place.channel, &place.ts, message, PATIENCE)
            .await
            .map(drop)
    }

    async fn forget(&self, held: &Held, run: RunId, place: &Place) -> StoreResult<()> {
        let mut tx = self.services.db.org(held.lease().org).await?;
        sync::forget_message(&mut tx, run, place).await?;
        tx.commit().await
    }
}
