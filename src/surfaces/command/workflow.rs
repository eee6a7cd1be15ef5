//! `/penny workflow`: a new one in a window, `run` and `dry` with a name, or how one is written.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use crate::surfaces::workflows::{self, window};
use async_trait::async_trait;

pub struct Workflow;

#[async_trait]
impl Subcommand for Workflow {
    fn name(&self) -> &'static str {
        "workflow"
    }

    fn help(&self) -> Command {
        Command {
            usage: "workflow run <name>",
            about: "runs a workflow now, `workflow run <name> days=3` with what it shall work with; `workflow dry <name>` does all but its changes, `workflow new` writes one, `workflow help` says how",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        let (verb, name) = call
            .words
            .split_once(char::is_whitespace)
            .unwrap_or((call.words, ""));
        match verb.to_lowercase().as_str() {
            "" | "new" => window::open(scene, call).await,
            "run" => workflows::run_named(scene, call, name, false).await,
            "dry" => workflows::run_named(scene, call, name, true).await,
            "help" => workflows::help::show(scene, call).await,
            _ => call.answer(scene, workflows::USAGE, Vec::new()).await,
        }
    }
}
