//! What a stream has been given, and what it still lacks.

use super::draft::Snapshot;
use crate::slack::blocks::{Block, TaskCard, TaskState};
use crate::slack::markdown::{self, Part, Segment, first_part_so_far};
use crate::slack::mrkdwn::clip;
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
    /// All that is missing, in the order in which it was said and done: what was said before a
    /// call stands above its card, and no sentence is cut by one. None if something shown would
    /// have to go.
    pub fn missing(&self, draft: &Snapshot, now: &Part) -> Option<Vec<Chunk>> {
        let mut so_far = self.part.clone();
        let mut chunks = Vec::new();
        for (n, task) in draft.tasks.iter().enumerate().take(MAX_TASKS) {
            let is_new = self.tasks.iter().all(|known| known.id != task.id);
            if let Some(before) = draft.text_before(n).filter(|_| is_new) {
                let before = first_part_so_far(before);
                // None: more than that is shown already.
                if let Some(text) = missing_text(&so_far, &before) {
                    chunks.extend(text);
                    so_far = before;
                }
            }
            chunks.extend(self.missing_task(task));
        }
        chunks.extend(missing_text(&so_far, now)?);
        Some(chunks)
    }

    pub fn has_task(&self, id: &str) -> bool {
        self.tasks.iter().any(|known| known.id == id)
    }

    pub fn missing_tasks(&self, now: &[TaskCard]) -> Vec<Chunk> {
        let tasks = now.iter().take(MAX_TASKS);
        tasks.filter_map(|task| self.missing_task(task)).collect()
    }

    fn missing_task(&self, task: &TaskCard) -> Option<Chunk> {
        let known = self.tasks.iter().find(|known| known.id == task.id);
        // Slack appends to what it has of an outcome, so it is sent once.
        let was_told = known.is_some_and(|known| known.outcome.is_some());
        (known != Some(task)).then(|| task_chunk(task, !was_told))
    }

    pub fn now(&mut self, part: Option<Part>, tasks: &[TaskCard]) {
        if let Some(part) = part {
            self.part = part;
        }
        self.tasks = tasks.to_vec();
    }
}

/// What turns the shown part into `now`. None if something shown would have to go.
fn missing_text(shown: &Part, now: &Part) -> Option<Vec<Chunk>> {
    let mut chunks = Vec::new();
    for (n, before) in shown.iter().enumerate() {
        let is_last = n + 1 == shown.len();
        match (before, now.get(n)?) {
            (Segment::Text(before), Segment::Text(now)) if is_last => {
                let more = now.strip_prefix(before.as_str())?;
                if !more.is_empty() {
                    chunks.push(text_chunk(more));
                }
            }
            (before, now) if before == now => {}
            _ => return None,
        }
    }
    for segment in &now[shown.len()..] {
        chunks.push(match segment {
            Segment::Text(text) => text_chunk(text),
            Segment::Table(table) => Chunk::Blocks {
                blocks: vec![Block::Unknown(table.block())],
            },
        });
    }
    Some(chunks)
}

fn text_chunk(text: &str) -> Chunk {
    Chunk::MarkdownText {
        text: text.to_owned(),
    }
}

fn task_chunk(task: &TaskCard, with_outcome: bool) -> Chunk {
    Chunk::TaskUpdate {
        id: SlackTaskId(task.id.clone()),
        title: task_text(&task.title),
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
            .map(task_text),
        sources: None,
    }
}

/// What a model or a page brought along, made inert like any answer: Slack reads Markdown here.
/// Cut before as well as after, since what a cut leaves (half a code span) may be read anew.
fn task_text(text: &str) -> String {
    let cut = clip(&markdown::clean(text), MAX_TASK_TEXT);
    clip(&markdown::clean(&cut), MAX_TASK_TEXT)
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
        let missing = |shown: &Shown, now: &Part| shown.missing(&Snapshot::default(), now);
        assert_eq!(missing(&shown, &text("One ")).unwrap().len(), 1);
        shown.now(Some(text("One ")), &[]);
        assert_eq!(
            missing(&shown, &text("One two")).unwrap(),
            [text_chunk("two")]
        );
        assert!(missing(&shown, &text("One ")).unwrap().is_empty());
        assert_eq!(missing(&shown, &text("Another")), None);
        assert_eq!(missing(&shown, &Part::new()), None);
    }

    #[test]
    fn a_card_stands_between_what_was_said_before_and_after_its_call() {
        let task = TaskCard {
            id: "1".into(),
            title: "Looking".into(),
            state: TaskState::Running,
            outcome: None,
        };
        let draft = Snapshot {
            text: "I look it up.\n\nIt is nine.".into(),
            tasks: vec![task.clone()],
            begun_at: vec!["I look it up.".len()],
        };
        let mut shown = Shown::default();
        shown.now(Some(text("I look")), &[]);
        assert_eq!(
            shown.missing(&draft, &text(&draft.text)).unwrap(),
            [
                text_chunk(" it up."),
                task_chunk(&task, true),
                text_chunk("\n\nIt is nine.")
            ]
        );
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

    #[test]
    fn what_a_model_or_a_page_says_in_a_card_reaches_nobody_and_leads_nowhere_else() {
        let attack = "<!channel> [bank.com](https://evil.example) <@U012345|bob>\u{202E} @here";
        let half_a_span = format!("{} `@channel {}`", "t ".repeat(120), "x ".repeat(40));
        for text in [attack, &half_a_span] {
            let task = TaskCard {
                id: "1".into(),
                title: text.into(),
                state: TaskState::Done,
                outcome: Some(text.into()),
            };
            let Chunk::TaskUpdate {
                title,
                details: None,
                output: Some(output),
                ..
            } = task_chunk(&task, true)
            else {
                panic!("no card");
            };
            for shown in [title, output] {
                for active in ["<!", "<@", "](", "@channel ", "@here", "\u{202E}"] {
                    assert!(!shown.contains(active), "{shown}");
                }
                assert!(shown.chars().count() <= MAX_TASK_TEXT, "{shown}");
            }
        }
    }

    #[test]
    fn ordinary_words_in_a_card_stay_as_they_are() {
        let text = "Looked up **open deals** of R&D at https://acme.example/x (3 rows, 5 < 7)";
        assert_eq!(task_text(text), text);
    }
}
