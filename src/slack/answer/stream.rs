//! What a stream has been given, and what it still lacks.

use crate::slack::blocks::{Block, TaskCard, TaskState, clip};
use crate::slack::markdown::{Part, Segment};
use slack_morphism::api::SlackStreamChunk as Chunk;
use slack_morphism::blocks::{SlackTaskCardStatus, SlackTaskId};

/// Slack takes this much in each field of a task.
const MAX_TASK_TEXT: usize = 256;
/// And this many tasks in a message; later ones are left out.
const MAX_TASKS: usize = 45;

#[derive(Debug, Default)]
pub(super) struct Shown {
    part: Part,
    tasks: Vec<TaskCard>,
}

impl Shown {
    /// What turns the shown part into `now`. None if something shown would have to go.
    pub fn missing_text(&self, now: &Part) -> Option<Vec<Chunk>> {
        let mut chunks = Vec::new();
        for (n, shown) in self.part.iter().enumerate() {
            let is_last = n + 1 == self.part.len();
            match (shown, now.get(n)?) {
                (Segment::Text(before), Segment::Text(now)) if is_last => {
                    let more = now.strip_prefix(before.as_str())?;
                    if !more.is_empty() {
                        chunks.push(text_chunk(more));
                    }
                }
                (shown, now) if shown == now => {}
                _ => return None,
            }
        }
        for segment in &now[self.part.len()..] {
            chunks.push(match segment {
                Segment::Text(text) => text_chunk(text),
                Segment::Table(table) => Chunk::Blocks {
                    blocks: vec![Block::Unknown(table.block())],
                },
            });
        }
        Some(chunks)
    }

    pub fn missing_tasks(&self, now: &[TaskCard]) -> Vec<Chunk> {
        let known = |task: &TaskCard| self.tasks.iter().find(|known| known.id == task.id);
        now.iter()
            .take(MAX_TASKS)
            .filter(|task| known(task) != Some(task))
            .map(|task| {
                // Slack appends to what it has of an outcome, so it is sent once.
                let was_told = known(task).is_some_and(|known| known.outcome.is_some());
                task_chunk(task, !was_told)
            })
            .collect()
    }

    pub fn now(&mut self, part: Option<Part>, tasks: &[TaskCard]) {
        if let Some(part) = part {
            self.part = part;
        }
        self.tasks = tasks.to_vec();
    }
}

fn text_chunk(text: &str) -> Chunk {
    Chunk::MarkdownText {
        text: text.to_owned(),
    }
}

fn task_chunk(task: &TaskCard, with_outcome: bool) -> Chunk {
    Chunk::TaskUpdate {
        id: SlackTaskId(task.id.clone()),
        title: clip(&task.title, MAX_TASK_TEXT),
        hide_title: None,
        icon: None,
        status: match task.state {
            TaskState::Running => SlackTaskCardStatus::InProgress,
            TaskState::Done => SlackTaskCardStatus::Complete,
            TaskState::Failed => SlackTaskCardStatus::Error,
        },
        details: None,
        output: task
            .outcome
            .as_deref()
            .filter(|_| with_outcome)
            .map(|outcome| clip(outcome, MAX_TASK_TEXT)),
        sources: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        vec![Segment::Text(text.to_owned())]
    }

    #[test]
    fn only_what_is_new_is_sent_and_what_is_shown_cannot_be_taken_back() {
        let mut shown = Shown::default();
        assert_eq!(shown.missing_text(&text("One ")).unwrap().len(), 1);
        shown.now(Some(text("One ")), &[]);
        assert_eq!(
            shown.missing_text(&text("One two")).unwrap(),
            [text_chunk("two")]
        );
        assert!(shown.missing_text(&text("One ")).unwrap().is_empty());
        assert_eq!(shown.missing_text(&text("Another")), None);
        assert_eq!(shown.missing_text(&Part::new()), None);
    }

    #[test]
    fn a_task_is_sent_when_it_changes_and_its_outcome_once() {
        let mut task = TaskCard {
            id: "1".into(),
            title: "t".repeat(300),
            state: TaskState::Done,
            outcome: Some("3 rows".into()),
        };
        let mut shown = Shown::default();
        let first = shown.missing_tasks(std::slice::from_ref(&task));
        assert!(
            matches!(&first[0], Chunk::TaskUpdate { title, output: Some(_), .. }
            if title.chars().count() == MAX_TASK_TEXT)
        );
        shown.now(None, std::slice::from_ref(&task));
        assert!(shown.missing_tasks(std::slice::from_ref(&task)).is_empty());
        task.state = TaskState::Failed;
        let again = shown.missing_tasks(&[task]);
        assert!(matches!(&again[0], Chunk::TaskUpdate { output: None, .. }));
    }
}
