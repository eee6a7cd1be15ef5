//! Tells whoever switched a channel on how far its reading back is: one message, kept up to date.

use super::{Interrupted, done, given_up};
use crate::base::ids::ChannelId;
use crate::jobs::deliver::DeliverError;
use crate::jobs::workspaces::Workspace;
use crate::jobs::{Services, deliver};
use crate::queue::{Done, Handler, Held};
use crate::slack::client::{NewMessage, SlackError};
use crate::slack::text;
use crate::store::listening::{self, Channel, REPORT};
use async_trait::async_trait;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub struct ReportReading {
    pub services: Services,
}

/// Begins to tell, once over all attempts with the same key.
pub async fn report(
    services: &Services,
    workspace: &Workspace,
    channel: &Channel,
    key: &str,
) -> Result<(), DeliverError> {
    let db = &services.db;
    let to = std::slice::from_ref(&channel.switched_on_by);
    let dm = workspace.slack.open_conversation(to).await?;
    let ts = deliver::once(&services.outbox, workspace, key, &dm, message(channel)).await?;
    let mut tx = db.org(workspace.org).await?;
    listening::report_in(&mut tx, &channel.id, (&dm, &ts)).await?;
    Ok(tx.commit().await?)
}

fn message(channel: &Channel) -> NewMessage {
    NewMessage {
        text: match channel.read_back_at {
            None => text::reading_back(&channel.name, channel.read_count),
            Some(_) => text::has_read_back(&channel.name, channel.read_count),
        },
        ..NewMessage::default()
    }
}

#[async_trait]
impl Handler for ReportReading {
    fn kind(&self) -> &'static str {
        REPORT
    }

    async fn run(&self, held: &Held) -> Done {
        done(self.update(held).await)
    }

    async fn exhausted(&self, held: &Held) -> Done {
        given_up(held)
    }
}

impl ReportReading {
    async fn update(&self, held: &Held) -> Result<(), Interrupted> {
        let mut tx = self.services.db.org(held.lease().org).await?;
        let channel = listening::get(&mut tx, &ChannelId::new(held.key())).await?;
        tx.commit().await?;
        let Some(channel) = channel else {
            return Ok(());
        };
        let (Some((dm, ts)), Some(workspace)) = (
            &channel.report,
            self.services.workspaces.get(&channel.workspace),
        ) else {
            return Ok(());
        };
        let told = workspace
            .slack
            .update_message(dm, ts, &message(&channel), PATIENCE)
            .await;
        match told {
            // Somebody has deleted it, and does not want to know.
            Err(SlackError::Refused { code, .. }) => {
                tracing::debug!(slack.code = %code, "a report of reading is gone");
                Ok(())
            }
            told => Ok(told.map(drop)?),
        }
    }
}
