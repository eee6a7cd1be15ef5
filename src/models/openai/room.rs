//! How much room an answer is asked to have. A server whose context is small refuses a request whose
//! answer might not fit, whatever the question, so it is asked for less, and in the end for whatever
//! fits.

use crate::models::ModelError;
use std::sync::atomic::{AtomicU8, Ordering};

/// How a server calls the limit on an answer when it refuses it.
const NAMES: [&str; 4] = [
    "max_tokens",
    "max_completion_tokens",
    "max_new_tokens",
    "completion tokens",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Room {
    Usual,
    Quarter,
    /// As much as there is; the server knows better.
    Unsaid,
}

impl Room {
    pub fn of(self, usual: u32) -> Option<u32> {
        match self {
            Self::Usual => Some(usual),
            Self::Quarter => Some((usual / 4).max(1)),
            Self::Unsaid => None,
        }
    }

    pub fn smaller(self) -> Option<Self> {
        match self {
            Self::Usual => Some(Self::Quarter),
            Self::Quarter => Some(Self::Unsaid),
            Self::Unsaid => None,
        }
    }
}

/// What the server last answered to.
#[derive(Debug, Default)]
pub(super) struct Known(AtomicU8);

impl Known {
    pub fn get(&self) -> Room {
        match self.0.load(Ordering::Relaxed) {
            0 => Room::Usual,
            1 => Room::Quarter,
            _ => Room::Unsaid,
        }
    }

    pub fn set(&self, room: Room) {
        self.0.store(room as u8, Ordering::Relaxed);
    }
}

/// Whether an error may be about the room for the answer, rather than about the conversation.
pub(super) fn is_in_question(error: &ModelError) -> bool {
    match error {
        ModelError::ContextTooLong => true,
        ModelError::Rejected(text) => NAMES.iter().any(|name| text.contains(name)),
        _ => false,
    }
}
