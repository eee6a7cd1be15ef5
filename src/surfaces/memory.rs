//! “What do you remember?”: the notes about the person who asks, and having one forgotten.
//! They are shown to that person alone, so a note of theirs never appears in a channel.

use super::page::Notice;
use super::scene::{Scene, Seat, Surfaced, Whisper};
use crate::base::ids::PersonId;
use crate::slack::blocks::memory::{Note, notes};
use crate::slack::blocks::raw;
use crate::slack::inbound::BlockActions;
use crate::slack::text;
use crate::store::memory::{self, Scope};
use uuid::Uuid;

pub async fn notes_of(scene: &Scene<'_>, person: PersonId) -> Surfaced<Vec<Note>> {
    let mut tx = scene.tx().await?;
    let listed = memory::list(&mut tx, &Scope::Person(person)).await?;
    Ok(listed
        .into_iter()
        .map(|memory| Note {
            id: memory.id,
            text: memory.text,
        })
        .collect())
}

/// Shows the notes, and the one that was just forgotten with a way back.
pub async fn show(
    scene: &Scene<'_>,
    to: Whisper<'_>,
    person: PersonId,
    forgotten: Option<&Note>,
) -> Surfaced {
    let known = notes_of(scene, person).await?;
    let heading = match forgotten {
        Some(note) => text::forgot(&note.text),
        None => text::HOME_MEMORY.to_owned(),
    };
    let blocks = raw(notes(&known, forgotten));
    scene.whisper(to, &heading, blocks).await
}

pub async fn forget(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Ok(id) = value.parse() else {
        return Ok(());
    };
    let person = scene.person(&clicked.source.user).await?;
    let forgotten = forget_note(scene, person.id, id).await?;
    let notice = match &forgotten {
        Some(note) => Notice::Forgot(note.clone()),
        None => Notice::Said(text::NOTE_GONE.to_owned()),
    };
    refresh(scene, clicked, person.id, notice).await
}

/// The note as it was, or none if there is no such note of that person.
pub async fn forget_note(scene: &Scene<'_>, person: PersonId, id: Uuid) -> Surfaced<Option<Note>> {
    let mut tx = scene.tx().await?;
    let text = memory::forget(&mut tx, &Scope::Person(person), id, person).await?;
    tx.commit().await?;
    Ok(text.map(|text| Note { id, text }))
}

pub async fn restore(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Ok(id) = value.parse() else {
        return Ok(());
    };
    let person = scene.person(&clicked.source.user).await?;
    let mut tx = scene.tx().await?;
    let restored = memory::restore(&mut tx, &Scope::Person(person.id), id).await?;
    tx.commit().await?;
    let said = match restored {
        Some(note) => text::remembered_again(&note),
        None => text::NOTE_GONE.to_owned(),
    };
    refresh(scene, clicked, person.id, Notice::Said(said)).await
}

/// Shows the change where the button was: App Home, or the answer to `/penny memory`.
async fn refresh(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    person: PersonId,
    notice: Notice,
) -> Surfaced {
    let Some(url) = &clicked.source.response_url else {
        scene.page.show(notice);
        return Ok(());
    };
    let to = Whisper::Address {
        url,
        replacing: true,
        instead: Seat::of(clicked),
    };
    let forgotten = match &notice {
        Notice::Forgot(note) => Some(note),
        Notice::Said(_) => None,
    };
    show(scene, to, person, forgotten).await
}
