//! What Penny remembers about somebody, each note with a button to have it forgotten.

use super::kit::{button, context, section, section_beside};
use crate::slack::ids::{FORGET, RESTORE};
use crate::slack::mrkdwn::{clip, escape};
use crate::slack::text;
use serde_json::Value;
use uuid::Uuid;

/// More would hide the rest of the page; the others are reached by saying so.
const SHOWN: usize = 15;
const NOTE_CHARS: usize = 400;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub id: Uuid,
    pub text: String,
}

/// The notes, oldest first, and the one that was just forgotten, which can still be kept.
pub fn notes(notes: &[Note], forgotten: Option<&Note>) -> Vec<Value> {
    let mut blocks: Vec<Value> = notes.iter().take(SHOWN).enumerate().map(numbered).collect();
    if notes.is_empty() {
        blocks.push(section(text::MEMORY_EMPTY));
    }
    if notes.len() > SHOWN {
        blocks.push(context(&format!("… and {} more.", notes.len() - SHOWN)));
    }
    if let Some(note) = forgotten {
        let undo = button(text::UNDO, RESTORE, &note.id.to_string());
        blocks.push(section_beside(&text::forgot(&note.text), undo));
    }
    blocks
}

fn numbered((place, note): (usize, &Note)) -> Value {
    let line = format!("{}. {}", place + 1, escape(&clip(&note.text, NOTE_CHARS)));
    section_beside(&line, button(text::FORGET, FORGET, &note.id.to_string()))
}
