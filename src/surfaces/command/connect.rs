//! `/penny connect`: which systems there are and how they are doing; with a name, connecting one.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::slack::text;
use crate::surfaces::call::Call;
use crate::surfaces::listening;
use crate::surfaces::scene::{Scene, Surfaced};
use crate::surfaces::systems::{self, connecting};
use async_trait::async_trait;

pub struct Connect;

#[async_trait]
impl Subcommand for Connect {
    fn name(&self) -> &'static str {
        "connect"
    }

    fn help(&self) -> Command {
        Command {
            usage: "connect",
            about: "our systems and how they are; `connect hubspot` connects one",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        if listening::is_meant(call.words) {
            return super::sync::channels(scene, call).await;
        }
        if !call.words.is_empty() {
            if let Some((system, label)) = systems::addresses::named(call.words) {
                return systems::addresses::open(scene, call, system, label).await;
            }
            return match systems::meant(call.words, self.name()) {
                Ok(system) => connecting::offer(scene, call.source, call.whisper(), system).await,
                Err(sentence) => call.answer(scene, &sentence, Vec::new()).await,
            };
        }
        let person = scene.person(call.user()).await?;
        if person.is_restricted {
            return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
        }
        systems::show(scene, call.whisper(), &person, systems::LIST).await
    }
}
