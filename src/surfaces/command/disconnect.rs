//! `/penny disconnect hubspot`: having a system's key forgotten.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use crate::surfaces::systems::{self, disconnecting};
use async_trait::async_trait;

pub struct Disconnect;

#[async_trait]
impl Subcommand for Disconnect {
    fn name(&self) -> &'static str {
        "disconnect"
    }

    fn help(&self) -> Command {
        Command {
            usage: "disconnect <system>",
            about: "has me forget how to sign in to a system",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        if call.words.is_empty() {
            return call
                .answer(scene, &systems::which(self.name()), Vec::new())
                .await;
        }
        match systems::meant(call.words, self.name()) {
            Ok(system) => disconnecting::asked(scene, call, system).await,
            Err(sentence) => call.answer(scene, &sentence, Vec::new()).await,
        }
    }
}
