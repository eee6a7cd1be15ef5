//! Durable jobs: who handles which kind, how many at once, what happens when one fails, when
//! its process dies, and when it has failed too often. The rows are `store::jobs`.

mod running;
mod rush;
mod unpacking;
mod worker;

pub use running::Held;
pub use rush::Rush;
pub use worker::{Worker, WorkerOptions};

use crate::store::jobs::Lease;
use async_trait::async_trait;
use std::time::Duration;

/// How work on a job ended.
#[derive(Debug)]
pub enum Done {
    /// Nothing is left to do (unless it was nudged meanwhile).
    Finished,
    /// Go on elsewhere at once: this process is leaving.
    HandOver,
    /// The lease was lost; whoever has it does the rest.
    Lost,
    /// All went well, and there is more to do after this time.
    Later(Duration),
    /// Try again later.
    Retry {
        after: Option<Duration>,
        error: String,
    },
    /// Trying again would not help.
    Failed { error: String },
}

/// Kinds of work that never wait for each other: each lane has hands of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Over in a moment: clicks, commands, cards, runs that begin.
    Quick,
    /// Somebody waits for an answer, and a model takes its time.
    Answers,
    /// May take long, and nobody sits and waits: readings of systems, runs of workflows.
    Background,
}

impl Lane {
    const ALL: [Self; 3] = [Self::Quick, Self::Answers, Self::Background];

    /// An answer mostly waits for its model, and quick work for commits, which it shares with
    /// whatever else is under way; what runs long in the background does more.
    fn hands(self, answers: usize) -> usize {
        match self {
            Self::Quick | Self::Answers => answers,
            Self::Background => (answers / 8).max(1),
        }
    }
}

/// Handles the jobs of one kind.
#[async_trait]
pub trait Handler: Send + Sync {
    fn kind(&self) -> &'static str;

    fn lane(&self) -> Lane {
        Lane::Quick
    }

    /// How many attempts without progress are made before `exhausted` is called.
    fn max_attempts(&self) -> i32 {
        8
    }

    /// Does what the key stands for. It may be called again for work that was done in part.
    async fn run(&self, held: &Held) -> Done;

    /// Called instead of `run` when the attempts are used up, to tell somebody.
    async fn exhausted(&self, held: &Held) -> Done;
}

/// What a handler may look at of its lease.
impl Held {
    pub fn attempts(&self) -> i32 {
        self.lease().attempts
    }

    pub fn key(&self) -> &str {
        &self.lease().key
    }

    pub fn lease(&self) -> &Lease {
        &self.lease
    }
}
