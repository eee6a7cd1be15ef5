//! “Show all”: one run with what went in, each step with what came of it, and how it ended. It was
//! looked up with the owner's eyes for those who read along, so it is for them and nobody else.

use super::words;
use crate::base::ids::UserId;
use crate::jobs::people::is_in;
use crate::slack::blocks::workflow_run::{RunWindow, StepShown, window};
use crate::slack::inbound::BlockActions;
use crate::store::people::Person;
use crate::store::workflows::{self, Run, Saved, Workflow};
use crate::surfaces::scene::{Scene, Surfaced};
use serde_json::{Value, json};

/// Items of a loop that failed, of which more are only counted.
const FAILED: i64 = 10;

pub async fn open(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    run: &Run,
    workflow: &Workflow,
) -> Surfaced {
    let shown = read(scene, run, workflow).await?;
    scene
        .open_modal_or_tell(&clicked.source, &window(&shown))
        .await
}

/// The owner, and the members of the channel in which it ran: an administrator too reads nobody's
/// direct messages.
pub async fn may_see(
    scene: &Scene<'_>,
    user: &UserId,
    person: &Person,
    workflow: &Workflow,
    run: &Run,
) -> bool {
    if person.is_restricted {
        return false;
    }
    if workflow.owner == *user {
        return true;
    }
    match &run.channel {
        Some(channel) if !channel.as_str().starts_with('D') => {
            is_in(&scene.workspace, channel, user)
                .await
                .unwrap_or(false)
        }
        _ => false,
    }
}

async fn read(scene: &Scene<'_>, run: &Run, workflow: &Workflow) -> Surfaced<RunWindow> {
    let mut tx = scene.tx().await?;
    let now = scene.services.clock.now();
    let mut steps = Vec::new();
    for step in workflows::steps_of(&mut tx, run.id).await? {
        let mut shown = StepShown {
            id: step.path.clone(),
            line: words::step(&step, now),
            output: output_of(&step),
            failed: Vec::new(),
        };
        if step.kind == "foreach" {
            let counts = workflows::counts(&mut tx, run.id, &step.path).await?;
            let failed = workflows::failed_items(&mut tx, run.id, &step.path, FAILED).await?;
            shown.line = words::loop_step(&step, &counts, now);
            shown.failed = failed.iter().map(words::failed_item).collect();
            let more = counts.failed - FAILED;
            shown
                .failed
                .extend((more > 0).then(|| words::more_failed(more)));
        }
        steps.push(shown);
    }
    Ok(RunWindow {
        about: words::about_run(workflow, run),
        input: (run.input != json!({})).then(|| pretty(&run.input)),
        steps,
        output: run.output.as_ref().filter(|it| !it.is_null()).map(pretty),
        trouble: run.trouble.clone(),
    })
}

/// What a step came to. What it waits for is told by its line.
fn output_of(step: &Saved) -> Option<String> {
    let is_told = matches!(step.kind.as_str(), "foreach" | "if") || step.output.is_null();
    (step.is_done && !is_told).then(|| match &step.output["text"] {
        Value::String(said) => said.clone(),
        _ => pretty(&step.output),
    })
}

fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}
