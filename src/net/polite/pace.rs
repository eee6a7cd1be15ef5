//! When a host may be asked again. Requests that come at once queue up behind each other, and
//! nobody waits in a queue that is too long.

use crate::base::clock::SharedClock;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::time::Duration;

/// Hosts that are remembered before those whose time is over are forgotten.
const REMEMBERED: usize = 1_000;

#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// Between two requests to one host: somewhere between these, as a person would.
    pub shortest: Duration,
    pub longest: Duration,
    /// A site may ask for more, but not for ever.
    pub most_asked: Duration,
    /// Who would have to wait longer is refused at once.
    pub patience: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            shortest: Duration::from_secs(2),
            longest: Duration::from_secs(5),
            most_asked: Duration::from_secs(20),
            patience: Duration::from_secs(30),
        }
    }
}

#[derive(Debug)]
pub(super) struct Pace {
    clock: SharedClock,
    manners: Manners,
    free_at: Mutex<HashMap<String, DateTime<Utc>>>,
}

impl Pace {
    pub fn new(clock: SharedClock, manners: Manners) -> Self {
        Self {
            clock,
            manners,
            free_at: Mutex::default(),
        }
    }

    /// Whether a turn would come soon enough; if not, in how long.
    pub fn check(&self, host: &str) -> Result<(), Duration> {
        let wait = self.wait(host);
        if wait > self.manners.patience {
            Err(wait)
        } else {
            Ok(())
        }
    }

    /// Returns when the host may be asked, or at once with how long that would have taken.
    pub async fn turn(&self, host: &str, asked: Option<Duration>) -> Result<(), Duration> {
        let wait = self.take_place(host, asked)?;
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
        Ok(())
    }

    /// The host asked for peace.
    pub fn leave_alone(&self, host: &str, wait: Duration) {
        let until = self.clock.now() + wait;
        let mut free_at = self.free_at.lock();
        let free = free_at.entry(host.to_owned()).or_insert(until);
        *free = until.max(*free);
    }

    fn take_place(&self, host: &str, asked: Option<Duration>) -> Result<Duration, Duration> {
        let now = self.clock.now();
        let gap = self.gap(asked);
        let mut free_at = self.free_at.lock();
        if free_at.len() >= REMEMBERED {
            free_at.retain(|_, free| *free > now);
        }
        let free = free_at.get(host).copied().unwrap_or(now).max(now);
        let wait = (free - now).to_std().unwrap_or_default();
        if wait > self.manners.patience {
            return Err(wait);
        }
        free_at.insert(host.to_owned(), free + gap);
        Ok(wait)
    }

    fn gap(&self, asked: Option<Duration>) -> Duration {
        let Manners {
            shortest,
            longest,
            most_asked,
            ..
        } = self.manners;
        let own = shortest + longest.saturating_sub(shortest).mul_f64(rand::random());
        own.max(asked.unwrap_or_default().min(most_asked))
    }

    fn wait(&self, host: &str) -> Duration {
        let free = self.free_at.lock().get(host).copied();
        free.and_then(|free| (free - self.clock.now()).to_std().ok())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::TestClock;
    use futures::FutureExt;
    use std::sync::Arc;

    fn pace() -> (Arc<TestClock>, Pace) {
        let clock = TestClock::at(Utc::now());
        let pace = Pace::new(clock.clone(), Manners::default());
        (clock, pace)
    }

    #[tokio::test]
    async fn two_requests_to_one_host_are_two_to_five_seconds_apart() {
        for _ in 0..50 {
            let (clock, pace) = pace();
            assert!(pace.turn("a.example", None).now_or_never().is_some());
            assert!(pace.turn("b.example", None).now_or_never().is_some());
            let mut second = Box::pin(pace.turn("a.example", None));
            assert!((&mut second).now_or_never().is_none());
            clock.advance(Duration::from_millis(1_999));
            assert!((&mut second).now_or_never().is_none());
            clock.advance(Duration::from_millis(3_001));
            assert!(second.now_or_never().is_some());
        }
    }

    #[tokio::test]
    async fn a_site_may_ask_for_a_longer_pause_but_not_for_ever() {
        let (clock, pace) = pace();
        let hour = Some(Duration::from_secs(3_600));
        assert!(pace.turn("a.example", hour).now_or_never().is_some());
        let mut second = Box::pin(pace.turn("a.example", hour));
        clock.advance(Duration::from_secs(19));
        assert!((&mut second).now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!(second.now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_would_wait_too_long_is_told_so_at_once() {
        let (clock, pace) = pace();
        let minute = Duration::from_secs(60);
        pace.leave_alone("a.example", minute);
        assert_eq!(pace.check("a.example"), Err(minute));
        assert_eq!(
            pace.turn("a.example", None).now_or_never(),
            Some(Err(minute))
        );
        clock.advance(minute);
        assert_eq!(pace.turn("a.example", None).now_or_never(), Some(Ok(())));

        let mut waiting = Vec::new();
        for _ in 0..100 {
            waiting.push(pace.turn("crowded.example", None).now_or_never());
        }
        let refused = waiting.iter().filter(|turn| matches!(turn, Some(Err(_))));
        assert!(refused.count() > 80);
    }
}
