//! One use of `/penny`: what was typed behind it, by whom and where, and how it is answered.

use super::scene::{Scene, Seat, Surfaced, Whisper};
use crate::base::ids::{ChannelId, UserId};
use crate::slack::blocks::Block;
use crate::slack::inbound::Source;

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
