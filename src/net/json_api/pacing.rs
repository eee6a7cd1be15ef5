//! Calling a system no more often than its provider says that it may be called. That is kinder than
//! to run into its refusals, which whatever else the company has connected there would get as well.
//! Each process counts its own calls; what is too much all the same is refused, and waited out.

use super::{ApiError, JsonApi, LONGEST_SLEEP};
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// So many calls at most within so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    calls: usize,
    seconds: u32,
    /// Of calls whose path has this in it; all of them, if empty.
    path: &'static str,
}

impl Limit {
    pub const fn new(calls: usize, seconds: u32) -> Self {
        Self {
            calls,
            seconds,
            path: "",
        }
    }

    /// For calls alone whose path has this in it.
    pub const fn of(self, path: &'static str) -> Self {
        Self { path, ..self }
    }

    fn within(self) -> TimeDelta {
        TimeDelta::seconds(self.seconds.into())
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} calls in {} s", self.calls, self.seconds)?;
        match self.path {
            "" => Ok(()),
            path => write!(f, " to …{path}"),
        }
    }
}

/// When the calls of one account were made, or are going to be.
#[derive(Debug)]
pub struct Pace {
    limits: &'static [Limit],
    /// For each limit, the last calls that count for it, in the order of their moments.
    made: Mutex<Vec<VecDeque<DateTime<Utc>>>>,
}

impl Pace {
    pub fn new(limits: &'static [Limit]) -> Self {
        Self {
            limits,
            made: Mutex::new(vec![VecDeque::new(); limits.len()]),
        }
    }

    /// Whether so much time has passed that it has nothing to remember any more.
    pub fn is_at_rest(&self, now: DateTime<Utc>) -> bool {
        let made = self.made.lock();
        let mut all = made.iter().zip(self.limits);
        all.all(|(made, limit)| made.back().is_none_or(|last| *last + limit.within() <= now))
    }

    /// Takes the next place for a call to this path; returns in how long that is. Where it is
    /// further away than this, none is taken.
    fn place(
        &self,
        path: &str,
        now: DateTime<Utc>,
        longest: Duration,
    ) -> Result<Duration, Duration> {
        let mut made = self.made.lock();
        let counts = |limit: &Limit| path.contains(limit.path);
        let all = || self.limits.iter().enumerate();
        let at = all()
            .filter(|(_, limit)| counts(limit))
            .filter_map(|(place, limit)| {
                let made = &made[place];
                let oldest = made.len().checked_sub(limit.calls)?;
                Some(*made.get(oldest)? + limit.within())
            })
            .fold(now, DateTime::max);
        let wait = (at - now).to_std().unwrap_or_default();
        if wait > longest {
            return Err(wait);
        }
        for (place, limit) in all().filter(|(_, limit)| counts(limit)) {
            let made = &mut made[place];
            let behind = made.partition_point(|other| *other <= at);
            made.insert(behind, at);
            while made.len() > limit.calls {
                made.pop_front();
            }
        }
        Ok(wait)
    }
}

impl JsonApi {
    /// Its calls keep to this pace, together with all others that do.
    pub fn at_pace(self, pace: Arc<Pace>) -> Self {
        Self {
            pace: Some(pace),
            ..self
        }
    }

    /// Waits until a call to this path is due. Whoever would have to wait too long comes back.
    pub(super) async fn turn(&self, path: &str) -> Result<(), ApiError> {
        let Some(pace) = &self.pace else {
            return Ok(());
        };
        let wait = pace.place(path, self.clock.now(), LONGEST_SLEEP);
        match wait.map_err(ApiError::Limited)? {
            Duration::ZERO => {}
            wait => self.clock.sleep(wait).await,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static LIMITS: [Limit; 2] = [Limit::new(4, 10), Limit::new(1, 2).of("/search")];

    fn noon() -> DateTime<Utc> {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn calls_wait_once_a_limit_is_used_up_and_go_on_when_it_is_not_any_more() {
        let pace = Pace::new(&LIMITS);
        let wait = |path, after: i64| {
            let now = noon() + TimeDelta::seconds(after);
            let wait = pace.place(path, now, LONGEST_SLEEP).unwrap();
            wait.as_secs()
        };
        assert_eq!([0; 3].map(|after| wait("/deals", after)), [0, 0, 0]);
        assert_eq!(wait("/deals/search", 1), 0);
        assert_eq!(wait("/deals", 1), 9, "the fifth of ten seconds");
        assert_eq!(wait("/deals", 10), 0);
    }

    #[test]
    fn one_path_may_have_a_limit_of_its_own() {
        let pace = Pace::new(&LIMITS);
        let wait = |path| pace.place(path, noon(), LONGEST_SLEEP).unwrap().as_secs();
        assert_eq!((wait("/deals/search"), wait("/notes/search")), (0, 2));
        assert_eq!(wait("/deals"), 0);
    }

    #[test]
    fn who_would_have_to_wait_too_long_takes_no_place() {
        static HOURLY: [Limit; 1] = [Limit::new(1, 3_600)];
        let pace = Pace::new(&HOURLY);
        let place = |after: i64| {
            let now = noon() + TimeDelta::seconds(after);
            pace.place("/", now, LONGEST_SLEEP)
        };
        assert_eq!(place(0), Ok(Duration::ZERO));
        assert_eq!(place(60), Err(Duration::from_secs(3_540)));
        assert_eq!(place(3_600), Ok(Duration::ZERO));
        assert!(!pace.is_at_rest(noon() + TimeDelta::seconds(7_199)));
        assert!(pace.is_at_rest(noon() + TimeDelta::seconds(7_200)));
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_has_more_calls_than_its_limit(gaps in prop::collection::vec(0_i64..3_000, 1..60)) {
            let pace = Pace::new(&LIMITS[..1]);
            let (mut now, mut made) = (noon(), Vec::new());
            for gap in gaps {
                now += TimeDelta::milliseconds(gap);
                if let Ok(wait) = pace.place("/deals", now, LONGEST_SLEEP) {
                    made.push(now + TimeDelta::from_std(wait).unwrap());
                }
            }
            for five in made.windows(5) {
                prop_assert!(five[4] - five[0] >= TimeDelta::seconds(10));
            }
        }
    }
}
