//! The living answer in a thread: streamed where Slack streams, else posted and updated, always
//! in the same place. What is visible survives a crash: whoever resumes the turn goes on in the
//! message that is already there.

mod compose;
mod draft;
mod finish;
mod post;
mod pump;
mod recover;
mod status;
mod stream;

pub use crate::slack::blocks::{TaskCard, TaskState};
pub use compose::messages;
pub use status::Statuses;

use crate::base::ids::{ChannelId, TeamId, Ts, TurnId, UserId};
use crate::slack::client::{ApiCode, SlackClient, SlackError};
use async_trait::async_trait;
use draft::Draft;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// Where an answer goes, and for whom.
#[derive(Debug, Clone)]
pub struct Place {
    pub channel: ChannelId,
    pub thread: Ts,
    /// Who asked, and their own workspace: Slack wants to know for whom a stream is.
    pub recipient: UserId,
    pub recipient_team: Option<TeamId>,
    /// Penny's own user in this workspace.
    pub penny: UserId,
    /// The message that the turn answers: nothing of the turn is older.
    pub since: Ts,
    /// Other answers are written in the thread at the same time. A stream says at its end alone
    /// whose it is, so this one is posted and updated instead.
    pub is_shared: bool,
}

/// What is visible of an answer; stored with its turn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerState {
    pub mode: Mode,
    /// The messages of the answer, in order.
    pub parts: Vec<Option<Ts>>,
    pub file_sent: bool,
    /// How often the turn was parked: after a question the answer goes on in a new message.
    pub leg: u32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Nothing,
    Stream,
    Post,
}

/// Why the state could not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSaved {
    #[error("the turn belongs to another worker")]
    Fenced,
    #[error("the database is away")]
    Failed,
}

#[async_trait]
pub trait SaveAnswer: Send + Sync {
    async fn save(&self, state: &AnswerState) -> Result<(), NotSaved>;
}

/// How an answer ended that could not be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It will never arrive: the channel or the installation is gone.
    #[error("the answer cannot be delivered: {0}")]
    Undeliverable(ApiCode),
    /// The installation has no token any more.
    #[error("the answer cannot be delivered: Penny is not installed any more")]
    Uninstalled,
    /// Slack is away; the turn should be resumed later.
    #[error("the answer is not delivered yet: {0}")]
    Unreachable(SlackError),
    #[error("the turn belongs to another worker")]
    Fenced,
}

impl AnswerError {
    /// Waiting will not help.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Undeliverable(_) | Self::Uninstalled)
    }
}

impl From<SlackError> for AnswerError {
    fn from(error: SlackError) -> Self {
        match error {
            SlackError::NoToken => Self::Uninstalled,
            // The stream could not be closed; whoever resumes the turn closes it.
            SlackError::Refused {
                code: ApiCode::StreamingStateConflict,
                ..
            } => Self::Unreachable(error),
            SlackError::Refused { code, .. } => Self::Undeliverable(code),
            other => Self::Unreachable(other),
        }
    }
}

/// What ends an answer.
#[derive(Debug, Clone, Default)]
pub struct FinalAnswer {
    /// The whole answer; none if it is what was streamed.
    pub markdown: Option<String>,
    /// What it took, in Slack's mark-up.
    pub footer: Option<String>,
    /// The turn that 👍, 👎 and Retry name; none for no buttons.
    pub controls: Option<TurnId>,
}

/// What an answer starts from.
pub struct Start {
    pub client: SlackClient,
    pub place: Place,
    /// What the conversation is called, if it begins with this answer.
    pub title: Option<String>,
    /// The same for every attempt at the same turn; kept in the messages' metadata.
    pub key: String,
    pub state: AnswerState,
    /// An earlier attempt may have left messages that `state` does not know of.
    pub resumed: bool,
    /// What earlier steps of the turn have said and is saved.
    pub text_so_far: String,
    pub save: Arc<dyn SaveAnswer>,
    pub statuses: Arc<Statuses>,
}

/// The handle by which the agent's progress becomes visible. Nothing here waits for Slack but
/// `finish` and `park`; dropping it leaves everything as it is, for somebody else to resume.
#[derive(Debug)]
pub struct Answer {
    draft: Arc<Draft>,
    pump: Option<JoinHandle<Result<AnswerState, AnswerError>>>,
}

impl Answer {
    pub fn begin(start: Start) -> Self {
        let draft = Arc::new(Draft::new(&start.text_so_far));
        let pump = pump::Pump::new(start, draft.clone());
        Self {
            draft,
            pump: Some(tokio::spawn(pump.run().in_current_span())),
        }
    }

    /// More of the answer.
    pub fn text(&self, delta: &str) {
        self.draft.text(delta);
    }

    /// What came since the last `saved` is void.
    pub fn restart(&self) {
        self.draft.restart();
    }

    /// What came so far stays; what follows is a new paragraph.
    pub fn saved(&self) {
        self.draft.saved();
    }

    /// A tool call began, or has ended.
    pub fn task(&self, task: TaskCard) {
        self.draft.task(task);
    }

    /// Delivers the whole answer.
    pub async fn finish(self, answer: FinalAnswer) -> Result<AnswerState, AnswerError> {
        self.close(draft::Closing::Finish(answer)).await
    }

    /// One sentence instead of the rest of the answer. What was shown of it stays.
    pub async fn fail(
        self,
        sentence: &str,
        controls: Option<TurnId>,
    ) -> Result<AnswerState, AnswerError> {
        let shown = self.draft.snapshot().text;
        let markdown = match shown.trim_end() {
            "" => sentence.to_owned(),
            shown => format!("{shown}\n\n{sentence}"),
        };
        self.finish(FinalAnswer {
            markdown: Some(markdown),
            footer: None,
            controls,
        })
        .await
    }

    /// Ends this message because the turn waits for somebody; it will go on in a new one.
    pub async fn park(self) -> Result<AnswerState, AnswerError> {
        self.close(draft::Closing::Park).await
    }

    async fn close(mut self, closing: draft::Closing) -> Result<AnswerState, AnswerError> {
        self.draft.close(closing);
        let Some(pump) = self.pump.take() else {
            return Err(AnswerError::Fenced);
        };
        match pump.await {
            Ok(outcome) => outcome,
            Err(_) => Err(AnswerError::Unreachable(SlackError::Ambiguous(
                "the answer's task ended",
            ))),
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.draft.abandon();
    }
}

#[cfg(test)]
mod tests;
