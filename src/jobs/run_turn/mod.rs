//! One turn of a thread, from what waits in the inbox to an answer that everybody can see.
//! The job is a nudge: what there is to do is read from the inbox and the turn's own row, so it
//! may be run again at any point.

mod ending;
mod files;
mod input;
mod interrupted;
mod open;
mod park;
mod scheduled;
mod surroundings;
mod visible;
pub(super) mod words;

use super::Services;
use super::eyes::TurnEyes;
use super::workspaces::Workspace;
use crate::agent::journal::Journal;
use crate::agent::{Ended, Run, TurnError};
use crate::base::ids::{TurnId, UserId};
use crate::queue::{Done, Handler, Held, Lane};
use crate::slack::answer::Answer;
use crate::store::conversations::Thread;
use crate::store::jobs::{self, Fence};
use crate::store::{StoreError, StoreResult, inbox, turns};
use async_trait::async_trait;
use ending::Ending;
use input::ThreadInput;
use interrupted::Interrupted;
use open::Opened;
use parking_lot::Mutex;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use visible::{Shown, Visible};

pub const KIND: &str = "turn";

/// Attempts without a saved step after which a turn is given up.
const MAX_ATTEMPTS: i32 = 3;

#[derive(Debug, Clone)]
pub struct RunTurn {
    pub services: Services,
}

#[async_trait]
impl Handler for RunTurn {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn lane(&self) -> Lane {
        Lane::Answers
    }

    /// The turn counts its own attempts: progress resets them, which a job's count would not know.
    fn max_attempts(&self) -> i32 {
        i32::MAX
    }

    async fn run(&self, held: &Held) -> Done {
        match Box::pin(self.turn(held)).await {
            Ok(()) => Done::Finished,
            Err(interrupted) => interrupted.done(held.attempts()),
        }
    }

    async fn exhausted(&self, held: &Held) -> Done {
        self.run(held).await
    }
}

impl RunTurn {
    async fn turn(&self, held: &Held) -> Result<(), Interrupted> {
        let begun = Instant::now();
        let fence = held.lease().fence();
        let Some(opened) = open::open(&self.services, &fence, held.key()).await? else {
            return Ok(());
        };
        let workspace = self
            .services
            .workspaces
            .get(opened.thread.workspace.as_str())
            .ok_or(Interrupted::Uninstalled)?;
        let shown = Shown::of(&opened)?;
        // Before anything else, so that a sign of life appears at once.
        let answer = visible::begin(&self.services, &workspace, &opened, &fence, &shown);
        let (turn, age) = (opened.turn.id, opened.turn.age_seconds);
        let thinking = self.think(held, opened, &workspace, answer, shown, begun);
        let outcome = Box::pin(thinking).await;
        if let Err(interrupted) = &outcome
            && interrupted.is_no_attempt(age)
            && let Err(error) = self.uncount(&fence, turn).await
        {
            tracing::debug!(%error, "an interruption counts as an attempt");
        }
        outcome
    }

    async fn uncount(&self, fence: &Fence, turn: TurnId) -> StoreResult<()> {
        let mut tx = self.services.db.org(fence.org).await?;
        jobs::hold(&mut tx, fence).await?;
        turns::uncount(&mut tx, turn).await?;
        tx.commit().await
    }

    async fn think(
        &self,
        held: &Held,
        opened: Opened,
        workspace: &Arc<Workspace>,
        answer: Answer,
        shown: Shown,
        begun: Instant,
    ) -> Result<(), Interrupted> {
        let services = &self.services;
        let asker = UserId(opened.turn.asked_by.clone());
        let eyes = TurnEyes {
            db: &services.db,
            directory: &services.directory,
            workspace,
            channel: &opened.thread.channel,
            asker: &asker,
        };
        let stop = CancellationToken::new();
        let stopping = stop_when_asked(services, held, &opened.thread, &stop);
        let asked = opened.unsaved_question();
        let of = opened.turn.of;
        let input = ThreadInput {
            services,
            workspace,
            thread: &opened.thread,
            is_first: (opened.transcript.is_empty() && !opened.thread.is_lane()).into(),
            stop: stop.clone(),
            waiting: Mutex::new(Some(opened.waiting)),
        };
        let mut visible = Visible(&answer);
        let age = Duration::from_secs_f64(opened.turn.age_seconds.max(0.0));
        let journal = Journal {
            db: &services.db,
            fence: held.lease().fence(),
            thread: &opened.thread,
            conversation: opened.conversation,
            turn: opened.turn.id,
            is_scheduled: of.is_by_itself(),
            is_dry: opened.is_dry,
        };
        let agent = services.agent.on(&opened.terms);
        let mut run = Run {
            journal: journal.clone(),
            transcript: opened.transcript,
            spent: opened.turn.spent,
            age,
            eyes: &eyes,
            input: &input,
            progress: &mut visible,
            stop: stop.clone(),
            leave: held.leave.clone(),
        };
        let ended = if let Some(reached) = opened.turn.capped {
            Ending::Capped(reached)
        } else if opened.turn.attempts > MAX_ATTEMPTS {
            Ending::Poison { asked }
        } else {
            let thinking = agent.run(&mut run);
            let outcome = tokio::select! {
                outcome = thinking => outcome,
                never = stopping => match never {},
            };
            match outcome {
                Ok(Ended::Parked) => Ending::Parked,
                Ok(ended) => Ending::Ended(ended),
                Err(TurnError::Model(error)) => Ending::ModelFailed(error),
                Err(TurnError::HandOver) => return Err(Interrupted::HandOver),
                Err(TurnError::Store(error)) => return Err(error.into()),
            }
        };
        let (transcript, spent) = (run.transcript, run.spent);
        let finished = ending::Finished {
            services,
            journal,
            workspace,
            transcript: &transcript,
            spent,
            of,
            seconds: (age + begun.elapsed()).as_secs_f64(),
        };
        match ended {
            Ending::Parked => park::park(&finished, answer, shown).await,
            ended => ending::end(&finished, answer, &shown, ended).await,
        }
    }
}

/// Stops the turn when a stop waits in its thread. The hint alone does not say so: it may come
/// late, when the turn that was meant is over and the next one runs.
async fn stop_when_asked(
    services: &Services,
    held: &Held,
    thread: &Thread,
    stop: &CancellationToken,
) -> Infallible {
    loop {
        held.stop_hint.notified().await;
        let asked = async {
            let mut tx = services.db.org(held.lease().org).await?;
            let waiting = inbox::waiting_in(&mut tx, &thread.channel, &thread.thread_ts).await?;
            Ok::<_, StoreError>(waiting.iter().any(|item| item.kind == inbox::Kind::Stop))
        };
        match asked.await {
            Ok(true) => stop.cancel(),
            Ok(false) => {}
            Err(error) => tracing::debug!(%error, "a stop is looked for at the next step"),
        }
    }
}
