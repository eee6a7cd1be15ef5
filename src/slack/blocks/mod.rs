//! Block Kit: what messages, modals and the App Home are built of. Blocks are written as the
//! JSON that Slack documents, because its own newest kinds are in no crate's types.

mod answer;
mod kit;
mod question;

pub use answer::{feedback, retry, under_answer};
pub use kit::{clip, escape, moment};
pub use question::{QuestionCard, question, question_settled};

/// One block, of slack-morphism's types where it knows them and raw JSON where it does not.
pub use slack_morphism::blocks::SlackBlock as Block;
