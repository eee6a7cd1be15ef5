//! `/penny digest`: what a day begins with, for oneself or a channel, at a chosen hour.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::surfaces::call::Call;
use crate::surfaces::digests;
use crate::surfaces::scene::{Scene, Surfaced};
use async_trait::async_trait;

pub struct Digest;

#[async_trait]
impl Subcommand for Digest {
    fn name(&self) -> &'static str {
        "digest"
    }

    fn help(&self) -> Command {
        Command {
            usage: "digest on 8:30",
            about: "your day each morning: meetings, mail that waits, what moved, what waits for you; `digest on 9 here` for a channel, `digest off` ends it",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        digests::typed(scene, call).await
    }
}
