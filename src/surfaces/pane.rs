//! The pane or the conversation with Penny is opened: questions to begin with stand ready.

use super::ask;
use super::scene::{Scene, Surfaced};
use super::status::prompts_for;
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::slack::text::PANE_TITLE;
use crate::store::connections;

/// Worth one try only: whoever opens the pane writes on their own a moment later. The older
/// assistant view has a thread, and shows nothing without it.
pub async fn opened(
    scene: &Scene<'_>,
    user: &UserId,
    channel: Option<ChannelId>,
    thread: Option<&Ts>,
) -> Surfaced {
    let person = scene.person(user).await?;
    let mut tx = scene.tx().await?;
    let systems = connections::visible_to(&mut tx, person.id).await?;
    drop(tx);
    let prompts = prompts_for(&person, &systems);
    let prompts: Vec<_> = prompts.into_iter().map(|(_, prompt)| prompt).collect();
    let channel = match channel {
        Some(channel) => channel,
        None => ask::direct(scene, user).await?,
    };
    let slack = &scene.workspace.slack;
    if let Err(error) = slack
        .set_suggested_prompts(&channel, thread, Some(PANE_TITLE), &prompts)
        .await
    {
        tracing::debug!(%error, "no questions could be suggested");
    }
    Ok(())
}
