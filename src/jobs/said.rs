//! What Penny is asked without a message of its own in Slack (a command, a window, a schedule), as
//! a delivery for the inbox: her turn begins as if it had been said in the thread.

use super::workspaces::Workspace;
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::base::telemetry::TraceId;
use crate::store::inbox::{Delivery, Kind};
use serde_json::json;

pub struct SaidFor<'a> {
    pub workspace: &'a Workspace,
    pub by: &'a UserId,
    pub channel: &'a ChannelId,
    pub thread: &'a Ts,
    /// The message that people see in its place.
    pub ts: &'a Ts,
    /// As Slack writes it: escaped, with `<@U…>`.
    pub text: &'a str,
    pub event_key: &'a str,
}

pub fn delivery(said: &SaidFor<'_>) -> Delivery {
    let payload = json!({
        "type": "event_callback",
        "event_id": said.event_key,
        "team_id": said.workspace.slack.team(),
        "event": {
            "type": "message",
            "channel": said.channel,
            "user": said.by,
            "text": said.text,
            "ts": said.ts,
            "thread_ts": said.thread,
        },
    });
    Delivery {
        org: said.workspace.org,
        kind: Kind::Message,
        message_key: Some(format!("{}:{}", said.channel, said.ts)),
        workspace: said.workspace.id.clone(),
        channel: Some(said.channel.0.clone()),
        thread_ts: Some(said.thread.0.clone()),
        ts: Some(said.ts.0.clone()),
        user: Some(said.by.0.clone()),
        payload: payload.to_string(),
        heard: None,
        trace: TraceId::here_or_fresh(),
        event_key: said.event_key.to_owned(),
    }
}
