//! One turn of a thread, from what waits in the inbox to an answer that everybody can see.
//! The job is a nudge: what there is to do is read from the inbox and the turn's own row, so it
//! may be run again at any point.

mod input;
mod open;
mod surroundings;
mod visible;
mod words;

use super::Services;
use super::people::TurnEyes;
use super::workspaces::Workspace;
use crate::agent::journal::Journal;
use crate::agent::{Ended, Run, TurnError};
use crate::base::ids::UserId;
use crate::queue::{Done, Handler, Held};
use crate::slack::client::{NewMessage, SlackError};
use crate::store::StoreError;
use crate::store::turns::{self, State};
use async_trait::async_trait;
use input::ThreadInput;
use open::Opened;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Attempts without a saved step after which a turn is given up.
const MAX_ATTEMPTS: i32 = 3;

#[derive(Debug, Clone)]
pub struct RunTurn {
    pub services: Services,
}

/// Why the work on a turn ended before the turn did.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] SlackError),
    #[error("the process is shutting down")]
    HandOver,
    #[error("Penny is no longer installed in this workspace")]
    Uninstalled,
}

#[async_trait]
impl Handler for RunTurn {
    fn kind(&self) -> &'static str {
        "turn"
    }

    /// The turn counts its own attempts: progress resets them, which a job's count would not know.
    fn max_attempts(&self) -> i32 {
        i32::MAX
    }

    async fn run(&self, held: &Held) -> Done {
        match self.turn(held).await {
            Ok(()) => Done::Finished,
            Err(Interrupted::Store(StoreError::Fenced)) => Done::Lost,
            Err(Interrupted::HandOver) => Done::HandOver,
            Err(Interrupted::Uninstalled) => Done::Failed {
                error: Interrupted::Uninstalled.to_string(),
            },
            Err(error @ (Interrupted::Store(_) | Interrupted::Slack(_))) => Done::Retry {
                after: Some(Duration::from_secs(1)),
                error: error.to_string(),
            },
        }
    }

    async fn exhausted(&self, held: &Held) -> Done {
        self.run(held).await
    }
}

impl RunTurn {
    async fn turn(&self, held: &Held) -> Result<(), Interrupted> {
        let fence = held.lease().fence();
        let Some(opened) = open::open(&self.services, &fence, held.key()).await? else {
            return Ok(());
        };
        let workspace = self
            .services
            .workspaces
            .get(opened.thread.workspace.as_str())
            .ok_or(Interrupted::Uninstalled)?;
        let begun = Instant::now();
        self.answer(held, opened, workspace, begun).await
    }

    async fn answer(
        &self,
        held: &Held,
        opened: Opened,
        workspace: Arc<Workspace>,
        begun: Instant,
    ) -> Result<(), Interrupted> {
        let services = &self.services;
        let fence = held.lease().fence();
        let asker = UserId(opened.turn.asked_by.clone());
        let eyes = TurnEyes {
            db: &services.db,
            directory: &services.directory,
            workspace: &workspace,
            channel: &opened.thread.channel,
            asker: &asker,
        };
        let input = ThreadInput {
            services,
            workspace: &workspace,
            thread: &opened.thread,
            is_first: opened.transcript.is_empty(),
            stop: held.stop.clone(),
        };
        let mut visible = visible::Visible;
        let turn = opened.turn.id;
        let mut run = Run {
            journal: Journal {
                db: &services.db,
                fence: fence.clone(),
                thread: &opened.thread,
                conversation: opened.conversation,
                turn,
            },
            transcript: opened.transcript,
            spent: opened.turn.spent,
            age: Duration::from_secs_f64(opened.turn.age_seconds.max(0.0)),
            eyes: &eyes,
            input: &input,
            progress: &mut visible,
            stop: held.stop.clone(),
            leave: held.leave.clone(),
        };
        let (state, text, error) = if opened.turn.attempts > MAX_ATTEMPTS {
            (
                State::Failed,
                words::POISON.to_owned(),
                Some("gave up after several attempts".to_owned()),
            )
        } else {
            match services.agent.run(&mut run).await {
                Ok(Ended::Answered) => (State::Done, run.transcript.answer_of(turn, 0), None),
                Ok(Ended::Stopped) => (State::Stopped, words::STOPPED.to_owned(), None),
                Ok(Ended::Refused) => (State::Done, words::REFUSED.to_owned(), None),
                Ok(Ended::Limited(breach)) => {
                    (State::Failed, words::limited(breach).to_owned(), None)
                }
                Ok(Ended::Parked) => return Ok(()),
                Err(TurnError::HandOver) => return Err(Interrupted::HandOver),
                Err(TurnError::Store(error)) => return Err(error.into()),
                Err(TurnError::Model(error)) => (
                    State::Failed,
                    words::model_failed(&error).to_owned(),
                    Some(error.to_string()),
                ),
            }
        };
        let message = NewMessage {
            thread: Some(opened.thread.thread_ts.clone()),
            text,
            ..NewMessage::default()
        };
        workspace
            .slack
            .post_message(&opened.thread.channel, &message)
            .await?;
        let mut tx = services.db.org(fence.org).await?;
        turns::set_state(&mut tx, turn, state, error.as_deref()).await?;
        tx.commit().await?;
        tracing::info!(turn.seconds = begun.elapsed().as_secs_f64(), "answered");
        Ok(())
    }
}
