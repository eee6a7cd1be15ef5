//! `/penny sync hubspot`: reading a system now.

use super::{Call, Subcommand};
use crate::slack::blocks::help::Command;
use crate::surfaces::scene::{Scene, Surfaced};
use crate::surfaces::systems::{self, reading};
use async_trait::async_trait;

pub struct Sync;

#[async_trait]
impl Subcommand for Sync {
    fn name(&self) -> &'static str {
        "sync"
    }

    fn help(&self) -> Command {
        Command {
            usage: "sync <system>",
            about: "has me read a system now instead of within the hour",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        if call.words.is_empty() {
            return call
                .answer(scene, &systems::which(self.name()), Vec::new())
                .await;
        }
        match systems::meant(call.words, self.name()) {
            Ok(system) => reading::asked(scene, call, system).await,
            Err(sentence) => call.answer(scene, &sentence, Vec::new()).await,
        }
    }
}
