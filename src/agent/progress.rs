//! What people see of a turn while it runs. The agent speaks only to this trait;
//! a surface decides what it looks like.

/// One tool call, as its card shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    pub id: String,
    pub title: String,
    pub state: TaskState,
    /// One line of outcome, once there is one.
    pub outcome: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    Running,
    Done,
    Failed,
}

pub trait Progress: Send + Sync {
    /// More of the answer. Must not wait.
    fn text(&mut self, delta: &str);
    /// What came since the last `saved` is void: the attempt is made again.
    fn restart(&mut self);
    /// What came so far is stored and will not be taken back.
    fn saved(&mut self);
    fn task(&mut self, task: Task);
}
