//! Jobs that were stored in a rush become rows of the queue once it is over, in whatever process
//! has a worker. A rush that does not end is not waited for.

use super::Worker;
use super::worker::POLL;
use crate::store::inbox;
use std::time::Duration;
use tokio::time::Instant;

/// So long at most are answers held back for acknowledgements.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is looked whether the rush is over, and looked for more at most.
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl Worker {
    /// Says that jobs were bundled.
    pub fn unpack(&self) {
        self.bundled.notify_one();
    }

    pub(super) async fn unpack_bundles(self) {
        loop {
            self.until_there_is_time().await;
            match inbox::unpack(&self.db).await {
                Ok(0) => {
                    let _ = tokio::time::timeout(POLL, self.bundled.notified()).await;
                }
                Ok(bundles) => {
                    tracing::debug!(job.bundles = bundles, "made jobs of what came in a rush");
                    self.wake();
                }
                Err(error) => {
                    tracing::warn!(%error, "what came in a rush waits; trying again");
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    async fn until_there_is_time(&self) {
        let begun = Instant::now();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if !self.rush.is_on() || begun.elapsed() >= PATIENCE {
                return;
            }
        }
    }
}
