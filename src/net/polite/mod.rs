//! Reading the web as a good guest: what a site's robots.txt asks for is kept, requests to one
//! host are seconds apart, and a host that wants to be left alone is.

mod pace;
mod robots;

pub use pace::Manners;

use super::guard::{Guard, GuardError, Limits, Page, SystemResolver};
use super::retry::RetryPolicy;
use super::{ClientError, PRODUCT};
use crate::base::clock::SharedClock;
use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use pace::Pace;
use robots::Robots;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const ROBOTS_KEPT: TimeDelta = TimeDelta::hours(24);
/// A site whose rules could not be read is asked for them again soon.
const ROBOTS_MISSED: TimeDelta = TimeDelta::minutes(10);
/// Sites whose rules are kept in memory.
const SITES: u64 = 2_000;

const PATIENCE: RetryPolicy = RetryPolicy {
    attempts: 3,
    first_wait: Duration::from_secs(1),
    longest_wait: Duration::from_secs(8),
    budget: Duration::from_secs(40),
};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PoliteError {
    #[error(transparent)]
    Guard(#[from] GuardError),
    #[error("the site's robots.txt asks programs not to read it")]
    Unwelcome,
    #[error("the site's robots.txt could not be read, so its wishes are not known")]
    UnknownWishes,
    #[error("the site wants no further request for {} seconds", .0.as_secs().max(1))]
    Busy(Duration),
}

#[derive(Debug)]
pub struct Polite {
    guard: Guard,
    clock: SharedClock,
    pace: Pace,
    wishes: Cache<String, Wishes>,
}

/// What a site asks for, and until when that is believed.
#[derive(Debug, Clone)]
struct Wishes {
    robots: Option<Arc<Robots>>,
    until: DateTime<Utc>,
}

impl Polite {
    pub fn new(guard: Guard, clock: SharedClock, manners: Manners) -> Self {
        Self {
            guard,
            pace: Pace::new(clock.clone(), manners),
            clock,
            wishes: Cache::new(SITES),
        }
    }

    /// For the web itself.
    pub fn to_the_web(clock: SharedClock) -> Result<Self, ClientError> {
        let guard = Guard::new(Arc::new(SystemResolver), Limits::default())?;
        Ok(Self::new(guard, clock, Manners::default()))
    }

    /// The page at an address, however often it takes within reason.
    pub async fn fetch(&self, written: &str, accepts: &[&str]) -> Result<Page, PoliteError> {
        let begun = self.clock.now();
        let mut made = 0;
        loop {
            let error = match self.attempt(written, accepts).await {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            made += 1;
            let elapsed = (self.clock.now() - begun).to_std().unwrap_or_default();
            let asked = asked_to_wait(&error);
            match PATIENCE.wait(made, elapsed, asked) {
                Some(wait) if is_passing(&error) => self.clock.sleep(wait).await,
                _ => return Err(error),
            }
        }
    }

    async fn attempt(&self, written: &str, accepts: &[&str]) -> Result<Page, PoliteError> {
        let mut trip = self.guard.trip(written)?;
        loop {
            let host = host_of(trip.at());
            self.ask_in(trip.at(), &host).await?;
            match trip.step(accepts).await {
                Ok(Some(page)) => return Ok(page),
                Ok(None) => {}
                Err(error) => {
                    let error = PoliteError::from(error);
                    if let Some(wait) = asked_to_wait(&error) {
                        self.pace.leave_alone(&host, wait);
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Returns when this address may be asked.
    async fn ask_in(&self, url: &Url, host: &str) -> Result<(), PoliteError> {
        self.pace.check(host).map_err(PoliteError::Busy)?;
        let robots = self
            .wishes_of(url)
            .await?
            .ok_or(PoliteError::UnknownWishes)?;
        if !robots.allows(path_of(url)) {
            return Err(PoliteError::Unwelcome);
        }
        let turn = self.pace.turn(host, robots.delay);
        turn.await.map_err(PoliteError::Busy)
    }

    async fn wishes_of(&self, url: &Url) -> Result<Option<Arc<Robots>>, PoliteError> {
        let origin = url.origin().ascii_serialization();
        let now = self.clock.now();
        if let Some(wishes) = self.wishes.get(&origin).filter(|kept| kept.until > now) {
            return Ok(wishes.robots);
        }
        let robots = self.read_robots(&origin).await?;
        let kept = match robots {
            Some(_) => ROBOTS_KEPT,
            None => ROBOTS_MISSED,
        };
        let wishes = Wishes {
            robots: robots.clone(),
            until: now + kept,
        };
        self.wishes.insert(origin, wishes);
        Ok(robots)
    }

    /// None: the site has wishes perhaps, but cannot tell them now (RFC 9309, 2.3.1).
    async fn read_robots(&self, origin: &str) -> Result<Option<Arc<Robots>>, PoliteError> {
        let address = format!("{origin}/robots.txt");
        match self.guard.fetch(&address, &[""]).await {
            Ok(page) => {
                let text = String::from_utf8_lossy(&page.body);
                Ok(Some(Arc::new(Robots::read(&text, PRODUCT))))
            }
            Err(GuardError::Status {
                status: 400..=428 | 430..=499,
                ..
            })
            | Err(GuardError::TooManyRedirects) => Ok(Some(Arc::default())),
            // The page itself could not be reached either, and this says why.
            Err(
                error @ (GuardError::Inside | GuardError::UnknownHost | GuardError::Unreachable),
            ) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// What rules in robots.txt are about: the path, with its query.
fn path_of(url: &Url) -> &str {
    &url[url::Position::BeforePath..url::Position::AfterQuery]
}

fn asked_to_wait(error: &PoliteError) -> Option<Duration> {
    match error {
        PoliteError::Guard(GuardError::Status { retry_after, .. }) => *retry_after,
        _ => None,
    }
}

fn is_passing(error: &PoliteError) -> bool {
    matches!(
        error,
        PoliteError::Guard(
            GuardError::Unreachable
                | GuardError::Status {
                    status: 429 | 500 | 502 | 503 | 504,
                    ..
                }
        )
    )
}

#[cfg(test)]
mod tests;
