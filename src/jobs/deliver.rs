//! Messages outside the streamed answer: written down before they are sent, and looked up in
//! the thread before they are sent again, so that each appears once.

use super::workspaces::Workspace;
use crate::base::ids::{ChannelId, Ts};
use crate::queue::Done;
use crate::slack::client::{Metadata, NewMessage, Said, SlackError};
use crate::store::StoreError;
use crate::store::outbox::{Earlier, Outbox};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// Names Penny's own messages in Slack's metadata.
pub const EVENT_TYPE: &str = "penny_message";
/// How far Slack's clock may be behind the database's.
const SKEW: TimeDelta = TimeDelta::minutes(10);
/// Messages of a channel that are looked at in one call.
const PAGE: u16 = 200;

#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] SlackError),
}

/// How a job ends that tells somebody of something: nobody is left to be told, or it is tried again.
pub fn told(outcome: Result<(), DeliverError>, what: &'static str) -> Done {
    match outcome {
        Ok(()) => Done::Finished,
        Err(DeliverError::Slack(error @ SlackError::Refused { .. })) => {
            tracing::warn!(%error, told.what = what, "nobody could be told");
            Done::Finished
        }
        Err(DeliverError::Slack(SlackError::RateLimited { retry_after })) => Done::Retry {
            after: Some(retry_after),
            error: "Slack asks for patience".to_owned(),
        },
        Err(error) => Done::Retry {
            after: None,
            error: error.to_string(),
        },
    }
}

/// Posts a message once, over any number of attempts with the same key; returns its ts.
pub async fn once(
    outbox: &Outbox,
    workspace: &Workspace,
    key: &str,
    channel: &ChannelId,
    mut message: NewMessage,
) -> Result<Ts, DeliverError> {
    let intended = outbox.intend(workspace.org, key).await?;
    let lost = Lost {
        key,
        channel,
        thread: message.thread.clone(),
        since: intended.at - SKEW,
    };
    let found = match intended.earlier {
        Earlier::Sent(ts) => return Ok(ts),
        Earlier::None => None,
        Earlier::Unsettled => lost.find(workspace).await?,
    };
    let ts = match found {
        Some(ts) => ts,
        None => {
            message.metadata = Some(Metadata {
                event_type: EVENT_TYPE,
                event_payload: json!({ "key": key }),
            });
            post(workspace, &lost, &message).await?
        }
    };
    outbox.sent(workspace.org, key, &ts).await?;
    Ok(ts)
}

async fn post(
    workspace: &Workspace,
    lost: &Lost<'_>,
    message: &NewMessage,
) -> Result<Ts, SlackError> {
    match workspace.slack.post_message(lost.channel, message).await {
        Ok(posted) => Ok(posted.ts),
        Err(error @ SlackError::Ambiguous(_)) => match lost.find(workspace).await? {
            Some(ts) => Ok(ts),
            None => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// A message that may be there.
struct Lost<'a> {
    key: &'a str,
    channel: &'a ChannelId,
    thread: Option<Ts>,
    /// It was not posted earlier.
    since: DateTime<Utc>,
}

impl Lost<'_> {
    /// Reads back whether it is there, however much was said since.
    async fn find(&self, workspace: &Workspace) -> Result<Option<Ts>, SlackError> {
        match &self.thread {
            Some(thread) => self.in_thread(workspace, thread).await,
            None => self.in_channel(workspace).await,
        }
    }

    /// Threads are read from their older end.
    async fn in_thread(
        &self,
        workspace: &Workspace,
        thread: &Ts,
    ) -> Result<Option<Ts>, SlackError> {
        let oldest = Ts(format!("{}.000000", self.since.timestamp()));
        let mut cursor = None;
        loop {
            let slack = &workspace.slack;
            let page = slack
                .replies(self.channel, thread, Some(&oldest), cursor)
                .await?;
            if let Some(found) = page.entries.into_iter().find(|said| self.is_it(said)) {
                return Ok(found.ts);
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(None);
            }
        }
    }

    /// Channels are read from their newer end.
    async fn in_channel(&self, workspace: &Workspace) -> Result<Option<Ts>, SlackError> {
        let mut latest: Option<Ts> = None;
        loop {
            let slack = &workspace.slack;
            let page = slack.history(self.channel, latest.as_ref(), PAGE).await?;
            if let Some(found) = page.iter().find(|said| self.is_it(said)) {
                return Ok(found.ts.clone());
            }
            let oldest = page.into_iter().rev().find_map(|said| said.ts);
            if !oldest.as_ref().is_some_and(|ts| self.may_be_before(ts)) || oldest == latest {
                return Ok(None);
            }
            latest = oldest;
        }
    }

    /// Whether it may have been posted before that.
    fn may_be_before(&self, ts: &Ts) -> bool {
        let seconds = ts.as_str().split('.').next();
        let seconds = seconds.and_then(|seconds| seconds.parse::<i64>().ok());
        seconds.is_some_and(|seconds| seconds >= self.since.timestamp())
    }

    fn is_it(&self, said: &Said) -> bool {
        said.metadata.as_ref().is_some_and(|metadata| {
            metadata.event_type == EVENT_TYPE && metadata.event_payload["key"] == self.key
        })
    }
}
