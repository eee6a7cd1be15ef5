//! `/penny audit`: what was proposed, decided and done, for administrators.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::surfaces::approvals::{audit, words};
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};
use async_trait::async_trait;

pub struct Audit;

#[async_trait]
impl Subcommand for Audit {
    fn name(&self) -> &'static str {
        "audit"
    }

    fn help(&self) -> Command {
        Command {
            usage: "audit",
            about: "for administrators: what was proposed, decided and done, and whether that record is whole",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        let services = scene.services;
        let (person, _) = services
            .directory
            .right_now(&services.db, &scene.workspace, call.user())
            .await?;
        if !person.is_admin || person.is_restricted {
            return call
                .answer(scene, words::ADMINISTRATORS_ONLY, Vec::new())
                .await;
        }
        audit::show(scene, call.whisper()).await
    }
}
