//! An answer while and after it is written: its text and tables, and the tool calls that it took.

use super::Block;
use super::kit::context;
use crate::slack::markdown::{Part, Segment};
use crate::slack::mrkdwn::{clip, escape};
use crate::slack::text;
use serde_json::json;

/// One tool call, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskCard {
    pub id: String,
    pub title: String,
    pub state: TaskState,
    /// One line of outcome.
    pub outcome: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    Running,
    Done,
    Failed,
}

/// A message's worth of an answer.
pub fn part(part: &Part) -> Vec<Block> {
    let mut blocks = Vec::new();
    for segment in part {
        match segment {
            Segment::Text(text) => blocks.push(Block::Unknown(json!({
                "type": "markdown", "text": text.trim_matches('\n'),
            }))),
            Segment::Table(table) => {
                blocks.push(Block::Unknown(table.block()));
                if table.hidden_columns > 0 {
                    let note = text::hidden_columns(table.hidden_columns);
                    blocks.push(Block::Unknown(context(&note)));
                }
            }
        }
    }
    blocks
}

/// The tool calls in one quiet line, for messages that have no cards.
pub fn progress(tasks: &[TaskCard]) -> Option<Block> {
    const SHOWN: usize = 6;
    let skipped = tasks.len().saturating_sub(SHOWN);
    let mut line = Vec::new();
    if skipped > 0 {
        line.push(format!("+{skipped}"));
    }
    line.extend(tasks[skipped..].iter().map(|task| {
        let sign = match task.state {
            TaskState::Running => "⏳",
            TaskState::Done => "✓",
            TaskState::Failed => "✗",
        };
        format!("{sign} {}", clip(&task.title, 80))
    }));
    (!line.is_empty()).then(|| Block::Unknown(context(&escape(&line.join(" · ")))))
}
