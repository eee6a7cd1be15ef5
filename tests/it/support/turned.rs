//! A clock that a test turns to the moment it needs. Between two turns it runs like any other, and
//! waits on it are short.

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use penny::base::clock::Clock;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug)]
pub struct Turned(Mutex<TimeDelta>);

impl Turned {
    pub fn at(moment: &str) -> Arc<Self> {
        let clock = Self(Mutex::default());
        clock.turn_to(moment);
        Arc::new(clock)
    }

    pub fn turn_to(&self, moment: &str) {
        let moment: DateTime<Utc> = moment.parse().expect("a moment");
        *self.0.lock() = moment - Utc::now();
    }
}

impl Clock for Turned {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.0.lock()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(wait / 20))
    }
}
