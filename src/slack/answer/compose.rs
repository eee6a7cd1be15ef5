//! An answer's parts as the messages that show them.

use super::FinalAnswer;
use crate::slack::blocks::{self, Block, TaskCard};
use crate::slack::client::{Metadata, NewMessage};
use crate::slack::markdown::{Part, Segment, layout, plain};
use crate::slack::text;
use serde_json::json;

/// In the metadata of every message of an answer.
pub(super) const EVENT_TYPE: &str = "penny_answer";

/// An answer as messages for where nothing of it stands yet. One that is too long is shown in part, which
/// ends with `too_long`.
pub fn messages(markdown: &str, too_long: &str) -> Vec<NewMessage> {
    let mut laid_out = layout(markdown);
    if laid_out.file.is_some()
        && let Some(last) = laid_out.parts.last_mut()
    {
        last.push(Segment::Text(too_long.to_owned()));
    }
    let message = |part: &Part| NewMessage {
        text: words(part),
        blocks: blocks::part(part),
        ..NewMessage::default()
    };
    laid_out.parts.iter().map(message).collect()
}

/// A whole answer, ready to be delivered.
pub(super) struct Composed {
    pub parts: Vec<Part>,
    pub file: Option<String>,
    /// What stands under the last part.
    pub foot: Vec<Block>,
}

pub(super) fn compose(markdown: &str, answer: &FinalAnswer) -> Composed {
    let mut laid_out = layout(markdown);
    if laid_out.parts.is_empty() {
        let nothing = Segment::Text(text::NOTHING_TO_SAY.to_owned());
        laid_out.parts.push(vec![nothing]);
    }
    if laid_out.file.is_some()
        && let Some(first) = laid_out.parts.first_mut()
    {
        match first.last_mut() {
            Some(Segment::Text(last)) => last.push_str(text::GOES_ON_IN_FILE),
            _ => first.push(Segment::Text(text::GOES_ON_IN_FILE.to_owned())),
        }
    }
    Composed {
        parts: laid_out.parts,
        file: laid_out.file,
        foot: blocks::under_answer(answer.footer.as_deref(), answer.controls),
    }
}

impl Composed {
    /// The message of part `n`, with everything that belongs into it.
    pub fn message(&self, n: usize, tasks: &[TaskCard]) -> NewMessage {
        let mut blocks = Vec::new();
        if n == 0 {
            blocks.extend(blocks::progress(tasks));
        }
        blocks.extend(blocks::part(&self.parts[n]));
        blocks.extend(self.foot_of(n).iter().cloned());
        NewMessage {
            text: words(&self.parts[n]),
            blocks,
            ..NewMessage::default()
        }
    }

    pub fn foot_of(&self, n: usize) -> &[Block] {
        if n + 1 == self.parts.len() {
            &self.foot
        } else {
            &[]
        }
    }
}

/// The message of an answer that is still being written.
pub(super) fn in_progress(part: &Part, tasks: &[TaskCard]) -> NewMessage {
    let mut blocks = Vec::new();
    blocks.extend(blocks::progress(tasks));
    blocks.extend(blocks::part(part));
    let words = words(part);
    NewMessage {
        text: if words.is_empty() {
            text::STARTING.to_owned()
        } else {
            words
        },
        blocks,
        ..NewMessage::default()
    }
}

pub(super) fn words(part: &Part) -> String {
    let texts = part.iter().filter_map(|segment| match segment {
        Segment::Text(text) => Some(plain(text)),
        Segment::Table(_) => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// By this a message is known again, whoever posted it before a crash.
pub(super) fn metadata(key: &str, part: usize) -> Metadata {
    Metadata {
        event_type: EVENT_TYPE,
        event_payload: json!({"key": key, "part": part.to_string()}),
    }
}
