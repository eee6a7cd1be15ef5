//! What Slack sends us, read tolerantly: unknown kinds and odd fields never fail a request,
//! because a failed request is one that Slack repeats and in the end stops sending.

mod classify;
mod command;
mod envelope;
mod event;
mod interaction;
mod lenient;
mod remark;
mod text;
mod title;
pub mod words;

pub use classify::{ChannelKind, Heard, Ignored, Inbound, Stop, classify};
pub use command::{SlashCommand, is_ssl_check};
pub use envelope::{Callback, EventEnvelope, Installation};
pub use event::{Event, FileRef, MessageEvent};
pub use interaction::{
    Action, BlockActions, Container, Interaction, MessageAction, Shortcut, Source, Suggestion,
    View, ViewClosed, ViewSubmission,
};
pub use remark::{Author, Remark, Report, place_of, read_back, reported, ts_of};
pub use text::{mentions, readable};
pub use title::title;

use sha2::{Digest, Sha256};

/// Why a signed body could not be read at all. The payload is never part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the body is not the JSON object that was expected")]
    Json,
    #[error("the body is nested too deeply")]
    TooDeep,
    #[error("the body is not text")]
    NotText,
    #[error("the form has no payload")]
    NoPayload,
    #[error("the form lacks a field")]
    MissingField,
}

/// Deeper than anything Slack sends, shallow enough for every parser and for jsonb.
const MAX_DEPTH: u32 = 100;

/// Tells one delivery from another where Slack's own ids are missing: a replay is the same bytes.
pub fn fingerprint(delivery: &[u8]) -> String {
    hex::encode(Sha256::digest(delivery))
}

/// Refuses what would exhaust a stack further on, in one pass over the bytes.
fn check_depth(json: &[u8]) -> Result<(), Malformed> {
    let (mut depth, mut in_string, mut escaped) = (0u32, false, false);
    for byte in json {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Malformed::TooDeep);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
