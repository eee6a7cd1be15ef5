//! What ends a step in the middle: a person who says stop, a process that leaves, or the time that
//! one answer may take. What was written until then stays.

use super::{Agent, Ended, Run, TurnError};
use crate::agent::limits::Breach;
use crate::agent::transcript::Entry;
use crate::base::clock::SharedClock;
use crate::base::config::Limits;
use crate::models::{Block, Reply, Stop, Usage};
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Stopped,
    Leaving,
    /// The time is over.
    Late,
}

/// Everything that may cut a step short.
#[derive(Debug)]
pub struct Ends {
    stop: CancellationToken,
    leave: CancellationToken,
    over: CancellationToken,
}

impl Ends {
    pub fn of(run: &Run<'_>) -> Self {
        Self {
            stop: run.stop.clone(),
            leave: run.leave.clone(),
            over: CancellationToken::new(),
        }
    }

    /// Ends whatever is at work once so much time has passed.
    pub async fn ring_after(&self, clock: &SharedClock, left: Duration) -> Infallible {
        clock.sleep(left).await;
        self.over.cancel();
        std::future::pending().await
    }

    pub async fn any(&self) -> Cut {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Cut::Stopped,
            () = self.leave.cancelled() => Cut::Leaving,
            () = self.over.cancelled() => Cut::Late,
        }
    }

    /// How old the turn is, which is as old as it may become once the time is over.
    pub fn age(&self, age: Duration, limits: &Limits) -> Duration {
        if self.over.is_cancelled() {
            age.max(limits.time)
        } else {
            age
        }
    }
}

impl Agent {
    /// Ends the turn in the middle of a step that had written so much.
    pub(super) async fn cut_short(
        &self,
        run: &mut Run<'_>,
        cut: Cut,
        partial: String,
    ) -> Result<Ended, TurnError> {
        match cut {
            Cut::Leaving => Err(TurnError::HandOver),
            Cut::Stopped => {
                self.save_partial(run, partial, Stop::EndTurn).await?;
                self.stopped(run).await
            }
            // Cut off and not whole: whoever resumes the turn must not take it for the answer.
            Cut::Late => {
                self.save_partial(run, partial, Stop::MaxTokens).await?;
                Ok(Ended::Limited(Breach::Time))
            }
        }
    }

    /// What had been written stays part of the conversation.
    async fn save_partial(
        &self,
        run: &mut Run<'_>,
        partial: String,
        stop: Stop,
    ) -> Result<(), TurnError> {
        if partial.trim().is_empty() {
            return Ok(());
        }
        let reply = Reply {
            model: self.models.usual.name(),
            content: vec![Block::text(partial)],
            stop,
            usage: Usage::default(),
            cost_micros: None,
        };
        let spent = run.spent;
        run.journal
            .save(&mut run.transcript, vec![Entry::Reply(reply)], spent, None)
            .await?;
        run.progress.saved();
        Ok(())
    }
}
