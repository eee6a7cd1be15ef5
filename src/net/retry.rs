//! When to try again, and after how long: exponential backoff with jitter, the server's own
//! `Retry-After` where it gives one, and a budget so that nobody waits for ever.

use chrono::{DateTime, Utc};
use http::HeaderMap;
use std::time::Duration;

#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// How often the call is made at most, the first time included.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles from there.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// No attempt begins once the call as a whole has lasted this long.
    pub budget: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(8),
            budget: Duration::from_secs(90),
        }
    }
}

impl RetryPolicy {
    /// How long to wait before the attempt after `made` attempts, or `None` to give up.
    pub fn wait(
        &self,
        made: u32,
        elapsed: Duration,
        server_asks: Option<Duration>,
    ) -> Option<Duration> {
        if made >= self.attempts {
            return None;
        }
        let wait = server_asks.unwrap_or_else(|| self.backoff(made));
        (elapsed + wait <= self.budget).then_some(wait)
    }

    /// Between half and the whole of the doubled wait, so that many callers spread out.
    fn backoff(&self, made: u32) -> Duration {
        let doubled = self
            .first_wait
            .saturating_mul(2_u32.saturating_pow(made.saturating_sub(1)))
            .min(self.longest_wait);
        doubled.mul_f64(rand::random_range(0.5..=1.0))
    }
}

/// The wait that a response asks for: `retry-after-ms`, or `Retry-After` in seconds or as a date.
pub fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(wait) = text("retry-after-ms").and_then(|ms| scaled(ms, 0.001)) {
        return Some(wait);
    }
    let value = text("retry-after")?;
    if let Some(wait) = scaled(value, 1.0) {
        return Some(wait);
    }
    let at = DateTime::parse_from_rfc2822(value).ok()?;
    Some((at.with_timezone(&Utc) - now).to_std().unwrap_or_default())
}

fn scaled(number: &str, seconds: f64) -> Option<Duration> {
    let value: f64 = number.parse().ok()?;
    Duration::try_from_secs_f64(value * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn a_server_may_ask_for_a_wait_in_seconds_milliseconds_or_as_a_date() {
        let now: DateTime<Utc> = "2026-11-21T10:00:00Z".parse().unwrap();
        let asked = |name, value| retry_after(&headers(name, value), now);
        assert_eq!(asked("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(asked("retry-after", "0"), Some(Duration::ZERO));
        assert_eq!(
            asked("retry-after-ms", "250"),
            Some(Duration::from_millis(250))
        );
        assert_eq!(
            asked("retry-after", "Sat, 21 Nov 2026 10:00:30 GMT"),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            asked("retry-after", "Sat, 21 Nov 2026 09:00:00 GMT"),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn a_nonsensical_retry_after_is_ignored() {
        for nonsense in ["-1", "soon", "nan", "inf", "1e300", ""] {
            assert_eq!(
                retry_after(&headers("retry-after", nonsense), Utc::now()),
                None
            );
        }
    }

    #[test]
    fn a_wait_that_would_overrun_the_budget_is_not_begun() {
        let policy = RetryPolicy::default();
        let asks = Some(Duration::from_secs(60));
        assert_eq!(policy.wait(1, Duration::from_secs(10), asks), asks);
        assert_eq!(policy.wait(1, Duration::from_secs(31), asks), None);
        assert_eq!(policy.wait(policy.attempts, Duration::ZERO, None), None);
    }

    proptest! {
        #[test]
        fn backoff_never_exceeds_its_bounds(made in 1_u32..200) {
            let policy = RetryPolicy { attempts: u32::MAX, ..RetryPolicy::default() };
            let wait = policy.wait(made, Duration::ZERO, None).unwrap();
            prop_assert!(wait >= policy.first_wait / 2);
            prop_assert!(wait <= policy.longest_wait);
        }
    }
}
