//! Messages: posted, changed, deleted, streamed.

use super::method::Method;
use super::{Done, NOW, PATIENT, SlackClient, SlackError};
use crate::base::ids::{ChannelId, TeamId, Ts, UserId};
use crate::slack::blocks::Block;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use slack_morphism::api::SlackStreamChunk;
use std::time::Duration;

/// What we attach to a message to know it again. Slack keeps it out of sight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metadata {
    pub event_type: &'static str,
    pub event_payload: Value,
}

/// A message to post, or to put in another's place.
#[derive(Debug, Clone, Default)]
pub struct NewMessage {
    pub thread: Option<Ts>,
    /// What notifications and screen readers say; all there is if there are no blocks.
    pub text: String,
    pub blocks: Vec<Block>,
    pub metadata: Option<Metadata>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Posted {
    pub ts: Ts,
}

/// For whom a stream is, which Slack wants to know in channels.
#[derive(Debug, Clone)]
pub struct StreamStart<'a> {
    pub channel: &'a ChannelId,
    pub thread: &'a Ts,
    pub recipient: Option<(&'a UserId, &'a TeamId)>,
    pub chunks: &'a [SlackStreamChunk],
}

/// An open stream.
#[derive(Debug, Clone)]
pub struct Stream<'a> {
    pub channel: &'a ChannelId,
    pub ts: &'a Ts,
}

#[derive(Deserialize)]
struct Permalink {
    permalink: String,
}

#[derive(Deserialize)]
struct PostedEphemeral {
    message_ts: Ts,
}

impl SlackClient {
    /// May have been posted if the error is ambiguous: look for the metadata before repeating.
    pub async fn post_message(
        &self,
        channel: &ChannelId,
        message: &NewMessage,
    ) -> Result<Posted, SlackError> {
        let mut body = content(channel, message);
        body["thread_ts"] = json!(message.thread);
        body["unfurl_links"] = false.into();
        body["unfurl_media"] = false.into();
        self.post(Method::PostMessage, Some(channel), &compact(body), PATIENT)
            .await
    }

    /// `patience` is zero for what a later change will overtake anyway.
    pub async fn update_message(
        &self,
        channel: &ChannelId,
        ts: &Ts,
        message: &NewMessage,
        patience: Duration,
    ) -> Result<Posted, SlackError> {
        let mut body = content(channel, message);
        body["ts"] = json!(ts);
        // An absent list would leave the earlier blocks where they are.
        body["blocks"] = json!(message.blocks);
        self.post(
            Method::UpdateMessage,
            Some(channel),
            &compact(body),
            patience,
        )
        .await
    }

    pub async fn delete_message(&self, channel: &ChannelId, ts: &Ts) -> Result<(), SlackError> {
        let body = json!({"channel": channel, "ts": ts});
        let _: Done = self
            .post(Method::DeleteMessage, Some(channel), &body, PATIENT)
            .await?;
        Ok(())
    }

    /// Seen by one person only, and gone after a reload.
    pub async fn post_ephemeral(
        &self,
        channel: &ChannelId,
        user: &UserId,
        message: &NewMessage,
    ) -> Result<Ts, SlackError> {
        let mut body = content(channel, message);
        body["user"] = json!(user);
        body["thread_ts"] = json!(message.thread);
        let posted: PostedEphemeral = self
            .post(
                Method::PostEphemeral,
                Some(channel),
                &compact(body),
                PATIENT,
            )
            .await?;
        Ok(posted.message_ts)
    }

    pub async fn permalink(&self, channel: &ChannelId, ts: &Ts) -> Result<String, SlackError> {
        let query = vec![
            ("channel", Some(channel.to_string())),
            ("message_ts", Some(ts.to_string())),
        ];
        let link: Permalink = self.get(Method::GetPermalink, &query).await?;
        Ok(link.permalink)
    }

    /// Fails at once where the workspace's few streams are used up.
    pub async fn start_stream(&self, start: &StreamStart<'_>) -> Result<Posted, SlackError> {
        let body = json!({
            "channel": start.channel,
            "thread_ts": start.thread,
            "recipient_user_id": start.recipient.map(|(user, _)| user),
            "recipient_team_id": start.recipient.map(|(_, team)| team),
            "task_display_mode": "timeline",
            "chunks": start.chunks,
        });
        self.post(
            Method::StartStream,
            Some(start.channel),
            &compact(body),
            NOW,
        )
        .await
    }

    pub async fn append_stream(
        &self,
        stream: &Stream<'_>,
        chunks: &[SlackStreamChunk],
    ) -> Result<(), SlackError> {
        let body = json!({"channel": stream.channel, "ts": stream.ts, "chunks": chunks});
        let _: Done = self
            .post(Method::AppendStream, Some(stream.channel), &body, NOW)
            .await?;
        Ok(())
    }

    /// Waits where it must: as long as the stream is open, nothing else can change its message.
    pub async fn stop_stream(
        &self,
        stream: &Stream<'_>,
        chunks: &[SlackStreamChunk],
        blocks: &[Block],
        metadata: Option<&Metadata>,
    ) -> Result<(), SlackError> {
        let body = json!({
            "channel": stream.channel,
            "ts": stream.ts,
            "chunks": Some(chunks).filter(|chunks| !chunks.is_empty()),
            "blocks": Some(blocks).filter(|blocks| !blocks.is_empty()),
            "metadata": metadata,
        });
        let _: Done = self
            .post(
                Method::StopStream,
                Some(stream.channel),
                &compact(body),
                PATIENT,
            )
            .await?;
        Ok(())
    }
}

fn content(channel: &ChannelId, message: &NewMessage) -> Value {
    json!({
        "channel": channel,
        "text": message.text,
        "blocks": Some(&message.blocks).filter(|blocks| !blocks.is_empty()),
        "metadata": message.metadata,
    })
}

/// Slack takes null for a wrong value, so what is absent is left out.
pub(super) fn compact(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    body
}
