//! Brings charts, reports and exports to the thread that they were asked for in, each version
//! once. What Slack does not take is said there in a sentence.

use super::Services;
use super::deliver::{self, DeliverError};
use super::schedules::tell_of_artifact;
use super::workspaces::Workspace;
use crate::queue::{Done, Handler, Held};
use crate::slack::blocks::artifact::{self, Shown};
use crate::slack::blocks::raw;
use crate::slack::client::{ApiCode, NewMessage, Share, SlackError};
use crate::slack::mrkdwn::{clip, escape};
use crate::slack::text;
use crate::store::artifacts::{self, DASHBOARD, DELIVER, Delivery, Version};
use crate::store::{StoreResult, schedules};
use async_trait::async_trait;
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;

/// What notifications and screen readers say of a chart.
const LONGEST_TEXT: usize = 2_000;
/// What Slack keeps as the alternative text of a picture.
const LONGEST_ALT: usize = 1_000;

/// So often is it tried to tell somebody, beyond the attempts at the artifact itself.
const TOLD_ATTEMPTS: i32 = 6;

#[derive(Debug, Clone)]
pub struct DeliverArtifact {
    pub services: Services,
}

#[async_trait]
impl Handler for DeliverArtifact {
    fn kind(&self) -> &'static str {
        DELIVER
    }

    fn max_attempts(&self) -> i32 {
        6
    }

    async fn run(&self, held: &Held) -> Done {
        let Some(version) = Version::parse(held.key()) else {
            return Done::Failed {
                error: "the key names no version".to_owned(),
            };
        };
        match self.bring(held, version).await {
            Ok(()) => Done::Finished,
            Err(DeliverError::Slack(SlackError::NoToken)) => Done::Finished,
            Err(DeliverError::Slack(SlackError::RateLimited { retry_after })) => Done::Retry {
                after: Some(retry_after),
                error: "Slack’s rate limit".to_owned(),
            },
            Err(DeliverError::Slack(SlackError::Refused { code, .. })) => {
                self.give_up(held, version, &refusal(&code)).await
            }
            Err(error) => Done::Retry {
                after: Some(Duration::from_secs(2)),
                error: error.to_string(),
            },
        }
    }

    async fn exhausted(&self, held: &Held) -> Done {
        match Version::parse(held.key()) {
            Some(version) => self.give_up(held, version, "Slack did not take it").await,
            None => Done::Finished,
        }
    }
}

/// Why Slack refused, for people.
fn refusal(code: &ApiCode) -> String {
    match code {
        ApiCode::MissingScope => {
            "I’m not allowed to upload files here (an administrator has to install me again)".into()
        }
        ApiCode::IsArchived => "the channel is archived".into(),
        ApiCode::NotInChannel | ApiCode::ChannelNotFound => {
            "I’m not in the channel any more".into()
        }
        code if code.as_str() == "storage_limit_reached" => {
            "Slack has no room left for files here (an administrator can make some)".into()
        }
        code => format!("Slack refused it ({})", code.as_str()),
    }
}

impl DeliverArtifact {
    async fn bring(&self, held: &Held, version: Version) -> Result<(), DeliverError> {
        let mut tx = self.services.db.org(held.lease().org).await?;
        let found = artifacts::delivery(&mut tx, version).await?;
        drop(tx);
        // Deleted or done meanwhile, or nobody is left to bring it to.
        let Some(delivery) = found.filter(|delivery| delivery.is_waiting) else {
            return Ok(());
        };
        let Some(workspace) = self.services.workspaces.get(&delivery.workspace) else {
            return Ok(());
        };
        match (&delivery.blocks, &delivery.file) {
            (Some(blocks), _) => {
                self.post(&workspace, version, &delivery, blocks).await?;
            }
            (None, Some((name, bytes))) => {
                self.upload(&workspace, version, &delivery, name, bytes)
                    .await?;
            }
            (None, None) => {}
        }
        let mut tx = self.services.db.org(workspace.org).await?;
        artifacts::settle(&mut tx, version, true).await?;
        Ok(tx.commit().await?)
    }

    async fn post(
        &self,
        workspace: &Workspace,
        version: Version,
        delivery: &Delivery,
        blocks: &Value,
    ) -> Result<(), DeliverError> {
        let mut blocks = blocks.as_array().cloned().unwrap_or_default();
        blocks.extend(artifact::below(
            &shown(version, delivery),
            delivery.note.as_deref(),
        ));
        let message = NewMessage {
            thread: delivery.thread.clone(),
            text: escape(&clip(
                &format!("{}: {}", delivery.title, delivery.words),
                LONGEST_TEXT,
            )),
            blocks: raw(blocks),
            metadata: None,
        };
        let key = format!("artifact:{}", version.key());
        deliver::once(
            &self.services.outbox,
            workspace,
            &key,
            &delivery.channel,
            message,
        )
        .await?;
        Ok(())
    }

    /// The file's id is kept before it is shared, so that another attempt shares the same one,
    /// and only if it is not there yet.
    async fn upload(
        &self,
        workspace: &Workspace,
        version: Version,
        delivery: &Delivery,
        name: &str,
        bytes: &[u8],
    ) -> Result<(), DeliverError> {
        let slack = &workspace.slack;
        let file = match &delivery.slack_file {
            Some(file) if slack.is_shared(file, &delivery.channel).await? => return Ok(()),
            Some(file) => file.clone(),
            None => {
                let is_picture = matches!(delivery.kind.as_str(), "chart" | DASHBOARD);
                let alt = clip(&delivery.words, LONGEST_ALT);
                let alt = is_picture.then_some(alt.as_str());
                let bytes = Bytes::copy_from_slice(bytes);
                let file = slack.bring(name, alt, bytes).await?;
                let mut tx = self.services.db.org(workspace.org).await?;
                artifacts::set_slack_file(&mut tx, version, &file).await?;
                tx.commit().await?;
                file
            }
        };
        let blocks = artifact::above_file(&shown(version, delivery));
        let share = Share {
            file: &file,
            title: &delivery.title,
            channel: &delivery.channel,
            thread: delivery.thread.as_ref(),
            comment: None,
            blocks: &blocks,
        };
        match slack.share(share.clone()).await {
            // A file is worth more than what stands above it.
            Err(error) if error.code() == Some(&ApiCode::InvalidBlocks) => {
                let comment = escape(&delivery.title);
                let comment = Some(comment.as_str());
                slack
                    .share(Share {
                        comment,
                        blocks: &[],
                        ..share
                    })
                    .await?;
            }
            shared => shared?,
        }
        Ok(())
    }

    /// What is told comes first: settled before, a sentence that Slack did not take in that moment
    /// would never come.
    async fn give_up(&self, held: &Held, version: Version, why: &str) -> Done {
        let told = self.tell(held, version, why).await;
        if let Err(error) = &told
            && is_passing(error)
            && held.attempts() < self.max_attempts() + TOLD_ATTEMPTS
        {
            let after = match error {
                DeliverError::Slack(SlackError::RateLimited { retry_after }) => Some(*retry_after),
                _ => None,
            };
            return Done::Retry {
                after,
                error: error.to_string(),
            };
        }
        tracing::warn!(
            artifact.version = held.key(),
            error = why,
            "an artifact was not delivered"
        );
        if let Err(error) = told {
            tracing::warn!(%error, "nobody could be told that an artifact was not delivered");
        }
        match self.settle(held, version).await {
            Ok(()) => Done::Finished,
            Err(error) => Done::Retry {
                after: None,
                error: error.to_string(),
            },
        }
    }

    async fn settle(&self, held: &Held, version: Version) -> StoreResult<()> {
        let mut tx = self.services.db.org(held.lease().org).await?;
        artifacts::settle(&mut tx, version, false).await?;
        tx.commit().await
    }

    async fn tell(&self, held: &Held, version: Version, why: &str) -> Result<(), DeliverError> {
        let mut tx = self.services.db.org(held.lease().org).await?;
        let found = artifacts::delivery(&mut tx, version).await?;
        drop(tx);
        let Some(delivery) = found.filter(|delivery| delivery.is_waiting) else {
            return Ok(());
        };
        let Some(workspace) = self.services.workspaces.get(&delivery.workspace) else {
            return Ok(());
        };
        let message = NewMessage {
            thread: delivery.thread.clone(),
            text: text::not_brought(&delivery.title, why),
            ..NewMessage::default()
        };
        let key = format!("artifact-lost:{}", version.key());
        let outbox = &self.services.outbox;
        let in_thread = deliver::once(outbox, &workspace, &key, &delivery.channel, message).await;
        // What the thread may not be told either reaches whoever waits for it.
        let to_owner = self.tell_owner(&workspace, version, &delivery, why).await;
        match (in_thread, to_owner) {
            (Err(error), _) if is_passing(&error) => Err(error),
            (in_thread, to_owner) => to_owner.and(in_thread.map(|_| ())),
        }
    }

    /// Nobody sits beside a scheduled run. Who presses “Run again” looks on.
    async fn tell_owner(
        &self,
        workspace: &Workspace,
        version: Version,
        delivery: &Delivery,
        why: &str,
    ) -> Result<(), DeliverError> {
        if version.number != 1 {
            return Ok(());
        }
        let mut tx = self.services.db.org(workspace.org).await?;
        let run = schedules::run_of_artifact(&mut tx, version.artifact).await?;
        drop(tx);
        let Some(run) = run else {
            return Ok(());
        };
        let key = format!("artifact-lost-run:{}", version.key());
        let lost = (delivery.title.as_str(), why);
        tell_of_artifact(&self.services, workspace, &run, &key, lost).await
    }
}

/// It may be told a little later.
fn is_passing(error: &DeliverError) -> bool {
    !matches!(
        error,
        DeliverError::Slack(SlackError::Refused { .. } | SlackError::NoToken)
    )
}

fn shown(version: Version, delivery: &Delivery) -> Shown<'_> {
    Shown {
        id: version.artifact,
        is_dashboard: delivery.kind == DASHBOARD,
        title: &delivery.title,
        headline: delivery.note.as_deref(),
        changes: delivery.changes.as_deref(),
        rows: delivery.rows,
        made_at: delivery.made_at,
    }
}
