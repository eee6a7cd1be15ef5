//! A click or a command that could not be carried out: whoever waits for it is told, and nothing of
//! it is kept.

use super::call::Call;
use super::scene::{Scene, Surfaced, Whisper};
use crate::base::ids::UserId;
use crate::slack::inbound::{Interaction, SlashCommand};
use crate::slack::text;
use crate::store::inbox::{Item, Kind};

/// Tells whoever clicked or typed, where an answer would have stood.
pub async fn tell(scene: &Scene<'_>, item: &Item) -> Surfaced {
    let body = item.payload.as_bytes();
    match item.kind {
        Kind::Interaction => match Interaction::parse(body)? {
            Interaction::BlockActions(clicked) => match Whisper::to(&clicked) {
                Some(to) => scene.whisper(to, text::WENT_WRONG, Vec::new()).await,
                None => directly(scene, &clicked.source.user).await,
            },
            Interaction::ViewSubmission(submitted) => directly(scene, &submitted.source.user).await,
            Interaction::MessageAction(used) => directly(scene, &used.source.user).await,
            _ => Ok(()),
        },
        Kind::Command => {
            let command = SlashCommand::parse(body)?;
            let call = Call {
                source: &command.source,
                channel: &command.channel,
                words: "",
            };
            call.answer(scene, text::WENT_WRONG, Vec::new()).await
        }
        _ => Ok(()),
    }
}

async fn directly(scene: &Scene<'_>, user: &UserId) -> Surfaced {
    scene.tell_directly(user, text::WENT_WRONG).await
}
