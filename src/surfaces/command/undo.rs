//! `/penny undo`: what was done lately for the one who asks and can be taken back.

use super::Subcommand;
use crate::slack::blocks::approval::undoable;
use crate::slack::blocks::approval::words::CAN_UNDO;
use crate::slack::blocks::help::Command;
use crate::slack::blocks::raw;
use crate::slack::text;
use crate::surfaces::approvals::home::done_for;
use crate::surfaces::approvals::words;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use async_trait::async_trait;

const LOOKED_THROUGH: usize = 20;
const SHOWN: usize = 5;

pub struct Undo;

#[async_trait]
impl Subcommand for Undo {
    fn name(&self) -> &'static str {
        "undo"
    }

    fn help(&self) -> Command {
        Command {
            usage: "undo",
            about: "what I’ve changed for you lately and can take back",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        let person = scene.person(call.user()).await?;
        if person.is_restricted {
            return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
        }
        let mut lately = done_for(scene, person.id, LOOKED_THROUGH).await?;
        lately.retain(|one| one.undo.is_some());
        lately.truncate(SHOWN);
        if lately.is_empty() {
            return call.answer(scene, words::NOTHING_TO_UNDO, Vec::new()).await;
        }
        call.answer(scene, CAN_UNDO, raw(undoable(&lately))).await
    }
}
