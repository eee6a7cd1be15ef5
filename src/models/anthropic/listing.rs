//! Which model `auto` stands for: the newest Sonnet that the account may use. It is looked up
//! beside the work, so that no answer ever waits for it.

use super::thinking::Thinking;
use super::{Anthropic, Current};
use crate::models::ModelError;
use anthropic_sdk::types::models::ModelInfo;
use chrono::DateTime;
use std::sync::Arc;
use std::time::Duration;

const FAMILY: &str = "sonnet";
const REFRESHED_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
const FIRST_RETRY: Duration = Duration::from_secs(60);
const LONGEST_RETRY: Duration = Duration::from_secs(60 * 60);
/// More pages than any account has models; a server that repeats itself must not keep us here.
const MOST_PAGES: usize = 20;

impl Anthropic {
    /// Looks up the newest Sonnet now and every day, and more often while that fails; until it
    /// succeeds the default model is used. Ends at once if the model was named; else runs until
    /// it is dropped.
    pub async fn follow_newest(&self) {
        if !self.follows_newest {
            return;
        }
        let mut retry = FIRST_RETRY;
        loop {
            let wait = match self.look_up_newest().await {
                Ok(()) => {
                    retry = FIRST_RETRY;
                    REFRESHED_EVERY
                }
                Err(error) => {
                    tracing::info!(model.error = %error, "the list of models could not be read");
                    let wait = retry;
                    retry = (retry * 2).min(LONGEST_RETRY);
                    wait
                }
            };
            self.clock.sleep(wait).await;
        }
    }

    pub(super) async fn look_up_newest(&self) -> Result<(), ModelError> {
        let mut models = Vec::new();
        let mut after = None;
        for _ in 0..MOST_PAGES {
            let (page, next) = self.transport.models(after).await?;
            models.extend(page);
            after = next;
            if after.is_none() {
                break;
            }
        }
        let Some(newest) = newest(&models) else {
            let sentence = "the list of models names no Sonnet".to_owned();
            return Err(ModelError::Rejected(sentence));
        };
        if **self.current.load() != newest {
            tracing::info!(model.id = newest.id, "using the newest Sonnet");
            self.current.store(Arc::new(newest));
        }
        Ok(())
    }
}

fn newest(models: &[ModelInfo]) -> Option<Current> {
    let model = models
        .iter()
        .filter(|model| model.id.contains(FAMILY))
        .max_by_key(|model| {
            (
                DateTime::parse_from_rfc3339(&model.created_at).ok(),
                &model.id,
            )
        })?;
    let capabilities = model.extra.get("capabilities");
    Some(Current {
        id: model.id.clone(),
        thinking: capabilities
            .and_then(Thinking::described)
            .unwrap_or_else(|| Thinking::of(&model.id)),
    })
}
