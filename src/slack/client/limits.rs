//! Slack's rate limits, kept before Slack has to. One bucket for each workspace, method and
//! (where the limit is the channel's) channel: short bursts pass at once, and a 429 holds its
//! bucket for as long as Slack says while everything else goes on.

use super::method::{Method, Rate, Scope};
use crate::base::clock::SharedClock;
use crate::base::ids::{ChannelId, TeamId};
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::time::Duration;

/// Idle buckets are thrown away once there are more than this many.
const SWEEP_ABOVE: usize = 4096;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    team: TeamId,
    method: Method,
    channel: Option<ChannelId>,
}

/// When the next call may go: its place in a virtual queue that `burst` calls may run ahead of.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// The theoretical time at which the bucket would be full again.
    drained_until: DateTime<Utc>,
    held_until: DateTime<Utc>,
}

/// The wait would be longer than the caller can bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    pub retry_after: Duration,
}

#[derive(Debug)]
pub struct Limiter {
    clock: SharedClock,
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    by_key: HashMap<Key, Bucket>,
    sweep_at: usize,
}

impl Limiter {
    pub fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            buckets: Mutex::new(Buckets {
                by_key: HashMap::new(),
                sweep_at: SWEEP_ABOVE,
            }),
        }
    }

    /// Takes one call's place, waiting for it up to `patience`.
    pub async fn acquire(
        &self,
        team: &TeamId,
        method: Method,
        channel: Option<&ChannelId>,
        patience: Duration,
    ) -> Result<(), Exhausted> {
        let key = key(team, method, channel);
        let give_up_at = self.clock.now() + patience;
        loop {
            let wait = {
                let now = self.clock.now();
                let mut buckets = self.buckets.lock();
                let bucket = buckets.entry(&key, now);
                let wait = bucket.wait(method.rate(), now);
                if wait.is_zero() {
                    bucket.take(method.rate(), now);
                    return Ok(());
                }
                if now + wait > give_up_at {
                    return Err(Exhausted { retry_after: wait });
                }
                wait
            };
            self.clock.sleep(wait).await;
        }
    }

    /// Slack answered 429: nothing of this kind goes out before `retry_after` has passed.
    pub fn hold(
        &self,
        team: &TeamId,
        method: Method,
        channel: Option<&ChannelId>,
        retry_after: Duration,
    ) {
        let now = self.clock.now();
        let mut buckets = self.buckets.lock();
        let bucket = buckets.entry(&key(team, method, channel), now);
        bucket.held_until = bucket.held_until.max(now + retry_after);
    }
}

fn key(team: &TeamId, method: Method, channel: Option<&ChannelId>) -> Key {
    Key {
        team: team.clone(),
        method,
        channel: channel
            .filter(|_| method.rate().scope == Scope::Channel)
            .cloned(),
    }
}

impl Buckets {
    fn entry(&mut self, key: &Key, now: DateTime<Utc>) -> &mut Bucket {
        if self.by_key.len() >= self.sweep_at && !self.by_key.contains_key(key) {
            self.by_key
                .retain(|_, bucket| bucket.drained_until > now || bucket.held_until > now);
            self.sweep_at = SWEEP_ABOVE.max(self.by_key.len() * 2);
        }
        self.by_key.entry(key.clone()).or_insert(Bucket {
            drained_until: now,
            held_until: now,
        })
    }
}

impl Bucket {
    fn wait(&self, rate: Rate, now: DateTime<Utc>) -> Duration {
        let ahead = interval(rate) * (rate.burst.saturating_sub(1) as i32);
        let free_at = (self.drained_until - ahead).max(self.held_until);
        (free_at - now).to_std().unwrap_or_default()
    }

    fn take(&mut self, rate: Rate, now: DateTime<Utc>) {
        self.drained_until = self.drained_until.max(now) + interval(rate);
    }
}

fn interval(rate: Rate) -> TimeDelta {
    TimeDelta::milliseconds(60_000 / i64::from(rate.per_minute.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::TestClock;
    use futures::FutureExt;
    use std::sync::Arc;

    const PATIENT: Duration = Duration::from_secs(60);

    fn limiter() -> (Arc<TestClock>, Limiter) {
        let clock = TestClock::at(Utc::now());
        (clock.clone(), Limiter::new(clock))
    }

    fn now_or_never(limiter: &Limiter, method: Method, channel: &str) -> bool {
        let (team, channel) = ("T1".into(), channel.into());
        limiter
            .acquire(&team, method, Some(&channel), Duration::ZERO)
            .now_or_never()
            .is_some_and(|outcome| outcome.is_ok())
    }

    #[test]
    fn three_hundred_answers_over_fifty_channels_go_at_once() {
        let (_clock, limiter) = limiter();
        for turn in 0..300 {
            let channel = format!("C{}", turn % 50);
            assert!(now_or_never(&limiter, Method::PostMessage, &channel));
        }
    }

    #[test]
    fn beyond_its_burst_a_channel_gets_one_message_a_second() {
        let (clock, limiter) = limiter();
        let burst = (0..1000)
            .take_while(|_| now_or_never(&limiter, Method::PostMessage, "C1"))
            .count();
        assert!((30..100).contains(&burst), "{burst}");
        assert!(now_or_never(&limiter, Method::PostMessage, "C2"));
        clock.advance(Duration::from_millis(999));
        assert!(!now_or_never(&limiter, Method::PostMessage, "C1"));
        clock.advance(Duration::from_millis(1));
        assert!(now_or_never(&limiter, Method::PostMessage, "C1"));
        assert!(!now_or_never(&limiter, Method::PostMessage, "C1"));
    }

    #[test]
    fn a_429_holds_its_method_and_channel_and_nothing_else() {
        let (clock, limiter) = limiter();
        let (team, channel) = ("T1".into(), "C1".into());
        limiter.hold(
            &team,
            Method::PostMessage,
            Some(&channel),
            Duration::from_secs(30),
        );
        assert!(!now_or_never(&limiter, Method::PostMessage, "C1"));
        assert!(now_or_never(&limiter, Method::PostMessage, "C2"));
        assert!(now_or_never(&limiter, Method::UpdateMessage, "C1"));
        clock.advance(Duration::from_secs(30));
        assert!(now_or_never(&limiter, Method::PostMessage, "C1"));
    }

    #[test]
    fn a_limit_of_the_workspace_holds_in_all_its_channels() {
        let (_clock, limiter) = limiter();
        let (team, channel) = ("T1".into(), "C1".into());
        limiter.hold(
            &team,
            Method::StartStream,
            Some(&channel),
            Duration::from_secs(9),
        );
        assert!(!now_or_never(&limiter, Method::StartStream, "C2"));
        let other_team = TeamId::from("T2");
        let elsewhere = limiter.acquire(
            &other_team,
            Method::StartStream,
            Some(&channel),
            Duration::ZERO,
        );
        assert_eq!(elsewhere.now_or_never(), Some(Ok(())));
    }

    #[tokio::test]
    async fn a_waiting_call_goes_when_its_time_has_come_and_only_if_that_is_bearable() {
        let (clock, limiter) = limiter();
        let (team, channel) = (TeamId::from("T1"), ChannelId::from("C1"));
        let retry_after = Duration::from_secs(30);
        limiter.hold(&team, Method::PostMessage, Some(&channel), retry_after);
        let impatient = limiter
            .acquire(
                &team,
                Method::PostMessage,
                Some(&channel),
                Duration::from_secs(29),
            )
            .await;
        assert_eq!(impatient, Err(Exhausted { retry_after }));

        let mut waiting =
            Box::pin(limiter.acquire(&team, Method::PostMessage, Some(&channel), PATIENT));
        assert!((&mut waiting).now_or_never().is_none());
        clock.advance(Duration::from_secs(29));
        assert!((&mut waiting).now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert_eq!(waiting.now_or_never(), Some(Ok(())));
    }

    #[test]
    fn idle_channels_are_forgotten() {
        let (clock, limiter) = limiter();
        for round in 0..5 {
            for channel in 0..SWEEP_ABOVE {
                let name = format!("C{round}-{channel}");
                assert!(now_or_never(&limiter, Method::PostMessage, &name));
            }
            clock.advance(Duration::from_secs(3600));
        }
        assert!(limiter.buckets.lock().by_key.len() <= 2 * SWEEP_ABOVE);
    }
}
