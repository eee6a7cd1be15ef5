//! Lets the runs of one workflow leave notes to those to come. People's own notes are
//! `manage_memory`'s.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused};
use crate::automation::workflow::{self, MOST_NOTES};
use crate::base::clock::SharedClock;
use crate::models::ToolSpec;
use crate::store::workflows;
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

const NAME: &str = "keep_notes";
const DESCRIPTION: &str = "Only in a step of a workflow: shows what its earlier runs noted down, and \
    notes what the next ones should know, such as how far you looked or what you said. The notes \
    are read wherever the workflow reports, so put nothing into them that not everybody there may see.";

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// What to note, in a sentence that makes sense on its own. Leave it out to read only.
    text: Option<String>,
}

#[derive(Debug)]
pub struct KeepNotes {
    clock: SharedClock,
}

impl KeepNotes {
    pub fn new(clock: SharedClock) -> Self {
        Self { clock }
    }
}

#[async_trait]
impl Tool for KeepNotes {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, input: &Value) -> String {
        match input.get("text") {
            Some(Value::String(_)) => "Making a note for the next run",
            _ => "Reading the notes of earlier runs",
        }
        .to_owned()
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let viewer = context.eyes.viewer().await?;
        let mut tx = context.db.org(viewer.org).await?;
        let Some(before) = workflows::noted(&mut tx, context.turn).await? else {
            return refused(
                "This is no step of a workflow, so there are no runs to share notes. \
                 manage_memory keeps notes for a person or a channel.",
            );
        };
        let earlier = lines(&before.notes);
        let Some(text) = input.text.filter(|text| !text.trim().is_empty()) else {
            return Ok(Outcome::Result(earlier));
        };
        let note = workflow::note(text.trim(), self.clock.now());
        workflows::note(&mut tx, before.workflow, &note, MOST_NOTES).await?;
        tx.commit().await?;
        Ok(Outcome::Result(format!(
            "Noted for the next runs. {earlier}"
        )))
    }
}

fn lines(notes: &Value) -> String {
    let notes = notes.as_array().map(Vec::as_slice).unwrap_or_default();
    if notes.is_empty() {
        return "Earlier runs noted nothing.".to_owned();
    }
    let word = |note: &Value, of: &str| note[of].as_str().unwrap_or_default().to_owned();
    let lines: Vec<String> = notes
        .iter()
        .map(|note| format!("{}: {}", word(note, "at"), word(note, "text")))
        .collect();
    format!("Earlier runs noted:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use serde_json::json;

    #[test]
    fn notes_are_told_with_their_days_and_none_is_said_to_be_none() {
        let at = DateTime::from_timestamp(1_763_712_000, 0).unwrap();
        let notes = json!([workflow::note("Looked as far as Acme.", at)]);
        assert_eq!(
            lines(&notes),
            "Earlier runs noted:\n2025-11-21: Looked as far as Acme."
        );
        assert_eq!(lines(&json!([])), "Earlier runs noted nothing.");
    }
}
