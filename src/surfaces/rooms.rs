//! In which channels somebody is, for lists of what belongs to channels: asked of Slack once a list,
//! and not once a line.

use super::scene::Scene;
use crate::base::ids::UserId;

/// The channels that Penny can see as well. Where Slack does not say, they see their own alone.
pub async fn of(scene: &Scene<'_>, user: &UserId) -> Vec<String> {
    let slack = &scene.workspace.slack;
    let found = slack
        .channels_of(Some(user), "public_channel,private_channel")
        .await;
    match found {
        Ok(channels) => channels.into_iter().map(|channel| channel.id).collect(),
        Err(error) => {
            tracing::warn!(%error, "a list is shown without what belongs to channels");
            Vec::new()
        }
    }
}
