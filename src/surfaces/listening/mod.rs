//! Slack as a source: administrators choose the channels that are read, everybody sees which ones
//! are, and what happens to a channel in Slack is followed.

pub mod hearing;
mod switching;

pub use switching::{read_channel, stop_reading};

use super::scene::{Scene, Surfaced};
use crate::approvals::policy::Standing;
use crate::base::ids::{ChannelId, UserId};
use crate::connectors::slack::SLUG;
use crate::slack::blocks::listening::{Channels, OtherChannel, ReadChannel, window};
use crate::slack::client::Channel;
use crate::slack::inbound::{BlockActions, Source};
use crate::store::listening::{self, CHECK};
use crate::store::{jobs, listen, people};
use std::collections::HashSet;

/// Whether Slack itself is the system that somebody names behind a command.
pub fn is_meant(words: &str) -> bool {
    words.trim().eq_ignore_ascii_case(SLUG)
}

/// Opens the window with the channels that are read.
pub async fn offer(scene: &Scene<'_>, source: &Source) -> Surfaced {
    let channels = seen_by(scene, &source.user, None).await?;
    scene.open_modal_or_tell(source, &window(&channels)).await
}

pub async fn clicked(scene: &Scene<'_>, clicked: &BlockActions) -> Surfaced {
    offer(scene, &clicked.source).await
}

/// Whether somebody may choose what is read, asked of Slack at this moment.
async fn may_choose(scene: &Scene<'_>, user: &UserId) -> Surfaced<bool> {
    let (services, workspace) = (scene.services, &scene.workspace);
    let directory = &services.directory;
    let (person, standing) = directory.right_now(&services.db, workspace, user).await?;
    Ok(standing == Standing::Member && person.is_admin)
}

/// The window's content. A private channel is named to its members alone.
async fn seen_by(scene: &Scene<'_>, user: &UserId, notice: Option<String>) -> Surfaced<Channels> {
    let person = scene.person(user).await?;
    let slack = &scene.workspace.slack;
    let theirs = slack.channels_of(Some(user), "private_channel").await?;
    let theirs: HashSet<String> = theirs.into_iter().map(|channel| channel.id).collect();
    let mut tx = scene.tx().await?;
    let read = listening::list(&mut tx).await?;
    let counts = listening::counts(&mut tx).await?;
    drop(tx);
    let is_known = |id: &str, is_private: bool| !is_private || theirs.contains(id);
    let is_read = |channel: &Channel| read.iter().any(|it| it.id.as_str() == channel.id);
    let others = match person.is_admin && !person.is_restricted {
        false => None,
        true => {
            let mut mine = slack
                .channels_of(None, "public_channel,private_channel")
                .await?;
            mine.retain(|it| is_known(&it.id, it.is_private) && !is_read(it));
            mine.sort_by(|a, b| a.name.cmp(&b.name));
            Some(mine.into_iter().map(offered).collect())
        }
    };
    let read = read
        .iter()
        .filter(|it| it.workspace == scene.workspace.id)
        .filter(|it| is_known(it.id.as_str(), it.is_private));
    Ok(Channels {
        notice,
        read: read
            .map(|it| ReadChannel {
                id: it.id.0.clone(),
                name: it.name.clone(),
                is_private: it.is_private,
                messages: counts.get(&it.id).copied().unwrap_or_default(),
                read_back_at: it.read_back_at,
            })
            .collect(),
        others,
    })
}

fn offered(channel: Channel) -> OtherChannel {
    OtherChannel {
        id: channel.id,
        name: channel.name,
        is_private: channel.is_private,
    }
}

/// Shows in the window what a click in it did.
async fn redraw(scene: &Scene<'_>, clicked: &BlockActions, notice: Option<String>) -> Surfaced {
    let Some(view) = &clicked.view else {
        return Ok(());
    };
    let channels = seen_by(scene, &clicked.source.user, notice).await?;
    let slack = &scene.workspace.slack;
    Ok(slack.update_view(&view.id, &window(&channels)).await?)
}

/// Whoever left sees nothing more of the channel, before anything else is found out about it.
pub async fn somebody_left(scene: &Scene<'_>, channel: &ChannelId, user: &UserId) -> Surfaced {
    let mut tx = scene.tx().await?;
    people::leaves(&mut tx, channel, user).await?;
    tx.commit().await?;
    audience_changed(scene, channel).await
}

/// No process goes by what it remembers of who reads along there.
pub async fn audience_changed(scene: &Scene<'_>, channel: &ChannelId) -> Surfaced {
    let (services, org) = (scene.services, scene.workspace.org);
    services.directory.forget_audience(org, channel).await;
    let told = format!("{org} {channel}");
    listen::notify(&services.db, listen::AUDIENCES, &told).await?;
    look_at(scene, channel).await
}

/// Has a channel that is read compared with what Slack says of it now.
pub async fn look_at(scene: &Scene<'_>, channel: &ChannelId) -> Surfaced {
    if !scene.workspace.reads.contains(channel) {
        return Ok(());
    }
    let mut tx = scene.tx().await?;
    jobs::nudge(&mut tx, CHECK, channel.as_str()).await?;
    Ok(tx.commit().await?)
}
