//! What the agent has said so far: written without waiting, read by the pump.

use super::FinalAnswer;
use crate::slack::blocks::{TaskCard, TaskState};
use parking_lot::Mutex;
use tokio::sync::Notify;

#[derive(Debug)]
pub(super) struct Draft {
    inner: Mutex<Inner>,
    changed: Notify,
    closed: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    text: String,
    saved: usize,
    paragraph_due: bool,
    tasks: Vec<TaskCard>,
    /// How long the text was when each task began.
    begun_at: Vec<usize>,
    closing: Option<Closing>,
}

#[derive(Debug, Clone)]
pub(super) enum Closing {
    Finish(FinalAnswer),
    Park,
    /// The handle is gone: leave everything as it is.
    Abandon,
}

/// The draft at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot {
    pub text: String,
    pub tasks: Vec<TaskCard>,
    /// How long the text was when each task began.
    pub begun_at: Vec<usize>,
}

impl Snapshot {
    /// The text before a task; none if it has been taken back since.
    pub fn text_before(&self, task: usize) -> Option<&str> {
        self.text.get(..*self.begun_at.get(task)?)
    }
}

impl Draft {
    pub fn new(text_so_far: &str) -> Self {
        Self {
            inner: Mutex::new(Inner {
                text: text_so_far.to_owned(),
                saved: text_so_far.len(),
                paragraph_due: true,
                ..Inner::default()
            }),
            changed: Notify::new(),
            closed: Notify::new(),
        }
    }

    pub fn text(&self, delta: &str) {
        let mut inner = self.inner.lock();
        if inner.paragraph_due && !inner.text.is_empty() {
            inner.text.push_str("\n\n");
        }
        inner.paragraph_due = false;
        inner.text.push_str(delta);
        drop(inner);
        self.changed.notify_one();
    }

    pub fn restart(&self) {
        let mut inner = self.inner.lock();
        let saved = inner.saved;
        inner.text.truncate(saved);
        inner.paragraph_due = true;
    }

    pub fn saved(&self) {
        let mut inner = self.inner.lock();
        // As a stored reply is: paragraphs that join without the space around them.
        let length = inner.text.trim_end().len();
        inner.text.truncate(length);
        inner.saved = length;
        inner.paragraph_due = true;
    }

    pub fn task(&self, task: TaskCard) {
        let mut inner = self.inner.lock();
        match inner.tasks.iter_mut().find(|known| known.id == task.id) {
            Some(known) => *known = task,
            None => {
                let begun_at = inner.text.len();
                inner.begun_at.push(begun_at);
                inner.tasks.push(task);
            }
        }
        drop(inner);
        self.changed.notify_one();
    }

    /// The answer goes on in another message: what is seen of a call here is over, and what is
    /// not seen yet comes there.
    pub fn end_tasks(&self, is_shown: impl Fn(&str) -> bool) {
        let mut inner = self.inner.lock();
        let tasks = std::mem::take(&mut inner.tasks).into_iter();
        let begun_at = std::mem::take(&mut inner.begun_at);
        for (mut task, begun_at) in tasks.zip(begun_at) {
            if task.state == TaskState::Running {
                if !is_shown(&task.id) {
                    continue;
                }
                task.state = TaskState::Done;
            }
            inner.tasks.push(task);
            inner.begun_at.push(begun_at);
        }
    }

    pub fn close(&self, closing: Closing) {
        self.inner.lock().closing.get_or_insert(closing);
        self.changed.notify_one();
        self.closed.notify_one();
    }

    pub fn abandon(&self) {
        self.close(Closing::Abandon);
    }

    pub fn closing(&self) -> Option<Closing> {
        self.inner.lock().closing.clone()
    }

    pub fn snapshot(&self) -> Snapshot {
        let inner = self.inner.lock();
        Snapshot {
            text: inner.text.clone(),
            tasks: inner.tasks.clone(),
            begun_at: inner.begun_at.clone(),
        }
    }

    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Resolves once the answer is closed; only one may wait.
    pub async fn closed(&self) {
        while self.closing().is_none() {
            self.closed.notified().await;
        }
    }
}
