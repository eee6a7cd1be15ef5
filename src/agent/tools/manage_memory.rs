//! Lets people tell Penny what to remember, see it, and have it forgotten.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused};
use crate::base::viewer::Viewer;
use crate::models::ToolSpec;
use crate::store::memory::{
    self, MAX_CHARS, MAX_NOTES, Memory, Origin, Remembered, Scope, UNDO_MINUTES,
};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write;
use uuid::Uuid;

const NAME: &str = "manage_memory";
const DESCRIPTION: &str = "Keeps short notes for later conversations. Remember only what somebody \
    asks you to remember or states as a lasting preference; never secrets. Notes for a person are \
    read only in their direct messages, notes for a channel only in that channel.";

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    /// Keep `text` as a new note.
    Remember,
    /// Show the notes, with their ids.
    Recall,
    /// Forget the note with this `id`.
    Forget,
    /// Bring back a note that was forgotten in the last minutes, by `id`.
    Restore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum For {
    Person,
    Channel,
}

#[derive(Deserialize, JsonSchema)]
struct Input {
    action: Action,
    /// For whom: the asking person, or this channel. By default the channel in a channel, and
    /// the person in a direct message.
    scope: Option<For>,
    /// The note to remember: one fact in a sentence that makes sense on its own.
    text: Option<String>,
    /// The note to forget or restore, as recall shows it.
    #[schemars(with = "Option<String>")]
    id: Option<Uuid>,
}

#[derive(Debug, Default)]
pub struct ManageMemory;

#[async_trait]
impl Tool for ManageMemory {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, input: &Value) -> String {
        match input.get("action").and_then(Value::as_str) {
            Some("remember") => "Making a note",
            Some("forget") => "Forgetting a note",
            Some("restore") => "Bringing a note back",
            _ => "Reading my notes",
        }
        .to_owned()
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let viewer = context.eyes.viewer().await?;
        let said = match input.action {
            Action::Remember => remember(context, &viewer, &input).await,
            Action::Recall => recall(context, &viewer, &input).await,
            Action::Forget | Action::Restore => change(context, &viewer, &input).await,
        };
        said.map(Outcome::Result)
    }
}

async fn remember(
    context: &ToolContext<'_>,
    viewer: &Viewer,
    input: &Input,
) -> Result<String, ToolError> {
    let Some(text) = &input.text else {
        return refused("Say in `text` what to remember.");
    };
    // A note of one's own may be made anywhere; only reading it is for private talk.
    let scope = match input.scope {
        Some(For::Person) => Scope::Person(viewer.person),
        wanted => readable(viewer, wanted)?,
    };
    let origin = Origin {
        turn: context.turn,
        tool_use_id: context.tool_use_id,
    };
    let mut tx = context.db.org(viewer.org).await?;
    let outcome = memory::remember(&mut tx, &scope, viewer.person, text, Some(origin)).await?;
    tx.commit().await?;
    match outcome {
        Remembered::Kept(id) => Ok(format!(
            "Remembered for {}.\nThe note’s id {id}.",
            whose(&scope)
        )),
        Remembered::BadLength => refused(format!(
            "A note has 1 to {MAX_CHARS} characters. Shorten it, or split it into several notes."
        )),
        Remembered::Full => refused(format!(
            "There are already {MAX_NOTES} notes for {}, which is the most that are kept. \
             Forget one that is no longer needed first.",
            whose(&scope)
        )),
    }
}

async fn recall(
    context: &ToolContext<'_>,
    viewer: &Viewer,
    input: &Input,
) -> Result<String, ToolError> {
    let scope = readable(viewer, input.scope)?;
    let mut tx = context.db.org(viewer.org).await?;
    let notes = memory::list(&mut tx, &scope).await?;
    tx.commit().await?;
    Ok(if notes.is_empty() {
        format!("Nothing is remembered for {} yet.", whose(&scope))
    } else {
        listed(&notes)
    })
}

async fn change(
    context: &ToolContext<'_>,
    viewer: &Viewer,
    input: &Input,
) -> Result<String, ToolError> {
    let Some(id) = input.id else {
        return refused("Say in `id` which note; recall shows the ids.");
    };
    let scope = readable(viewer, input.scope)?;
    let mut tx = context.db.org(viewer.org).await?;
    let (text, done) = match input.action {
        Action::Restore => (memory::restore(&mut tx, &scope, id).await?, "Restored"),
        _ => (
            memory::forget(&mut tx, &scope, id, viewer.person).await?,
            "Forgotten",
        ),
    };
    tx.commit().await?;
    match (text, input.action) {
        (Some(text), Action::Forget) => Ok(format!(
            "{done}: “{}”. It can be restored for {UNDO_MINUTES} minutes.",
            text.trim_end_matches('.')
        )),
        (Some(text), _) => Ok(format!("{done}: “{}”.", text.trim_end_matches('.'))),
        (None, _) => refused(format!(
            "There is no such note for {} (any more). Recall shows those there are.",
            whose(&scope)
        )),
    }
}

/// The notes that may be spoken of here, if they are the wanted ones.
fn readable(viewer: &Viewer, wanted: Option<For>) -> Result<Scope, ToolError> {
    match (Scope::readable_by(viewer), wanted) {
        (Some(Scope::Channel(_)), Some(For::Person)) => refused(
            "Personal notes are read only in a direct message with Penny; here, in a channel, \
             everybody would see them.",
        ),
        (Some(Scope::Person(_)), Some(For::Channel)) => refused(
            "This is a direct message, so there is no channel to keep notes for. Ask in the \
             channel itself.",
        ),
        (Some(scope), _) => Ok(scope),
        (None, _) => refused(
            "People from outside the company are in this channel, so its notes are not used here.",
        ),
    }
}

fn whose(scope: &Scope) -> &'static str {
    match scope {
        Scope::Person(_) => "the person",
        Scope::Channel(_) => "this channel",
    }
}

fn listed(notes: &[Memory]) -> String {
    let mut text = match notes.len() {
        1 => "1 note:\n".to_owned(),
        count => format!("{count} notes:\n"),
    };
    for note in notes {
        let Memory {
            id,
            text: what,
            author,
            created_at,
        } = note;
        let day = created_at.format("%Y-%m-%d");
        let _ = writeln!(text, "- {what} ({author}, {day}, id {id})");
    }
    text
}
