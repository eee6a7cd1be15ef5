//! A clock whose waits are short, for a Slack that repeats deliveries and a Penny that looks again
//! after a while.

use chrono::{DateTime, Utc};
use penny::base::clock::Clock;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Slack repeats what was not acknowledged after one and after five minutes; here it is in more
/// of a hurry.
#[derive(Debug)]
pub struct Hurried;

impl Clock for Hurried {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(wait / 20))
    }
}
