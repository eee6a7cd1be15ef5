//! Why the work on a turn ended before the turn did, and what that means for its next attempt. A
//! Slack that is away, or a process that leaves, says nothing about the question.

use crate::jobs::cards::CardError;
use crate::jobs::deliver::DeliverError;
use crate::queue::Done;
use crate::slack::answer::AnswerError;
use crate::slack::client::SlackError;
use crate::store::StoreError;
use std::time::Duration;

const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// After that every attempt counts: Slack is seldom away for so long, and it may well be the answer
/// itself that it cannot take.
const PATIENCE_SECONDS: f64 = 6.0 * 60.0 * 60.0;

/// What `slack::answer` says where its own code has panicked.
const OURS: SlackError = SlackError::Ambiguous("the answer's task ended");

#[derive(Debug, thiserror::Error)]
pub(super) enum Interrupted {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error(transparent)]
    Deliver(#[from] DeliverError),
    #[error(transparent)]
    Card(#[from] CardError),
    #[error("the process is shutting down")]
    HandOver,
    #[error("Penny is no longer installed in this workspace")]
    Uninstalled,
}

impl Interrupted {
    /// What becomes of the job, which was begun so many times.
    pub fn done(self, attempts: i32) -> Done {
        let error = self.to_string();
        match self {
            Self::Store(StoreError::Fenced)
            | Self::Deliver(DeliverError::Store(StoreError::Fenced))
            | Self::Answer(AnswerError::Fenced) => Done::Lost,
            Self::HandOver => Done::HandOver,
            Self::Uninstalled => Done::Failed { error },
            Self::Store(_) | Self::Answer(_) | Self::Deliver(_) | Self::Card(_) => Done::Retry {
                after: Some(pause(attempts, self.slack())),
                error,
            },
        }
    }

    /// Whether a turn of this age is to be begun again as if it had not been begun.
    pub fn is_no_attempt(&self, age_seconds: f64) -> bool {
        let is_away = match self.slack() {
            Some(SlackError::NotSent | SlackError::RateLimited { .. }) => true,
            Some(error @ SlackError::Ambiguous(_)) => *error != OURS,
            _ => false,
        };
        (is_away && age_seconds < PATIENCE_SECONDS) || matches!(self, Self::HandOver)
    }

    fn slack(&self) -> Option<&SlackError> {
        match self {
            Self::Answer(AnswerError::Unreachable(error))
            | Self::Deliver(DeliverError::Slack(error))
            | Self::Card(CardError::Slack(error)) => Some(error),
            _ => None,
        }
    }
}

/// It grows, and is as long as Slack asks for.
fn pause(attempts: i32, error: Option<&SlackError>) -> Duration {
    let before = u32::try_from(attempts.saturating_sub(1)).unwrap_or_default();
    let grown = FIRST_PAUSE
        .saturating_mul(2_u32.saturating_pow(before))
        .min(LONGEST_PAUSE);
    match error {
        Some(SlackError::RateLimited { retry_after }) => grown.max(*retry_after),
        _ => grown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable(error: SlackError) -> Interrupted {
        AnswerError::Unreachable(error).into()
    }

    #[test]
    fn the_pause_grows_to_a_minute_and_is_never_shorter_than_slack_asks() {
        let waits = |attempts, error| match unreachable(error).done(attempts) {
            Done::Retry {
                after: Some(wait), ..
            } => wait.as_secs(),
            other => panic!("{other:?}"),
        };
        let grown = [0, 1, 2, 3, 4, 5, 6, 7, i32::MAX].map(|n| waits(n, SlackError::NotSent));
        assert_eq!(grown, [2, 2, 4, 8, 16, 32, 60, 60, 60]);
        let limited = |secs| SlackError::RateLimited {
            retry_after: Duration::from_secs(secs),
        };
        assert_eq!(waits(1, limited(300)), 300);
        assert_eq!(waits(5, limited(3)), 32);
    }

    #[test]
    fn slack_being_away_is_no_attempt_for_hours_and_a_fault_of_ours_always_is_one() {
        for error in [
            SlackError::NotSent,
            SlackError::Ambiguous("Slack had an internal error"),
            SlackError::RateLimited {
                retry_after: Duration::from_secs(1),
            },
        ] {
            assert!(unreachable(error.clone()).is_no_attempt(60.0), "{error}");
            assert!(!unreachable(error).is_no_attempt(PATIENCE_SECONDS));
        }
        assert!(Interrupted::HandOver.is_no_attempt(2.0 * PATIENCE_SECONDS));
        let ours = StoreError::Corrupt("an entry without a kind".to_owned());
        assert!(!Interrupted::Store(ours).is_no_attempt(0.0));
        assert!(!unreachable(OURS).is_no_attempt(0.0));
    }
}
