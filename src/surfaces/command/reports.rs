//! `/penny reports`: the charts, reports and exports that may be seen here.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::surfaces::artifacts;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use async_trait::async_trait;

pub struct Reports;

#[async_trait]
impl Subcommand for Reports {
    fn name(&self) -> &'static str {
        "reports"
    }

    fn help(&self) -> Command {
        Command {
            usage: "reports",
            about: "charts, reports, files and dashboards that I’ve made here, to open, run again or delete; `reports pipeline` finds one",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        artifacts::show(scene, call.whisper(), call.user(), call.channel, call.words).await
    }
}
