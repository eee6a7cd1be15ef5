//! Has what was heard folded soon after it was acknowledged. Many events make one nudge, so that
//! a busy channel costs the way in nothing.

use crate::base::clock::SharedClock;
use crate::base::ids::OrgId;
use crate::store::inbox::Delivery;
use crate::store::listening::FOLD;
use crate::store::{Db, StoreResult, jobs};
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// Messages of this long are folded together.
const GATHERED: Duration = Duration::from_millis(100);

#[derive(Debug, Clone)]
pub struct Waker {
    db: Db,
    clock: SharedClock,
    waiting: Arc<Mutex<HashSet<OrgId>>>,
}

impl Waker {
    pub fn new(db: Db, clock: SharedClock) -> Self {
        Self {
            db,
            clock,
            waiting: Arc::default(),
        }
    }

    /// For after a commit. A nudge that is lost is made up for by the next look of housekeeping.
    pub fn wake(&self, stored: &[Delivery]) {
        for delivery in stored.iter().filter(|it| it.heard.is_some()) {
            if !self.waiting.lock().insert(delivery.org) {
                continue;
            }
            let (waker, org) = (self.clone(), delivery.org);
            tokio::spawn(async move {
                waker.clock.sleep(GATHERED).await;
                // First, so that whatever comes from now on makes a nudge of its own.
                waker.waiting.lock().remove(&org);
                if let Err(error) = waker.nudge(org).await {
                    tracing::debug!(%error, "what was heard is folded later");
                }
            });
        }
    }

    async fn nudge(&self, org: OrgId) -> StoreResult<()> {
        let mut tx = self.db.org(org).await?;
        jobs::nudge(&mut tx, FOLD, "").await?;
        tx.commit().await
    }
}
