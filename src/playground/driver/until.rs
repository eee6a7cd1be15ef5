//! Waiting without sleeping: a condition is looked at again whenever something has changed.

use crate::playground::slack::Slack;
use std::time::Duration;

/// Real time, and generous: it ends tests that would hang, it never decides one.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
#[error("{waited_for} did not happen within {PATIENCE:?}; the last calls were {last_calls:?}")]
pub struct NeverHappened {
    waited_for: String,
    last_calls: Vec<String>,
}

impl Slack {
    /// Waits until `look` finds something.
    pub async fn until<T>(
        &self,
        waited_for: &str,
        mut look: impl FnMut(&Self) -> Option<T>,
    ) -> Result<T, NeverHappened> {
        let mut version = self.watch_version();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                version.borrow_and_update();
                if let Some(found) = look(self) {
                    return Some(found);
                }
                if version.changed().await.is_err() {
                    return None;
                }
            }
        });
        found.await.ok().flatten().ok_or_else(|| NeverHappened {
            waited_for: waited_for.to_owned(),
            last_calls: self.last_calls(),
        })
    }

    fn last_calls(&self) -> Vec<String> {
        let calls = self.calls().all();
        let last = calls.iter().rev().take(10).rev();
        last.map(|call| format!("{} → {:?}", call.method, call.outcome))
            .collect()
    }
}
