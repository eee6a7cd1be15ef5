//! A clock whose waits are short, for a Slack that repeats deliveries and a Penny that looks again
//! after a while.

use chrono::{DateTime, Utc};
use penny::base::clock::Clock;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Makes the database believe that what a change waits for is over: another try, and the silence
/// of an executor whose job is nobody's any more.
pub const WAITS_ARE_OVER: &str = "
    update core.proposals set lease_until = now()
    where lease_token is not null and not exists (
        select from core.jobs where kind = 'execute' and lease_token is not null
            and lease_until > now());
    update core.proposals set wait_until = now() where wait_until > now();
    update core.jobs set run_at = now() where lease_token is null";

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
