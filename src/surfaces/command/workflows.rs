//! `/penny workflows`: what there is, how it went, and what can be done about it.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use crate::surfaces::workflows;
use async_trait::async_trait;

pub struct Workflows;

#[async_trait]
impl Subcommand for Workflows {
    fn name(&self) -> &'static str {
        "workflows"
    }

    fn help(&self) -> Command {
        Command {
            usage: "workflows",
            about: "lists workflows with their next and last run, `workflows <words>` those with these words; run, pause, edit or make one there",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        workflows::list(scene, call).await
    }
}
