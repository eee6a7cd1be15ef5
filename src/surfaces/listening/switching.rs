//! Switching the reading of a channel on and off. The channel is told before anything of it is
//! read, and after everything is erased.

use super::{may_choose, redraw};
use crate::base::ids::{ChannelId, UserId};
use crate::jobs::listening::{Position, report};
use crate::jobs::people::is_in;
use crate::slack::client::{ApiCode, Channel, NewMessage, SlackError};
use crate::slack::inbound::BlockActions;
use crate::slack::text;
use crate::store::listening::{self, Opening};
use crate::surfaces::scene::{Scene, SurfaceError, Surfaced};

pub async fn read_channel(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let (channel, user) = (ChannelId::new(value), &clicked.source.user);
    let notice = match may_choose(scene, user).await? {
        false => Some(text::ONLY_ADMINS_CHOOSE.to_owned()),
        true => match readable(scene, &channel, user).await? {
            Some(found) => switch_on(scene, &channel, &found, user).await?,
            None => Some(text::CANNOT_READ_CHANNEL.to_owned()),
        },
    };
    redraw(scene, clicked, notice).await
}

/// The channel, if Penny is in it and whoever asks may see it.
async fn readable(
    scene: &Scene<'_>,
    channel: &ChannelId,
    user: &UserId,
) -> Surfaced<Option<Channel>> {
    let found = match scene.workspace.slack.conversation(channel).await {
        Err(SlackError::Refused {
            code: ApiCode::ChannelNotFound,
            ..
        }) => return Ok(None),
        found => found?,
    };
    let is_channel = !found.is_im && !found.is_mpim;
    if !is_channel || !found.is_member || found.is_archived {
        return Ok(None);
    }
    let may_see = !found.is_private || is_in(&scene.workspace, channel, user).await?;
    Ok(may_see.then_some(found))
}

async fn switch_on(
    scene: &Scene<'_>,
    channel: &ChannelId,
    found: &Channel,
    user: &UserId,
) -> Surfaced<Option<String>> {
    let (services, workspace) = (scene.services, &scene.workspace);
    let days = services.message_days;
    let key = format!("reads:{channel}:{}", scene.inbox_id);
    let told = said(text::reads_channel_now(user, found.is_private, days));
    let ts = scene.post(channel, &key, told).await?;
    let link = workspace.slack.permalink(channel, &ts).await?;
    let digits = ts.as_str().replace('.', "");
    // Slack leads every address of this shape to the right workspace.
    let prefix = match link.split_once(&digits) {
        Some((prefix, _)) => prefix.to_owned(),
        None => format!("https://slack.com/archives/{channel}/p"),
    };
    let position = Position::of_new(services.clock.now(), days).to_value()?;
    let opening = Opening {
        channel,
        workspace: &workspace.id,
        name: &found.name,
        is_private: found.is_private,
        by: user,
        link_prefix: &prefix,
        position: &position,
    };
    let mut tx = scene.tx().await?;
    listening::switch_on(&mut tx, &opening).await?;
    let opened = listening::get(&mut tx, channel).await?;
    tx.commit().await?;
    services.workspaces.reload().await?;
    if let Some(opened) = opened {
        let key = format!("reading:{channel}:{}", scene.inbox_id);
        report(services, workspace, &opened, &key).await?;
    }
    Ok(None)
}

pub async fn stop_reading(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let (channel, user) = (ChannelId::new(value), &clicked.source.user);
    if !may_choose(scene, user).await? {
        let notice = text::ONLY_ADMINS_CHOOSE.to_owned();
        return redraw(scene, clicked, Some(notice)).await;
    }
    let mut tx = scene.tx().await?;
    listening::forget(&mut tx, &channel).await?;
    tx.commit().await?;
    scene.services.workspaces.reload().await?;
    // Over all attempts at this click; that there is nobody to tell any more changes nothing.
    let key = format!("unread:{channel}:{}", scene.inbox_id);
    let told = scene.post(&channel, &key, said(text::reads_channel_no_more(user)));
    match told.await {
        Err(SurfaceError::Slack(SlackError::Refused { code, .. })) => {
            tracing::debug!(slack.code = %code, "a channel could not be told that it is no longer read");
        }
        told => drop(told?),
    }
    redraw(scene, clicked, None).await
}

fn said(text: String) -> NewMessage {
    NewMessage {
        text,
        ..NewMessage::default()
    }
}
