//! `/penny policy`: who decides on what Penny proposes, and for administrators the way to set it.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::slack::text;
use crate::surfaces::approvals::policy;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use async_trait::async_trait;

pub struct Policy;

#[async_trait]
impl Subcommand for Policy {
    fn name(&self) -> &'static str {
        "policy"
    }

    fn help(&self) -> Command {
        Command {
            usage: "policy",
            about: "who decides on what I propose; administrators can change it",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        let person = scene.person(call.user()).await?;
        if person.is_restricted {
            return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
        }
        policy::show(scene, call.whisper(), person.is_admin).await
    }
}
