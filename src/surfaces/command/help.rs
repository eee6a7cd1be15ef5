//! `/penny help`: what Penny can do and how to ask for it.

use super::{ALL, Subcommand};
use crate::slack::blocks::help::{Command, help};
use crate::slack::blocks::raw;
use crate::slack::text;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use async_trait::async_trait;

pub struct Help;

#[async_trait]
impl Subcommand for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    fn help(&self) -> Command {
        Command {
            usage: "help",
            about: "this list",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        let commands = ALL.map(|command| command.help());
        call.answer(scene, text::HELP_INTRO, raw(help(&commands)))
            .await
    }
}
