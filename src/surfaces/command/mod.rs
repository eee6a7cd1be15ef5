//! `/penny`: one file a subcommand, and the one list of them.

pub mod ask;
mod audit;
mod connect;
mod digest;
mod disconnect;
mod help;
mod memory;
mod people;
mod policy;
mod reports;
mod schedule;
mod schedules;
mod status;
mod sync;
mod templates;
mod undo;
mod workflow;
mod workflows;

use super::call::Call;
use super::nearest::nearest;
use super::scene::{Scene, Surfaced};
use crate::slack::blocks::help::Command;
use crate::slack::inbound::SlashCommand;
use crate::slack::text;
use async_trait::async_trait;

#[async_trait]
pub trait Subcommand: Sync {
    fn name(&self) -> &'static str;
    fn help(&self) -> Command;
    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced;
}

/// In the order in which help lists them.
static ALL: [&dyn Subcommand; 18] = [
    &ask::Ask,
    &schedule::Schedule,
    &schedules::Schedules,
    &templates::Templates,
    &digest::Digest,
    &workflow::Workflow,
    &workflows::Workflows,
    &status::Status,
    &connect::Connect,
    &sync::Sync,
    &disconnect::Disconnect,
    &people::People,
    &undo::Undo,
    &policy::Policy,
    &audit::Audit,
    &memory::Memory,
    &reports::Reports,
    &help::Help,
];

fn find(name: &str) -> Option<&'static dyn Subcommand> {
    ALL.into_iter().find(|command| command.name() == name)
}

pub async fn run(scene: &Scene<'_>, typed: &SlashCommand) -> Surfaced {
    let (name, words) = split(&typed.text);
    let call = Call {
        source: &typed.source,
        channel: &typed.channel,
        words,
    };
    if name.is_empty() {
        return help::Help.run(scene, &call).await;
    }
    if let Some(command) = find(&name) {
        return command.run(scene, &call).await;
    }
    let names = ALL.map(|command| command.name());
    let sentence = text::unknown_command(&name, nearest(&name, &names));
    call.answer(scene, &sentence, Vec::new()).await
}

fn split(text: &str) -> (String, &str) {
    let text = text.trim();
    let (name, words) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (name.to_lowercase(), words.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_the_subcommand_however_it_is_written() {
        assert_eq!(
            split("  ASK  how are we doing? "),
            ("ask".to_owned(), "how are we doing?")
        );
        assert_eq!(
            split("ask\nhow are we doing?"),
            ("ask".to_owned(), "how are we doing?")
        );
        assert_eq!(split(""), (String::new(), ""));
    }

    #[test]
    fn every_subcommand_is_found_by_the_word_that_its_help_begins_with() {
        for command in ALL {
            let (word, _) = split(command.help().usage);
            assert_eq!(find(&word).map(Subcommand::name), Some(command.name()));
        }
    }
}
