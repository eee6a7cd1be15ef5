//! Where Penny may post for somebody: in channels where both of them are.

use crate::base::ids::{ChannelId, UserId};
use crate::jobs::people::is_in;
use crate::jobs::workspaces::Workspace;
use crate::slack::client::SlackError;
use crate::slack::text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    PennyNotThere,
    YouAreNotThere,
}

/// Why Penny cannot post there for this person.
pub async fn objection_to_posting(
    workspace: &Workspace,
    channel: &ChannelId,
    user: &UserId,
) -> Result<Option<Objection>, SlackError> {
    if matches!(
        is_in(workspace, channel, &workspace.bot_user).await,
        Ok(false)
    ) {
        return Ok(Some(Objection::PennyNotThere));
    }
    match is_in(workspace, channel, user).await {
        Ok(true) => Ok(None),
        Ok(false) => Ok(Some(Objection::YouAreNotThere)),
        Err(SlackError::Refused { .. }) => Ok(Some(Objection::PennyNotThere)),
        Err(error) => Err(error),
    }
}

/// The same as a sentence.
pub async fn may_post(
    workspace: &Workspace,
    channel: &ChannelId,
    user: &UserId,
) -> Result<Option<&'static str>, SlackError> {
    let objection = objection_to_posting(workspace, channel, user).await?;
    Ok(objection.map(|objection| match objection {
        Objection::PennyNotThere => text::PENNY_NOT_THERE,
        Objection::YouAreNotThere => text::YOU_ARE_NOT_THERE,
    }))
}
