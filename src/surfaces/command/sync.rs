//! `/penny sync hubspot`: reading a system now; `/penny sync slack`: which channels are read.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::slack::text;
use crate::surfaces::call::Call;
use crate::surfaces::listening;
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
            about: "has me read a system now; `sync slack` chooses the channels that I read",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        if listening::is_meant(call.words) {
            return channels(scene, call).await;
        }
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

/// Slack is read as things are said, so what is left to say is where.
pub async fn channels(scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
    if scene.person(call.user()).await?.is_restricted {
        return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
    }
    listening::offer(scene, call.source).await
}
