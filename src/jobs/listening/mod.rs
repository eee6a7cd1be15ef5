//! Slack as a source of data: the messages of channels that Penny was told to read. What is heard
//! is folded in, what was said before is read back, and from time to time a channel is compared
//! with what Slack says of it. Each of these may run again at any moment and changes nothing then.

mod check;
mod fold;
mod position;
mod read_back;
mod report;
mod rows;
mod wake;

pub use check::CheckChannel;
pub use fold::FoldHeard;
pub use position::Position;
pub use read_back::ReadBack;
pub use report::{ReportReading, report};
pub use wake::Waker;

use super::deliver::DeliverError;
use super::people::LookupError;
use super::workspaces::WorkspaceError;
use crate::queue::{Done, Held};
use crate::slack::client::SlackError;
use crate::store::StoreError;

/// Why such work went no further.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] SlackError),
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error("the process is leaving")]
    HandOver,
}

impl From<LookupError> for Interrupted {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Store(error) => error.into(),
            LookupError::Slack(error) => error.into(),
        }
    }
}

impl From<DeliverError> for Interrupted {
    fn from(error: DeliverError) -> Self {
        match error {
            DeliverError::Store(error) => error.into(),
            DeliverError::Slack(error) => error.into(),
        }
    }
}

fn done(outcome: Result<(), Interrupted>) -> Done {
    let Err(interrupted) = outcome else {
        return Done::Finished;
    };
    let again = |after| Done::Retry {
        after,
        error: interrupted.to_string(),
    };
    match &interrupted {
        Interrupted::HandOver => Done::HandOver,
        Interrupted::Store(StoreError::Fenced) => Done::Lost,
        // An installation that is gone takes what was read along.
        Interrupted::Slack(SlackError::NoToken) => Done::Finished,
        Interrupted::Slack(SlackError::RateLimited { retry_after }) => again(Some(*retry_after)),
        Interrupted::Slack(SlackError::Refused { .. }) => {
            tracing::error!(error = %interrupted, "Slack does not let a channel be read");
            Done::Failed {
                error: interrupted.to_string(),
            }
        }
        _ => again(None),
    }
}

/// Slack was away for long. The hourly look at every channel begins anew.
fn given_up(held: &Held) -> Done {
    tracing::warn!(
        job.kind = held.lease().kind,
        job.key = held.key(),
        "a channel could not be read"
    );
    Done::Failed {
        error: "gave up after several attempts".to_owned(),
    }
}
