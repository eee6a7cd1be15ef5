//! What the tools that make charts, reports and exports share: a recipe is made with the eyes of
//! everybody who reads along, kept, and brought to the thread by a job.

use super::{Outcome, ToolContext, ToolError, refused};
use crate::reports::{MakeError, Maker, Recipe, Since};
use crate::store::StoreError;
use crate::store::artifacts::{self, Content, New, Origin};
use crate::store::sandbox::QueryError;

const ON_ITS_WAY: &str = "It is put into this thread by itself, below your answer: do not promise \
    it again, link to it or repeat all its figures.";

pub(super) async fn make(
    maker: &Maker,
    context: &ToolContext<'_>,
    recipe: &Recipe,
) -> Result<Outcome, ToolError> {
    let title = recipe.title().trim();
    if title.is_empty() || title.chars().count() > 200 {
        return refused("Give it a title of at most 200 characters.");
    }
    let kept = serde_json::to_value(recipe).map_err(StoreError::from)?;
    // Postgres keeps none, and nobody can see what would be lost.
    if kept.to_string().contains("\\u0000") {
        return refused("Leave the NUL characters out of it.");
    }
    let origin = Origin {
        conversation: context.conversation,
        turn: context.turn,
        tool_use_id: context.tool_use_id,
    };
    let viewer = context.eyes.viewer().await?;
    let mut tx = context.db.org(viewer.org).await?;
    if let Some(id) = artifacts::of_call(&mut tx, origin).await? {
        return Ok(Outcome::Result(format!(
            "The {} is made already ({id}). {ON_ITS_WAY}",
            recipe.kind()
        )));
    }
    let new = New {
        kind: recipe.kind(),
        title,
        recipe: kept,
    };
    let past = artifacts::of_earlier_run(&mut tx, &viewer, context.turn, &new).await?;
    let since = past.and_then(|past| Since::of(past, &viewer));
    drop(tx);
    let made = match maker.make(recipe, &viewer, since.as_ref()).await {
        Ok(made) => made,
        Err(MakeError::Query(QueryError::Store(error))) => return Err(error.into()),
        Err(error) => return refused(error.to_string()),
    };
    let is_report = matches!(recipe, Recipe::Report { .. });
    if made.rows == 0 && !is_report {
        return refused(format!(
            "The query found no rows, so there is no {}. Say so, or ask for something else.",
            recipe.kind()
        ));
    }
    let mut words = words(recipe, &made.words, made.note.as_deref());
    if let (Some(since), Some(changes)) = (&since, &made.changes) {
        words.push_str(&changed(since, changes));
    }
    let mut tx = context.db.org(viewer.org).await?;
    artifacts::keep(&mut tx, &viewer, origin, &new, &Content::from(made)).await?;
    tx.commit().await?;
    Ok(Outcome::Result(words))
}

fn changed(since: &Since, changes: &[String]) -> String {
    let at = since.at.format("%Y-%m-%d %H:%M UTC");
    if changes.is_empty() {
        return format!("\nNothing in it has changed since the last one ({at}). Say so.");
    }
    format!(
        "\nThis has changed since the last one ({at}); begin your answer with what matters of it:\n{}",
        changes.join("\n")
    )
}

fn words(recipe: &Recipe, shows: &str, note: Option<&str>) -> String {
    let is_report = matches!(recipe, Recipe::Report { .. });
    let note = note.filter(|_| !is_report);
    let note = note
        .map(|note| format!(" Tell people: {note}."))
        .unwrap_or_default();
    format!(
        "The {} “{}” is made. {ON_ITS_WAY}{note}\nIt shows: {shows}",
        recipe.kind(),
        recipe.title()
    )
}
