//! A clock that runs like any other, but for long waits: those are over when the test says so.

use chrono::{DateTime, Utc};
use penny::base::clock::Clock;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

#[derive(Debug)]
pub struct Rung {
    long: Duration,
    is_over: watch::Sender<bool>,
}

impl Rung {
    /// Waits of so long, or longer, are those that the test ends.
    pub fn for_waits_of(long: Duration) -> Arc<Self> {
        Arc::new(Self {
            long,
            is_over: watch::Sender::new(false),
        })
    }

    /// They are over, those that begin later included.
    pub fn ring(&self) {
        self.is_over.send_replace(true);
    }

    /// From now on they last as long as ever.
    pub fn hush(&self) {
        self.is_over.send_replace(false);
    }
}

impl Clock for Rung {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        if wait < self.long {
            return Box::pin(tokio::time::sleep(wait));
        }
        let mut seen = self.is_over.subscribe();
        Box::pin(async move {
            // It fails only when the sender is gone, and `self` has it.
            let _over = seen.wait_for(|is_over| *is_over).await;
        })
    }
}
