//! Penny is added to a channel: she says once how to speak with her.

use super::scene::{Scene, Surfaced};
use crate::base::ids::ChannelId;
use crate::slack::client::NewMessage;
use crate::slack::text;

pub async fn joined(scene: &Scene<'_>, channel: &ChannelId) -> Surfaced {
    let message = NewMessage {
        text: text::hello_channel(&scene.workspace.bot_user),
        ..NewMessage::default()
    };
    // Once for a channel, however often she is removed and added again.
    scene
        .post(channel, &format!("hello:{channel}"), message)
        .await?;
    Ok(())
}
