//! `/penny`: one file a subcommand, and the one list of them.

pub mod ask;
mod audit;
mod connect;
mod digest;
mod disconnect;
mod help;
mod memory;
pub(super) mod nearest;
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

use super::scene::{Scene, Seat, Surfaced, Whisper};
use crate::base::ids::{ChannelId, UserId};
use crate::slack::blocks::Block;
use crate::slack::blocks::help::Command;
use crate::slack::inbound::{SlashCommand, Source};
use crate::slack::text;
use async_trait::async_trait;

/// What follows `/penny`, already split: the subcommand's own words.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub source: &'a Source,
    pub channel: &'a ChannelId,
    pub words: &'a str,
}

impl Call<'_> {
    pub fn user(&self) -> &UserId {
        &self.source.user
    }

    /// Answers for the eyes of the one who typed it.
    pub async fn answer(&self, scene: &Scene<'_>, text: &str, blocks: Vec<Block>) -> Surfaced {
        scene.whisper(self.whisper(), text, blocks).await
    }

    pub fn whisper(&self) -> Whisper<'_> {
        match &self.source.response_url {
            Some(url) => Whisper::Address {
                url,
                replacing: false,
                instead: Seat {
                    channel: Some(self.channel),
                    thread: None,
                    user: self.user(),
                },
            },
            None => Whisper::Thread {
                channel: self.channel,
                thread: None,
                user: self.user(),
            },
        }
    }
}

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
    let sentence = text::unknown_command(&name, nearest::nearest(&name, &names));
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
