//! The agent's side of a thread: working status, title, suggested prompts.

use super::method::Method;
use super::{Done, NOW, SlackClient, SlackError};
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::slack::prompts::Prompt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

const UNTIL_IDLE: Duration = Duration::from_secs(600);
/// For what is good to know and not worth waiting for.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Active,
    Processing,
}

/// Who Penny is in a workspace.
#[derive(Debug, Clone, Deserialize)]
pub struct Identity {
    pub user_id: UserId,
    pub team_id: crate::base::ids::TeamId,
    #[serde(default)]
    pub enterprise_id: Option<crate::base::ids::EnterpriseId>,
    #[serde(default)]
    pub bot_id: Option<String>,
    #[serde(default)]
    pub team: String,
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub is_enterprise_install: bool,
}

impl SlackClient {
    pub async fn identity(&self) -> Result<Identity, SlackError> {
        self.post(Method::AuthTest, None, &json!({}), super::PATIENT)
            .await
    }

    /// The app that the token belongs to, so that another app's deliveries are told from its own;
    /// none where Slack does not say.
    pub async fn own_app(&self, identity: &Identity) -> Option<String> {
        let query = vec![("bot", Some(identity.bot_id.clone()?))];
        let asked = self.get::<Value>(Method::BotInfo, &query);
        let answer = tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()?;
        let app = answer.pointer("/bot/app_id").and_then(Value::as_str)?;
        Some(app.to_owned()).filter(|app| !app.is_empty())
    }

    /// Shows the working state and the Stop button, which is worth it only now, or takes them
    /// away, which must happen.
    pub async fn set_session_status(
        &self,
        channel: &ChannelId,
        thread: &Ts,
        status: SessionStatus,
        title: Option<&str>,
    ) -> Result<(), SlackError> {
        let mut body = json!({"channel_id": channel, "thread_ts": thread, "status": status});
        if let Some(title) = title {
            body["title"] = title.into();
        }
        let patience = match status {
            SessionStatus::Processing => NOW,
            SessionStatus::Active => UNTIL_IDLE,
        };
        self.tell(Method::SetSessionStatus, channel, &body, patience)
            .await
    }

    /// An empty status clears it.
    pub async fn set_thread_status(
        &self,
        channel: &ChannelId,
        thread: &Ts,
        status: &str,
        loading_messages: &[&str],
    ) -> Result<(), SlackError> {
        let mut body = json!({"channel_id": channel, "thread_ts": thread, "status": status});
        if !loading_messages.is_empty() {
            body["loading_messages"] = json!(loading_messages);
        }
        self.tell(Method::SetStatus, channel, &body, NOW).await
    }

    /// With a thread only where the older assistant view has opened it: for apps with an agent
    /// view Slack ignores such a call silently.
    pub async fn set_suggested_prompts(
        &self,
        channel: &ChannelId,
        thread: Option<&Ts>,
        title: Option<&str>,
        prompts: &[Prompt],
    ) -> Result<(), SlackError> {
        let mut body = json!({"channel_id": channel, "prompts": prompts});
        if let Some(thread) = thread {
            body["thread_ts"] = json!(thread);
        }
        if let Some(title) = title {
            body["title"] = title.into();
        }
        self.tell(Method::SetSuggestedPrompts, channel, &body, NOW)
            .await
    }

    async fn tell(
        &self,
        method: Method,
        channel: &ChannelId,
        body: &Value,
        patience: Duration,
    ) -> Result<(), SlackError> {
        let _: Done = self.post(method, Some(channel), body, patience).await?;
        Ok(())
    }
}
