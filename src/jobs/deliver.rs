//! Messages outside the streamed answer: written down before they are sent, and looked up in
//! the thread before they are sent again, so that each appears once.

use super::workspaces::Workspace;
use crate::base::ids::{ChannelId, Ts};
use crate::slack::client::{Metadata, NewMessage, SlackError};
use crate::store::StoreError;
use crate::store::outbox::{Earlier, Intent, Outbox};
use serde_json::json;

/// Names Penny's own messages in Slack's metadata.
pub const EVENT_TYPE: &str = "penny_message";

#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] SlackError),
}

/// Posts a message once, over any number of attempts with the same key; returns its ts.
pub async fn once(
    outbox: &Outbox,
    workspace: &Workspace,
    key: &str,
    channel: &ChannelId,
    mut message: NewMessage,
) -> Result<Ts, DeliverError> {
    let intent = Intent {
        org: workspace.org,
        key: key.to_owned(),
        workspace: workspace.id.clone(),
        channel: channel.0.clone(),
        thread_ts: message.thread.as_ref().map(|thread| thread.0.clone()),
        body: json!({ "text": message.text }),
    };
    let earlier = outbox.intend(intent).await?;
    let found = match earlier {
        Earlier::Sent(ts) => return Ok(ts),
        Earlier::None => None,
        Earlier::Unsettled => find(workspace, key, channel, message.thread.as_ref()).await?,
    };
    let ts = match found {
        Some(ts) => ts,
        None => {
            message.metadata = Some(Metadata {
                event_type: EVENT_TYPE,
                event_payload: json!({ "key": key }),
            });
            post(workspace, key, channel, &message).await?
        }
    };
    outbox.sent(workspace.org, key, &ts).await?;
    Ok(ts)
}

async fn post(
    workspace: &Workspace,
    key: &str,
    channel: &ChannelId,
    message: &NewMessage,
) -> Result<Ts, SlackError> {
    match workspace.slack.post_message(channel, message).await {
        Ok(posted) => Ok(posted.ts),
        Err(error @ SlackError::Ambiguous(_)) => {
            match find(workspace, key, channel, message.thread.as_ref()).await? {
                Some(ts) => Ok(ts),
                None => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// Reads back whether a message with this key is there.
async fn find(
    workspace: &Workspace,
    key: &str,
    channel: &ChannelId,
    thread: Option<&Ts>,
) -> Result<Option<Ts>, SlackError> {
    let messages = match thread {
        Some(thread) => {
            workspace
                .slack
                .replies(channel, thread, None, None)
                .await?
                .entries
        }
        None => workspace.slack.history(channel, None, 100).await?,
    };
    Ok(messages
        .into_iter()
        .find(|said| {
            said.metadata.as_ref().is_some_and(|metadata| {
                metadata.event_type == EVENT_TYPE && metadata.event_payload["key"] == key
            })
        })
        .and_then(|said| said.ts))
}
