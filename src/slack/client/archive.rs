//! Reading a channel back, message by message as Slack keeps them. A place in it is a ts and not
//! one of Slack's cursors, so it is good for as long as the channel is there.

use super::method::Method;
use super::{SlackClient, SlackError};
use crate::base::ids::{ChannelId, Ts};
use serde_json::Value;

/// What Slack gives at most; to an app that it trusts less, it gives fewer at a time.
const LIMIT: &str = "200";

/// A page of messages as they came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Archived {
    pub messages: Vec<Value>,
    pub has_more: bool,
}

impl SlackClient {
    /// What was said in a channel between two moments, outside of threads, newest first.
    pub async fn archive(
        &self,
        channel: &ChannelId,
        since: &Ts,
        before: &Ts,
    ) -> Result<Archived, SlackError> {
        let query = vec![
            ("channel", Some(channel.to_string())),
            ("oldest", Some(since.to_string())),
            ("latest", Some(before.to_string())),
            ("limit", Some(LIMIT.to_owned())),
        ];
        let answer: Value = self.get(Method::ConversationHistory, &query).await?;
        Ok(archived(answer))
    }

    /// What was said in a thread after a moment, oldest first; its first message may be among it.
    pub async fn archived_thread(
        &self,
        channel: &ChannelId,
        thread: &Ts,
        after: &Ts,
    ) -> Result<Archived, SlackError> {
        let query = vec![
            ("channel", Some(channel.to_string())),
            ("ts", Some(thread.to_string())),
            ("oldest", Some(after.to_string())),
            ("limit", Some(LIMIT.to_owned())),
        ];
        let answer: Value = self.get(Method::ConversationReplies, &query).await?;
        Ok(archived(answer))
    }
}

fn archived(mut answer: Value) -> Archived {
    let has_more = answer.get("has_more").and_then(Value::as_bool) == Some(true);
    let messages = match answer.get_mut("messages").map(Value::take) {
        Some(Value::Array(messages)) => messages,
        _ => Vec::new(),
    };
    Archived { messages, has_more }
}
