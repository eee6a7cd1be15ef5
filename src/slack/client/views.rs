//! Modals and the App Home. A view is JSON as `blocks` makes it.

use super::method::Method;
use super::{Done, PATIENT, SlackClient, SlackError};
use crate::base::ids::UserId;
use serde_json::{Value, json};
use std::time::Duration;

/// A trigger is worth nothing after three seconds.
const WHILE_TRIGGER_LASTS: Duration = Duration::from_secs(2);

impl SlackClient {
    pub async fn open_view(&self, trigger_id: &str, view: &Value) -> Result<String, SlackError> {
        let body = json!({"trigger_id": trigger_id, "view": view});
        let answer: Value = self
            .post(Method::OpenView, None, &body, WHILE_TRIGGER_LASTS)
            .await?;
        Ok(view_id(&answer))
    }

    pub async fn update_view(&self, view_id: &str, view: &Value) -> Result<(), SlackError> {
        let body = json!({"view_id": view_id, "view": view});
        let _: Done = self.post(Method::UpdateView, None, &body, PATIENT).await?;
        Ok(())
    }

    /// Updates a view as long as it is the one with this hash, and returns the hash that it has now.
    /// `None`: it was changed meanwhile, and is left as it is.
    pub async fn update_unchanged_view(
        &self,
        view_id: &str,
        hash: &str,
        view: &Value,
    ) -> Result<Option<String>, SlackError> {
        let body = json!({"view_id": view_id, "hash": hash, "view": view});
        let answer: Result<Value, _> = self.post(Method::UpdateView, None, &body, PATIENT).await;
        match answer {
            Ok(answer) => {
                let hash = answer.pointer("/view/hash").and_then(Value::as_str);
                Ok(Some(hash.unwrap_or_default().to_owned()))
            }
            Err(SlackError::Refused { code, .. }) if code.as_str() == "hash_conflict" => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub async fn publish_home(&self, user: &UserId, view: &Value) -> Result<(), SlackError> {
        let body = json!({"user_id": user, "view": view});
        let _: Done = self.post(Method::PublishView, None, &body, PATIENT).await?;
        Ok(())
    }
}

fn view_id(answer: &Value) -> String {
    let id = answer.pointer("/view/id").and_then(Value::as_str);
    id.unwrap_or_default().to_owned()
}
