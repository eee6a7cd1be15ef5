//! `/penny schedules`: what runs again and again, and what can be done about it.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use crate::surfaces::schedules;
use async_trait::async_trait;

pub struct Schedules;

#[async_trait]
impl Subcommand for Schedules {
    fn name(&self) -> &'static str {
        "schedules"
    }

    fn help(&self) -> Command {
        Command {
            usage: "schedules",
            about: "what is scheduled, with its next and last run; run, pause or change it there; `schedules pipeline` finds one",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        let part = schedules::Part::about(call.words);
        schedules::show(scene, call.whisper(), call.user(), schedules::LIST, &part).await
    }
}
