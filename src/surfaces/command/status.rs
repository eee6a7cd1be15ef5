//! `/penny status`: what is connected, what Penny thinks with, and how busy she is.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::slack::blocks::raw;
use crate::slack::blocks::status::{Status as Card, status};
use crate::slack::text;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use crate::surfaces::status::read;
use async_trait::async_trait;

pub struct Status;

#[async_trait]
impl Subcommand for Status {
    fn name(&self) -> &'static str {
        "status"
    }

    fn help(&self) -> Command {
        Command {
            usage: "status",
            about: "what I’m connected to and how that is doing",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        let person = scene.person(call.user()).await?;
        if person.is_restricted {
            return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
        }
        let found = read(scene, &person).await?;
        let blocks = status(&Card {
            model: &found.model,
            running: found.open.running,
            waiting: found.open.waiting,
            systems: &found.systems,
            queue: found.queue,
            usage: found.usage,
        });
        call.answer(scene, &found.model, raw(blocks)).await
    }
}
