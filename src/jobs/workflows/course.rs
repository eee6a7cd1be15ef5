//! What all steps of a run work with, and how one ends that does not simply go on.

use super::lanes::Lanes;
use crate::automation::workflow::Workflow;
use crate::base::ids::{ChannelId, ConversationId, Ts};
use crate::base::viewer::Viewer;
use crate::jobs::Services;
use crate::jobs::cards::CardError;
use crate::jobs::deliver::DeliverError;
use crate::jobs::workspaces::Workspace;
use crate::queue::Held;
use crate::slack::client::SlackError;
use crate::store::conversations::Thread;
use crate::store::workflows::{self, Run, Saved, Spent};
use crate::store::{StoreError, StoreResult};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Why the steps do not go on.
#[derive(Debug)]
pub enum Halt {
    /// Somebody, or the clock, has to do something first.
    Parked,
    /// It is over by somebody's decision, which is no failure.
    Stopped(String),
    /// What went wrong and what to do, in words for people.
    Failed(String),
    /// The same for the whole run, whichever step or item finds it out: the money is spent.
    Spent(String),
    Interrupted(Interrupted),
}

/// Why the work on a run ended before the run did.
#[derive(Debug, thiserror::Error)]
pub enum Interrupted {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] SlackError),
    #[error(transparent)]
    Card(#[from] CardError),
    #[error("{0}")]
    Passing(String),
    #[error("the process is shutting down")]
    HandOver,
}

impl From<DeliverError> for Interrupted {
    fn from(error: DeliverError) -> Self {
        match error {
            DeliverError::Store(error) => error.into(),
            DeliverError::Slack(error) => error.into(),
        }
    }
}

impl<E: Into<Interrupted>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Interrupted(error.into())
    }
}

pub struct Course<'a> {
    pub services: &'a Services,
    pub workspace: &'a Arc<Workspace>,
    pub held: &'a Held,
    pub workflow: &'a workflows::Workflow,
    pub run: &'a Run,
    pub definition: &'a Workflow,
    /// The owner, and who reads along where the run reports.
    pub viewer: &'a Viewer,
    pub channel: &'a ChannelId,
    pub thread: &'a Ts,
    pub conversation: ConversationId,
    pub saved: Mutex<HashMap<String, Saved>>,
    /// Penny is being asked in the thread, so no other step asks her.
    pub is_asking: AtomicBool,
    /// The loops that were come to, with how many of their items may ask her at once.
    pub loops: Mutex<Lanes>,
    /// Which budget an item of a loop has found used up.
    pub spent: Mutex<Option<String>>,
    /// The soonest end of what is waited for.
    pub wake_at: Mutex<Option<DateTime<Utc>>>,
}

impl Course<'_> {
    /// The output of a step that was taken.
    pub fn taken(&self, path: &str) -> Option<Value> {
        let saved = self.saved.lock();
        let step = saved.get(path).filter(|step| step.is_done);
        step.map(|step| step.output.clone())
    }

    /// What a step waits for.
    pub fn awaited(&self, path: &str) -> Option<Value> {
        let saved = self.saved.lock();
        let step = saved.get(path).filter(|step| !step.is_done);
        step.map(|step| step.output.clone())
    }

    /// Saves that a step was taken, before the next one is.
    pub async fn finish(
        &self,
        place: (&str, &str),
        output: &Value,
        spent: Spent,
    ) -> StoreResult<()> {
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let fence = self.held.lease().fence();
        workflows::finish_step(&mut tx, &fence, self.run.id, place, output, spent).await?;
        tx.commit().await
    }

    pub async fn wait_at(&self, place: (&str, &str), what: &Value) -> StoreResult<()> {
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let fence = self.held.lease().fence();
        workflows::wait_at(&mut tx, &fence, self.run.id, place, what).await?;
        tx.commit().await
    }

    /// Goes on by itself at that moment, or before.
    pub fn wake_by(&self, at: DateTime<Utc>) {
        let mut wake = self.wake_at.lock();
        *wake = Some(wake.map_or(at, |known| known.min(at)));
    }

    /// Where it reports.
    pub fn in_thread(&self) -> Thread {
        Thread {
            workspace: self.workspace.id.as_str().into(),
            channel: self.channel.clone(),
            thread_ts: self.thread.clone(),
        }
    }

    /// The key of a message that a step makes visible, once each time that the run is tried.
    pub fn key(&self, path: &str) -> String {
        match self.run.tries {
            0 => format!("workflow:{}:{path}", self.run.id),
            tries => format!("workflow:{}:{path}:{tries}", self.run.id),
        }
    }
}
