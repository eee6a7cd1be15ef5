//! Slack's rate limits, switched on by tests that want them: so many calls of a method a minute
//! and workspace, and one message a second and channel with a short burst.

use crate::base::clock::SharedClock;
use chrono::{DateTime, Duration, Utc};
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Calls a minute, per method and workspace.
    PerMinute(u32),
    /// One a second per channel, after a burst.
    Message,
    Unlimited,
}

pub const TIER2: Tier = Tier::PerMinute(20);
pub const TIER3: Tier = Tier::PerMinute(50);
pub const TIER4: Tier = Tier::PerMinute(100);

const MESSAGE_BURST: usize = 5;

type Key = (&'static str, usize, String);

#[derive(Debug)]
pub struct Rates {
    clock: SharedClock,
    recent: Mutex<HashMap<Key, VecDeque<DateTime<Utc>>>>,
}

impl Rates {
    pub fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            recent: Mutex::default(),
        }
    }

    /// Counts a call, or says after how many seconds it may be tried again.
    pub fn admit(
        &self,
        method: &'static str,
        tier: Tier,
        installation: usize,
        channel: &str,
    ) -> Result<(), u64> {
        let (limit, window, key) = match tier {
            Tier::Unlimited => return Ok(()),
            Tier::PerMinute(limit) => (limit as usize, Duration::seconds(60), String::new()),
            Tier::Message => (
                MESSAGE_BURST,
                Duration::seconds(MESSAGE_BURST as i64),
                channel.to_owned(),
            ),
        };
        let now = self.clock.now();
        let mut recent = self.recent.lock();
        let calls = recent.entry((method, installation, key)).or_default();
        while calls.front().is_some_and(|first| *first + window <= now) {
            calls.pop_front();
        }
        if calls.len() < limit {
            calls.push_back(now);
            return Ok(());
        }
        let free = calls.front().map_or(now, |first| *first + window);
        Err(u64::try_from((free - now).num_milliseconds())
            .unwrap_or(0)
            .div_ceil(1000)
            .max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::TestClock;

    #[test]
    fn a_method_is_limited_by_workspace_and_free_again_when_the_minute_has_passed() {
        let clock = TestClock::at(Utc::now());
        let rates = Rates::new(clock.clone());
        for _ in 0..20 {
            assert_eq!(rates.admit("chat.startStream", TIER2, 0, "C1"), Ok(()));
        }
        assert_eq!(rates.admit("chat.startStream", TIER2, 0, "C2"), Err(60));
        assert_eq!(rates.admit("chat.startStream", TIER2, 1, "C1"), Ok(()));
        clock.advance(std::time::Duration::from_secs(60));
        assert_eq!(rates.admit("chat.startStream", TIER2, 0, "C1"), Ok(()));
    }

    #[test]
    fn messages_are_limited_by_channel_after_a_burst() {
        let clock = TestClock::at(Utc::now());
        let rates = Rates::new(clock.clone());
        for _ in 0..MESSAGE_BURST {
            assert_eq!(
                rates.admit("chat.postMessage", Tier::Message, 0, "C1"),
                Ok(())
            );
        }
        assert!(
            rates
                .admit("chat.postMessage", Tier::Message, 0, "C1")
                .is_err()
        );
        assert_eq!(
            rates.admit("chat.postMessage", Tier::Message, 0, "C2"),
            Ok(())
        );
    }
}
