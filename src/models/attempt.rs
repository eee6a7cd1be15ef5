//! One call of a model is one or more attempts at a provider. This is the loop around them, the
//! same for every provider, so that each adapter only says how a single attempt went.

use super::{Delta, ModelError, Reply, Request};
use crate::base::clock::Clock;
use crate::net::retry::RetryPolicy;
use async_trait::async_trait;
use std::time::Duration;

/// Where an adapter hands its deltas.
pub(super) type Sink<'a> = &'a mut (dyn FnMut(Delta) + Send);

#[derive(Debug)]
pub(super) struct Failure {
    pub error: ModelError,
    pub retry: Retry,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// The same request would fail again, or has been repeated enough already.
    Never,
    Soon,
    /// The provider said when.
    After(Duration),
}

impl Failure {
    /// Worth another attempt if the error is of the passing kind.
    pub fn of(error: ModelError) -> Self {
        let retry = match &error {
            ModelError::RateLimited {
                retry_after: Some(wait),
            } => Retry::After(*wait),
            error if error.is_passing() => Retry::Soon,
            _ => Retry::Never,
        };
        Self { error, retry }
    }

    /// The answer stopped making sense, or stopped.
    pub fn broken(how: &str) -> Self {
        Self::of(ModelError::Broken(how.to_owned()))
    }

    pub fn lasting(error: ModelError) -> Self {
        Self {
            error,
            retry: Retry::Never,
        }
    }
}

/// How long a provider may show that it is alive, and say nothing.
pub(super) const LONGEST_THOUGHT: Duration = Duration::from_secs(10 * 60);

/// What comes next in a stream, unless nothing does for too long.
pub(super) async fn not_silent<T>(
    idle: Duration,
    next: impl Future<Output = T>,
) -> Result<T, Failure> {
    tokio::time::timeout(idle, next)
        .await
        .map_err(|_| Failure::broken(&format!("nothing came for {} s", idle.as_secs())))
}

#[async_trait]
pub(super) trait Attempt: Sync {
    async fn attempt(&self, request: &Request, on: Sink<'_>) -> Result<Reply, Failure>;
}

/// Attempts until one succeeds, one fails for good, or the policy's patience ends. Deltas of an
/// attempt that failed are voided by [`Delta::Restarted`] before the next one sends its own.
pub(super) async fn persist(
    provider: &impl Attempt,
    policy: &RetryPolicy,
    clock: &dyn Clock,
    request: &Request,
    on: Sink<'_>,
) -> Result<Reply, ModelError> {
    let begun = clock.now();
    let mut made = 0;
    loop {
        let mut told = false;
        let outcome = provider
            .attempt(request, &mut |delta| {
                told = true;
                on(delta);
            })
            .await;
        made += 1;
        let failure = match outcome {
            Ok(reply) => return Ok(reply),
            Err(failure) => failure,
        };
        let server_asks = match failure.retry {
            Retry::Never => return Err(failure.error),
            Retry::Soon => None,
            Retry::After(wait) => Some(wait),
        };
        let elapsed = (clock.now() - begun).to_std().unwrap_or_default();
        let Some(wait) = policy.wait(made, elapsed, server_asks) else {
            return Err(failure.error);
        };
        tracing::info!(
            model.attempt = made,
            model.error = %failure.error,
            model.wait_ms = wait.as_millis() as u64,
            "trying the model again"
        );
        if told {
            on(Delta::Restarted);
        }
        clock.sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::testing::{HastyClock, reply, request};
    use parking_lot::Mutex;
    use std::collections::VecDeque;

    struct Attempts(Mutex<VecDeque<Result<Reply, Failure>>>);

    #[async_trait]
    impl Attempt for Attempts {
        async fn attempt(&self, _: &Request, on: Sink<'_>) -> Result<Reply, Failure> {
            on(Delta::Text("half a".to_owned()));
            self.0.lock().pop_front().unwrap()
        }
    }

    async fn run(
        outcomes: impl IntoIterator<Item = Result<Reply, Failure>>,
    ) -> (Result<Reply, ModelError>, Vec<Delta>, Duration) {
        let attempts = Attempts(Mutex::new(outcomes.into_iter().collect()));
        let clock = HastyClock::default();
        let begun = clock.now();
        let mut deltas = Vec::new();
        let outcome = persist(
            &attempts,
            &RetryPolicy::default(),
            &clock,
            &request("hi"),
            &mut |delta| deltas.push(delta),
        )
        .await;
        (outcome, deltas, (clock.now() - begun).to_std().unwrap())
    }

    #[tokio::test]
    async fn a_passing_failure_is_tried_again_and_voids_what_was_sent() {
        let broken = Failure::of(ModelError::Broken("cut".to_owned()));
        let (outcome, deltas, _) = run([Err(broken), Ok(reply("whole"))]).await;
        assert_eq!(outcome.unwrap(), reply("whole"));
        let half = Delta::Text("half a".to_owned());
        assert_eq!(deltas, [half.clone(), Delta::Restarted, half]);
    }

    #[tokio::test]
    async fn the_wait_that_the_provider_asks_for_is_kept() {
        let limited = Failure::of(ModelError::RateLimited {
            retry_after: Some(Duration::from_secs(20)),
        });
        let (outcome, _, waited) = run([Err(limited), Ok(reply("ok"))]).await;
        assert!(outcome.is_ok());
        assert!(waited >= Duration::from_secs(20) && waited < Duration::from_secs(21));
    }

    #[tokio::test]
    async fn a_wait_beyond_the_budget_fails_at_once_and_says_how_long() {
        let hour = Some(Duration::from_secs(3600));
        let limited = Failure::of(ModelError::RateLimited { retry_after: hour });
        let (outcome, deltas, waited) = run([Err(limited)]).await;
        assert!(matches!(
            outcome,
            Err(ModelError::RateLimited { retry_after }) if retry_after == hour
        ));
        assert!(waited < Duration::from_secs(1));
        assert!(!deltas.contains(&Delta::Restarted));
    }

    #[tokio::test]
    async fn patience_ends_after_four_attempts() {
        let overloaded = || Err(Failure::of(ModelError::Overloaded));
        let (outcome, _, _) = run([overloaded(), overloaded(), overloaded(), overloaded()]).await;
        assert!(matches!(outcome, Err(ModelError::Overloaded)));
    }

    #[tokio::test]
    async fn a_lasting_failure_is_not_repeated() {
        let (outcome, _, _) = run([Err(Failure::of(ModelError::OutOfCredit))]).await;
        assert!(matches!(outcome, Err(ModelError::OutOfCredit)));
    }
}
