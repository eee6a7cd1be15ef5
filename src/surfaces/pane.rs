//! The conversation with Penny is opened: questions to begin with stand ready.

use super::scene::Scene;
use crate::base::ids::ChannelId;
use crate::slack::client::Prompt;
use crate::slack::text::{PANE_TITLE, PROMPTS};

/// Worth one try only: whoever opens the pane writes on their own a moment later.
pub async fn opened(scene: &Scene<'_>, channel: &ChannelId) {
    let prompts = PROMPTS.map(|(title, message)| Prompt { title, message });
    let slack = &scene.workspace.slack;
    if let Err(error) = slack
        .set_suggested_prompts(channel, Some(PANE_TITLE), &prompts)
        .await
    {
        tracing::debug!(%error, "no questions could be suggested");
    }
}
