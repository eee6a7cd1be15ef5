//! Block Kit: what messages, modals and the App Home are built of. Blocks are written as the
//! JSON that Slack documents, because its own newest kinds are in no crate's types.

mod answer;
pub mod approval;
pub mod artifact;
pub mod connect;
pub mod dashboard;
pub mod digest;
pub mod help;
pub mod home;
mod kit;
pub mod listening;
pub mod memory;
pub mod modals;
pub mod people;
mod progress;
mod question;
pub mod schedules;
pub mod status;
pub mod sync;
pub mod systems;
pub mod workflow_input;
pub mod workflow_run;
pub mod workflows;

pub use answer::under_answer;
pub use progress::{TaskCard, TaskState, part, progress};
pub use question::{QuestionCard, question, question_settled};

/// One block, of slack-morphism's types where it knows them and raw JSON where it does not.
pub use slack_morphism::blocks::SlackBlock as Block;

/// Blocks as JSON, for messages.
pub fn raw(blocks: Vec<serde_json::Value>) -> Vec<Block> {
    blocks.into_iter().map(Block::Unknown).collect()
}

/// A sentence by itself.
pub fn sentence(markup: &str) -> serde_json::Value {
    kit::section(markup)
}

/// A sentence with one button beside it.
pub fn offer(sentence: &str, label: &str, action_id: &str, value: &str) -> Vec<serde_json::Value> {
    vec![kit::section_beside(
        sentence,
        kit::button(label, action_id, value),
    )]
}
