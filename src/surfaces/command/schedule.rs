//! `/penny schedule`: something to do again and again, in one line or in a window.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use crate::surfaces::schedules::{making, window};
use async_trait::async_trait;

pub struct Schedule;

#[async_trait]
impl Subcommand for Schedule {
    fn name(&self) -> &'static str {
        "schedule"
    }

    fn help(&self) -> Command {
        Command {
            usage: "schedule <when>: <question>",
            about: "has me answer again and again, such as `every weekday at 9: what changed since yesterday`",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        if call.words.is_empty() {
            return window::open(scene, call, None).await;
        }
        making::typed(scene, call).await
    }
}
