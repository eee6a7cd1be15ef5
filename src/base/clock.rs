//! Time as a dependency: production reads the system's clock, a test turns the hands itself.
//! Leases and expiries are not decided here but by the database's clock.

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> DateTime<Utc>;
    /// Resolves once `wait` has passed on this clock.
    fn sleep(&self, wait: Duration) -> Sleep<'_>;
}

pub type SharedClock = Arc<dyn Clock>;

#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep(&self, wait: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// A clock that stands still until somebody calls [`TestClock::advance`].
#[derive(Debug)]
pub struct TestClock {
    now: Mutex<DateTime<Utc>>,
    moved: watch::Sender<u64>,
}

impl TestClock {
    pub fn at(now: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(now),
            moved: watch::Sender::new(0),
        })
    }

    pub fn advance(&self, by: Duration) {
        *self.now.lock() += by;
        self.moved.send_modify(|moves| *moves += 1);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock()
    }

    fn sleep(&self, wait: Duration) -> Sleep<'_> {
        let until = self.now() + wait;
        let mut moved = self.moved.subscribe();
        Box::pin(async move {
            while self.now() < until {
                if moved.changed().await.is_err() {
                    return;
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn a_test_clock_wakes_its_sleepers_only_when_it_is_moved_far_enough() {
        let clock = TestClock::at(Utc::now());
        let mut nap = clock.sleep(Duration::from_secs(10));
        assert!((&mut nap).now_or_never().is_none());
        clock.advance(Duration::from_secs(9));
        assert!((&mut nap).now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!(nap.now_or_never().is_some());
    }
}
