//! `/penny people`: who the users of connected systems are here, for administrators.

use super::Subcommand;
use crate::slack::blocks::help::Command;
use crate::surfaces::call::Call;
use crate::surfaces::people;
use crate::surfaces::scene::{Scene, Surfaced};
use async_trait::async_trait;

pub struct People;

#[async_trait]
impl Subcommand for People {
    fn name(&self) -> &'static str {
        "people"
    }

    fn help(&self) -> Command {
        Command {
            usage: "people [name]",
            about: "for administrators: who the users of connected systems are here, and correcting it",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        people::asked(scene, call).await
    }
}
