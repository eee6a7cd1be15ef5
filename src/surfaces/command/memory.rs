//! `/penny memory`: what Penny remembers about the one who asks, and having a note forgotten.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::slack::text;
use crate::surfaces::call::Call;
use crate::surfaces::memory::{forget_note, notes_of, show};
use crate::surfaces::scene::{Scene, Surfaced};
use async_trait::async_trait;

pub struct Memory;

#[derive(Debug, PartialEq, Eq)]
enum Wish<'a> {
    Show,
    Forget(&'a str),
    Unclear,
}

impl<'a> Wish<'a> {
    fn of(words: &'a str) -> Self {
        let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        match (first.to_lowercase().as_str(), rest.trim()) {
            ("" | "list" | "show", "") => Self::Show,
            ("forget", place) if !place.is_empty() => Self::Forget(place),
            _ => Self::Unclear,
        }
    }
}

#[async_trait]
impl Subcommand for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn help(&self) -> Command {
        Command {
            usage: "memory",
            about: "what I remember about you; `memory forget 2` has me forget a note",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        let person = scene.person(call.user()).await?;
        let place = match Wish::of(call.words) {
            Wish::Show => return show(scene, call.whisper(), person.id, None).await,
            Wish::Unclear => return call.answer(scene, text::MEMORY_USAGE, Vec::new()).await,
            Wish::Forget(place) => place,
        };
        let notes = notes_of(scene, person.id).await?;
        let chosen = place
            .parse::<usize>()
            .ok()
            .and_then(|number| notes.get(number.checked_sub(1)?));
        let Some(note) = chosen else {
            let sentence = text::no_such_note(place, notes.len());
            return call.answer(scene, &sentence, Vec::new()).await;
        };
        let forgotten = forget_note(scene, person.id, note.id).await?;
        show(scene, call.whisper(), person.id, forgotten.as_ref()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_understands_showing_and_forgetting_and_nothing_else() {
        assert_eq!(Wish::of(""), Wish::Show);
        assert_eq!(Wish::of("list"), Wish::Show);
        assert_eq!(Wish::of("forget  2"), Wish::Forget("2"));
        assert_eq!(Wish::of("Forget all"), Wish::Forget("all"));
        assert_eq!(Wish::of("forget"), Wish::Unclear);
        assert_eq!(Wish::of("drop 2"), Wish::Unclear);
    }
}
