//! A second model for when the first cannot answer. A first model that has just failed is left
//! alone for a while, so that not every turn waits through its retries again.

use super::{Delta, Model, ModelError, Reply, Request};
use crate::base::clock::SharedClock;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

const USUAL_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_secs(10 * 60);

#[derive(Debug)]
pub struct Fallback {
    first: Arc<dyn Model>,
    second: Arc<dyn Model>,
    clock: SharedClock,
    /// Until then the first model is not asked.
    rests_until: Mutex<Option<DateTime<Utc>>>,
}

impl Fallback {
    pub fn new(first: Arc<dyn Model>, second: Arc<dyn Model>, clock: SharedClock) -> Self {
        Self {
            first,
            second,
            clock,
            rests_until: Mutex::new(None),
        }
    }

    /// After a rest one call tries the first model; the others wait for how that goes.
    fn first_is_due(&self) -> bool {
        let now = self.clock.now();
        let mut rests_until = self.rests_until.lock();
        match *rests_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                *rests_until = Some(now + USUAL_REST);
                true
            }
        }
    }

    fn rest(&self, error: &ModelError) {
        let asked = match error {
            ModelError::RateLimited { retry_after } => retry_after.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let rest = asked.clamp(USUAL_REST, LONGEST_REST);
        *self.rests_until.lock() = Some(self.clock.now() + rest);
    }
}

/// Whether the second model may do better. One that finds the conversation too long, or the
/// request wrong, says something about us.
fn is_the_models_own(error: &ModelError) -> bool {
    let is_for_its_operator = matches!(
        error,
        ModelError::OutOfCredit | ModelError::Unauthorized | ModelError::Unnamed
    );
    error.is_passing() || is_for_its_operator
}

#[async_trait]
impl Model for Fallback {
    fn name(&self) -> String {
        self.first.name()
    }

    fn unpriced(&self) -> Vec<String> {
        let both = [&self.first, &self.second];
        both.iter().flat_map(|model| model.unpriced()).collect()
    }

    async fn reply(
        &self,
        request: &Request,
        on: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        if !self.first_is_due() {
            return self.second.reply(request, on).await;
        }
        let mut told = false;
        let outcome = self
            .first
            .reply(request, &mut |delta| {
                told = true;
                on(delta);
            })
            .await;
        match outcome {
            Err(error) if is_the_models_own(&error) => {
                tracing::warn!(
                    model.failed = self.first.name(),
                    model.instead = self.second.name(),
                    model.error = %error,
                    "falling back to the second model"
                );
                self.rest(&error);
                if told {
                    on(Delta::Restarted);
                }
                self.second.reply(request, on).await
            }
            outcome => {
                *self.rests_until.lock() = None;
                outcome
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::TestClock;
    use crate::models::scripted::{Scripted, Step};
    use crate::models::testing::{ask, request};
    use crate::models::{Block, Reply};

    struct Pair {
        first: Arc<Scripted>,
        second: Arc<Scripted>,
        clock: Arc<TestClock>,
        model: Fallback,
    }

    fn pair(first: impl IntoIterator<Item = Step>, second: impl IntoIterator<Item = Step>) -> Pair {
        let first = Arc::new(Scripted::new(first));
        let second = Arc::new(Scripted::new(second));
        let clock = TestClock::at(Utc::now());
        let model = Fallback::new(first.clone(), second.clone(), clock.clone());
        Pair {
            first,
            second,
            clock,
            model,
        }
    }

    impl Pair {
        async fn says(&self) -> String {
            let (outcome, _) = ask(&self.model, &request("hi")).await;
            match outcome.map(|reply: Reply| reply.content) {
                Ok(content) => match &content[..] {
                    [Block::Text { text }] => text.clone(),
                    other => panic!("{other:?}"),
                },
                Err(error) => error.to_string(),
            }
        }

        fn assert_finished(&self) {
            self.first.assert_finished();
            self.second.assert_finished();
        }
    }

    #[tokio::test]
    async fn what_the_first_model_had_begun_is_void_when_the_second_answers() {
        let half = Delta::Text("half".to_owned());
        let fails = Step::fails(|| ModelError::Broken("cut".to_owned())).streaming([half.clone()]);
        let pair = pair([fails], [Step::says("whole")]);
        let (outcome, deltas) = ask(&pair.model, &request("hi")).await;
        assert_eq!(outcome.unwrap().content, [Block::text("whole")]);
        let whole = Delta::Text("whole".to_owned());
        assert_eq!(deltas, [half, Delta::Restarted, whole]);
        pair.assert_finished();
    }

    #[tokio::test]
    async fn a_model_known_to_be_down_is_asked_again_after_a_rest() {
        let first = [Step::fails(|| ModelError::OutOfCredit), Step::says("first")];
        let pair = pair(first, [Step::says("second"), Step::says("second")]);
        assert_eq!(pair.says().await, "second");
        assert_eq!(pair.says().await, "second");
        assert_eq!(pair.first.requests().len(), 1);
        pair.clock.advance(USUAL_REST);
        assert_eq!(pair.says().await, "first");
        pair.assert_finished();
    }

    #[tokio::test]
    async fn a_long_rate_limit_is_waited_out_elsewhere() {
        let limited = Step::fails(|| ModelError::RateLimited {
            retry_after: Some(Duration::from_secs(120)),
        });
        let pair = pair([limited], [Step::says("second"), Step::says("second")]);
        assert_eq!(pair.says().await, "second");
        pair.clock.advance(Duration::from_secs(119));
        assert_eq!(pair.says().await, "second");
        pair.assert_finished();
    }

    #[tokio::test]
    async fn an_error_that_is_ours_is_not_handed_on() {
        let pair = pair([Step::fails(|| ModelError::ContextTooLong)], []);
        let too_long = ModelError::ContextTooLong.to_string();
        assert_eq!(pair.says().await, too_long);
        pair.assert_finished();
    }
}
