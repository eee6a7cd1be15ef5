//! Where somebody who did something with a proposal is answered, for their eyes only.

use super::At;
use crate::base::ids::UserId;
use crate::slack::inbound::BlockActions;
use crate::store::proposal_cards::Card;
use crate::surfaces::scene::{Scene, Surfaced, Whisper};

#[derive(Debug)]
pub enum Answer<'a> {
    Click(&'a BlockActions),
    /// In the card's thread: a window has no place of its own.
    Beside {
        card: Option<&'a Card>,
        user: &'a UserId,
    },
}

impl<'a> Answer<'a> {
    pub fn to_click(clicked: &'a BlockActions) -> Self {
        Self::Click(clicked)
    }

    pub fn beside(at: &'a At, user: &'a UserId) -> Self {
        Self::Beside {
            card: at.card_for(user),
            user,
        }
    }

    pub async fn tell(&self, scene: &Scene<'_>, sentence: &str) -> Surfaced {
        let place = match self {
            Self::Click(clicked) => clicked
                .channel
                .as_ref()
                .map(|channel| (channel, clicked.container.thread_ts.as_ref())),
            Self::Beside { card, .. } => card.map(|card| (&card.channel, card.thread.as_ref())),
        };
        let (address, user) = match self {
            Self::Click(clicked) => (Whisper::to(clicked), &clicked.source.user),
            Self::Beside { user, .. } => (None, *user),
        };
        let to = match (address, place) {
            (Some(address), _) => address,
            (None, Some((channel, thread))) => Whisper::Thread {
                channel,
                thread,
                user,
            },
            // A click in App Home, where the page itself answers.
            (None, None) => {
                scene.page.say(sentence);
                return Ok(());
            }
        };
        scene.whisper(to, sentence, Vec::new()).await
    }
}
