//! Whether Slack is kept waiting. A delivery that is not acknowledged in time comes again, and a
//! worker in the same process wants the same processor and the same database: so while many wait
//! to be stored, it begins little, and what was stored is answered a moment later.

use crate::store::inbox::A_RUSH;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A rush is over when for so long there were never many.
const LINGERS: Duration = Duration::from_millis(50);

/// How many deliveries wait to be acknowledged; those who count and those who ask share it.
#[derive(Debug, Clone)]
pub struct Rush(Arc<State>);

#[derive(Debug)]
struct State {
    waiting: AtomicUsize,
    since: Instant,
    /// When there were many last, in milliseconds from `since`; never is 0.
    many_at: AtomicU64,
}

/// One delivery that waits, for as long as this lives.
#[derive(Debug)]
pub struct Waits(Arc<State>);

impl Default for Rush {
    fn default() -> Self {
        Self(Arc::new(State {
            waiting: AtomicUsize::new(0),
            since: Instant::now(),
            many_at: AtomicU64::new(0),
        }))
    }
}

impl Rush {
    pub fn arrives(&self) -> Waits {
        self.arrives_at(Instant::now())
    }

    pub fn is_on(&self) -> bool {
        self.is_on_at(Instant::now())
    }

    fn arrives_at(&self, now: Instant) -> Waits {
        let before = self.0.waiting.fetch_add(1, Ordering::Relaxed);
        if before + 1 >= A_RUSH {
            self.0.many_at.store(self.0.moment(now), Ordering::Relaxed);
        }
        Waits(self.0.clone())
    }

    fn is_on_at(&self, now: Instant) -> bool {
        let many_at = self.0.many_at.load(Ordering::Relaxed);
        let was_lately = many_at > 0 && many_at + LINGERS.as_millis() as u64 > self.0.moment(now);
        was_lately || self.0.waiting.load(Ordering::Relaxed) >= A_RUSH
    }
}

impl State {
    fn moment(&self, now: Instant) -> u64 {
        1 + now.saturating_duration_since(self.since).as_millis() as u64
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rush_is_on_while_many_wait_and_shortly_after() {
        let (rush, start) = (Rush::default(), Instant::now());
        let mut waiting: Vec<_> = (1..A_RUSH).map(|_| rush.arrives_at(start)).collect();
        assert!(!rush.is_on_at(start), "one less than many");
        waiting.push(rush.arrives_at(start));
        assert!(rush.is_on_at(start));
        let later = start + LINGERS * 10;
        assert!(rush.is_on_at(later), "they wait still");

        waiting.pop();
        assert!(
            !rush.is_on_at(later),
            "it was long ago, and there are few now"
        );
        drop(rush.arrives_at(later));
        waiting.clear();
        assert!(rush.is_on_at(later), "there were many a moment ago");
        assert!(!rush.is_on_at(later + LINGERS));
    }
}
