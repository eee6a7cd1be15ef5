//! What people see of a turn in Slack.

use crate::agent::progress::{Progress, Task};

#[derive(Debug, Default)]
pub struct Visible;

impl Progress for Visible {
    fn text(&mut self, _delta: &str) {}
    fn restart(&mut self) {}
    fn saved(&mut self) {}
    fn task(&mut self, _task: Task) {}
}
