//! Says from time to time that Penny hears what Slack sends. After a while in which no process
//! could say so, because all were away or Postgres was, what was said meanwhile is read back.

use super::Services;
use crate::store::{Db, StoreResult, absences};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(15);
/// Slack repeats a delivery at once, after a minute and five minutes after that. What falls into a
/// shorter pause comes by itself.
const TOO_LONG_SECONDS: f64 = 240.0;

/// Pays attention until `leaving`. For processes that hear Slack.
pub async fn keep(services: &Services, leaving: &CancellationToken) {
    let attending = async {
        loop {
            if let Err(error) = attend(&services.db).await {
                tracing::warn!(%error, "it cannot be noted that Slack is heard");
            }
            services.clock.sleep(EVERY).await;
        }
    };
    leaving.run_until_cancelled(attending).await;
}

/// Only while a delivery could be stored.
pub async fn attend(db: &Db) -> StoreResult<()> {
    db.check_writable().await?;
    let workspaces = absences::attend(db, TOO_LONG_SECONDS).await?;
    if workspaces > 0 {
        tracing::info!(
            slack.teams = workspaces,
            "what was said while Penny was away is read back"
        );
        db.announce();
    }
    Ok(())
}
