//! Many who ask for the same short statement at the same time share one. Whoever asks waits as for
//! a statement of their own; alone they get one at once, and what comes while others are on their
//! way gathers to the next by itself.
//!
//! A statement that fails for many is tried again for each, so that nobody pays for what another
//! one asked.

use super::db::{StoreError, StoreResult};
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};

/// How many wait for a place in a statement at most; who comes then waits to wait.
const ROOM: usize = 8192;

/// How asking becomes statements.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// What one statement takes at most.
    pub batch: usize,
    /// Statements on their way at once, usually.
    pub usual: usize,
    /// And at most: where the disk is slow, one more begins once those on their way take longer
    /// than `slow` and `each` for all that they were asked.
    pub most: usize,
    pub slow: Duration,
    pub each: Duration,
}

impl Pace {
    pub const fn at_once(statements: usize) -> Self {
        Self {
            batch: 256,
            usual: statements,
            most: statements,
            slow: Duration::ZERO,
            each: Duration::ZERO,
        }
    }
}

/// The way to one statement that many share.
pub struct Gather<A, G> {
    queue: mpsc::Sender<Waiting<A, G>>,
}

struct Waiting<A, G> {
    asked: A,
    answer: oneshot::Sender<StoreResult<G>>,
}

impl<A, G> Clone for Gather<A, G> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
        }
    }
}

impl<A, G> fmt::Debug for Gather<A, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gather")
    }
}

impl<A, G> Gather<A, G>
where
    A: Clone + Send + Sync + 'static,
    G: Send + 'static,
{
    /// `statement` answers all that were asked, in their order.
    pub fn start<S, F>(pace: Pace, statement: S) -> Self
    where
        S: Fn(Arc<[A]>) -> F + Send + Sync + 'static,
        F: Future<Output = StoreResult<Vec<G>>> + Send + 'static,
    {
        let (queue, waiting) = mpsc::channel(ROOM);
        tokio::spawn(gather(pace, waiting, Arc::new(statement)));
        Self { queue }
    }

    pub async fn ask(&self, asked: A) -> StoreResult<G> {
        let (answer, got) = oneshot::channel();
        let gone = || StoreError::Away("what gathers statements has ended".to_owned());
        let waiting = Waiting { asked, answer };
        self.queue.send(waiting).await.map_err(|_| gone())?;
        got.await.map_err(|_| gone())?
    }
}

/// Takes whatever waits as soon as a statement may begin.
async fn gather<A, G, S, F>(
    pace: Pace,
    mut waiting: mpsc::Receiver<Waiting<A, G>>,
    statement: Arc<S>,
) where
    A: Clone + Send + Sync + 'static,
    G: Send + 'static,
    S: Fn(Arc<[A]>) -> F + Send + Sync + 'static,
    F: Future<Output = StoreResult<Vec<G>>> + Send + 'static,
{
    let (places, ended) = (Arc::new(Semaphore::new(pace.most)), Arc::new(Notify::new()));
    let on_their_way = Arc::new(AtomicUsize::new(0));
    while let Ok(place) = places.clone().acquire_owned().await {
        let mut batch = Vec::new();
        if waiting.recv_many(&mut batch, pace.batch).await == 0 {
            return;
        }
        let one_ends = ended.notified();
        if pace.most - places.available_permits() > pace.usual {
            let asked = on_their_way.load(Ordering::Relaxed).min(pace.batch) as u32;
            let _ = tokio::time::timeout(pace.slow + pace.each * asked, one_ends).await;
            while batch.len() < pace.batch
                && let Ok(more) = waiting.try_recv()
            {
                batch.push(more);
            }
        }
        let (statement, ended) = (statement.clone(), ended.clone());
        let (asked, on_their_way) = (batch.len(), on_their_way.clone());
        on_their_way.fetch_add(asked, Ordering::Relaxed);
        tokio::spawn(async move {
            answer(statement.as_ref(), batch).await;
            on_their_way.fetch_sub(asked, Ordering::Relaxed);
            drop(place);
            ended.notify_waiters();
        });
    }
}

async fn answer<A, G, S, F>(statement: &S, mut batch: Vec<Waiting<A, G>>)
where
    A: Clone,
    S: Fn(Arc<[A]>) -> F,
    F: Future<Output = StoreResult<Vec<G>>>,
{
    // Whoever has given up meanwhile asks again.
    batch.retain(|one| !one.answer.is_closed());
    let (asked, answers): (Vec<A>, Vec<_>) =
        batch.into_iter().map(|one| (one.asked, one.answer)).unzip();
    if asked.is_empty() {
        return;
    }
    let asked: Arc<[A]> = asked.into();
    match statement(asked.clone()).await {
        Ok(got) => {
            debug_assert_eq!(got.len(), answers.len(), "an answer for each");
            for (answer, got) in answers.into_iter().zip(got) {
                let _ = answer.send(Ok(got));
            }
        }
        Err(StoreError::Away(why)) => {
            for answer in answers {
                let _ = answer.send(Err(StoreError::Away(why.clone())));
            }
        }
        Err(error) if asked.len() == 1 => {
            if let Some(answer) = answers.into_iter().next() {
                let _ = answer.send(Err(error));
            }
        }
        Err(error) => {
            tracing::debug!(%error, db.asked = asked.len(), "a shared statement failed; each by itself now");
            for (asked, answer) in asked.iter().zip(answers) {
                let got = statement(Arc::from([asked.clone()])).await;
                let got = got.and_then(|got| got.into_iter().next().ok_or_else(unanswered));
                let _ = answer.send(got);
            }
        }
    }
}

fn unanswered() -> StoreError {
    StoreError::Corrupt("a shared statement left one without an answer".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use parking_lot::Mutex;

    /// Counts to each what it asked, and remembers who came together; 13 is refused.
    fn doubling(pace: Pace, seen: Arc<Mutex<Vec<Vec<u32>>>>) -> Gather<u32, u32> {
        Gather::start(pace, move |asked: Arc<[u32]>| {
            let seen = seen.clone();
            async move {
                seen.lock().push(asked.to_vec());
                tokio::task::yield_now().await;
                if asked.contains(&13) {
                    return Err(StoreError::Corrupt("13".to_owned()));
                }
                Ok(asked.iter().map(|one| one * 2).collect())
            }
        })
    }

    #[tokio::test]
    async fn those_who_ask_at_once_share_a_statement_and_get_what_is_theirs() {
        let seen = Arc::default();
        let gather = doubling(Pace::at_once(1), Arc::clone(&seen));
        let got = join_all((100..200).map(|one| gather.ask(one))).await;
        let got: Vec<u32> = got.into_iter().map(Result::unwrap).collect();
        assert_eq!(got, (100..200).map(|one| one * 2).collect::<Vec<_>>());
        assert!(seen.lock().len() < 20, "{:?}", seen.lock());
    }

    #[tokio::test]
    async fn no_statement_takes_more_than_it_may() {
        let seen = Arc::default();
        let pace = Pace {
            batch: 7,
            ..Pace::at_once(1)
        };
        let gather = doubling(pace, Arc::clone(&seen));
        join_all((20..90).map(|one| gather.ask(one))).await;
        assert!(seen.lock().iter().all(|asked| asked.len() <= 7));
        assert_eq!(seen.lock().iter().map(Vec::len).sum::<usize>(), 70);
    }

    #[tokio::test]
    async fn one_that_cannot_be_answered_fails_alone() {
        let gather = doubling(Pace::at_once(1), Arc::default());
        let got = join_all((10..20).map(|one| gather.ask(one))).await;
        for (asked, got) in (10..20).zip(got) {
            match asked {
                13 => assert!(matches!(got, Err(StoreError::Corrupt(_)))),
                _ => assert_eq!(got.unwrap(), asked * 2),
            }
        }
    }

    #[tokio::test]
    async fn with_the_database_away_nobody_is_tried_one_by_one() {
        let tries = Arc::new(Mutex::new(0));
        let counted = tries.clone();
        let gather: Gather<u32, u32> = Gather::start(Pace::at_once(1), move |_| {
            *counted.lock() += 1;
            async { Err(StoreError::Away("gone".to_owned())) }
        });
        let got = join_all((0..50).map(|one| gather.ask(one))).await;
        assert!(
            got.iter()
                .all(|got| matches!(got, Err(StoreError::Away(_))))
        );
        assert!(*tries.lock() < 20);
    }
}
