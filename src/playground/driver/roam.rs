//! Moving about: App Home, the agent pane, the native Stop button, channels, the app directory.

use super::speak::writable;
use super::{Denied, Human};
use crate::base::ids::{ChannelId, UserId};
use crate::playground::people::Guest;
use crate::playground::state::channel::{Channel, Kind};
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use crate::playground::state::world::{Change, World};
use std::collections::BTreeSet;

const MAX_NAME: usize = 80;

impl Human {
    /// Opens Penny's `home` or `messages` tab.
    pub async fn open_home(&self, tab: &str) -> Result<(), Denied> {
        if !matches!(tab, "home" | "messages") {
            return Err(Denied(format!("Penny has no tab called {tab}.")));
        }
        self.dm()?;
        self.slack
            .edit_and_wait(|world| world.announce_home(&self.id, tab, None))
            .await;
        Ok(())
    }

    /// Opens the agent pane beside what is in view.
    pub async fn open_pane(&self, in_view: Option<&ChannelId>) -> Result<(), Denied> {
        self.dm()?;
        let open = |world: &mut World| {
            world.announce_home(&self.id, "messages", in_view);
            if let Some(seen) = in_view {
                world.announce_context(&self.id, seen);
            }
        };
        self.slack.edit_and_wait(open).await;
        Ok(())
    }

    /// Another channel comes into view while the pane is open.
    pub async fn look_at(&self, channel: &ChannelId) -> Result<(), Denied> {
        self.slack
            .edit_and_wait(|world| world.announce_context(&self.id, channel))
            .await;
        Ok(())
    }

    /// The native Stop button: the running streams take no more, and Penny is told.
    pub async fn stop(&self, channel: &ChannelId, root: Stamp) -> Result<(), Denied> {
        let stop = |world: &mut World| -> Result<(), Denied> {
            writable(world, &self.id, channel)?;
            let now = world.now;
            let known = world.channel_mut(channel)?;
            let replies = known
                .threads
                .get(&root)
                .map(|thread| thread.replies.clone())
                .unwrap_or_default();
            let running = |ts: &Stamp| {
                known
                    .messages
                    .get(ts)
                    .is_some_and(|message| message.is_streaming(now))
            };
            let streams: Vec<Stamp> = replies.into_iter().filter(running).collect();
            for ts in &streams {
                if let Some(stream) = world.message_mut(channel, *ts)?.stream.as_deref_mut() {
                    stream.stop_by_user();
                }
            }
            world.announce_stop(channel, &self.id, root, &streams);
            Ok(())
        };
        self.slack.edit_and_wait(stop).await.0
    }

    pub async fn join(&self, channel: &ChannelId) -> Result<(), Denied> {
        let join = |world: &mut World| {
            super::speak::visible(world, &self.id, channel)?;
            enter(world, channel, &self.id, None);
            Ok(())
        };
        self.slack.edit_and_wait(join).await.0
    }

    pub async fn leave(&self, channel: &ChannelId) -> Result<(), Denied> {
        let leave = |world: &mut World| match world.drop_member(channel, &self.id) {
            true => {
                world.announce_left(channel, &self.id);
                Ok(())
            }
            false => Err(Denied::because("You are not in that channel.")),
        };
        self.slack.edit_and_wait(leave).await.0
    }

    /// Brings a colleague, or Penny, into the channel.
    pub async fn invite(&self, channel: &ChannelId, user: &UserId) -> Result<(), Denied> {
        let invite = |world: &mut World| {
            let kind = writable(world, &self.id, channel)?;
            if kind.is_direct() || !world.people.contains_key(user) {
                return Err(Denied::because("Nobody can be added here."));
            }
            enter(world, channel, user, Some(&self.id));
            Ok(())
        };
        self.slack.edit_and_wait(invite).await.0
    }

    /// Removes somebody, or Penny, from the channel.
    pub fn remove(&self, channel: &ChannelId, user: &UserId) -> Result<(), Denied> {
        self.slack.edit(|world| {
            writable(world, &self.id, channel)?;
            if world.drop_member(channel, user) {
                world.announce_left(channel, user);
            }
            Ok(())
        })
    }

    /// An administrator closes the account.
    pub fn leaves_the_company(&self) {
        self.slack.edit(|world| {
            if let Some(person) = world.people.get_mut(&self.id) {
                person.deleted = true;
            }
        });
    }

    pub async fn rename(&self, channel: &ChannelId, name: &str) -> Result<(), Denied> {
        let rename = |world: &mut World| -> Result<(), Denied> {
            writable(world, &self.id, channel)?;
            world.channel_mut(channel)?.name = name.to_owned();
            world.changes.push(Change::Channel(channel.clone()));
            world.announce_name(channel);
            Ok(())
        };
        self.slack.edit_and_wait(rename).await.0
    }

    /// Makes a public channel one that its members alone see.
    pub async fn make_private(&self, channel: &ChannelId) -> Result<(), Denied> {
        let convert = |world: &mut World| -> Result<(), Denied> {
            writable(world, &self.id, channel)?;
            world.channel_mut(channel)?.kind = Kind::Private;
            world.changes.push(Change::Channel(channel.clone()));
            let text = "made this channel private";
            notice(world, channel, &self.id, "channel_convert_to_private", text);
            Ok(())
        };
        self.slack.edit_and_wait(convert).await.0
    }

    pub fn archive(&self, channel: &ChannelId) -> Result<(), Denied> {
        self.slack.edit(|world| {
            writable(world, &self.id, channel)?;
            world.channel_mut(channel)?.is_archived = true;
            world.changes.push(Change::Channel(channel.clone()));
            Ok(())
        })
    }

    pub fn create_channel(&self, name: &str, private: bool) -> Result<ChannelId, Denied> {
        let name = name
            .trim()
            .trim_start_matches('#')
            .to_lowercase()
            .replace(' ', "-");
        let plain = |letter: char| letter.is_alphanumeric() || "-_".contains(letter);
        if name.is_empty() || name.chars().count() > MAX_NAME || !name.chars().all(plain) {
            return Err(Denied::because(
                "Channel names hold up to 80 letters, digits, hyphens and underscores.",
            ));
        }
        self.slack.edit(|world| {
            let team = self.team(world)?;
            if world
                .people
                .get(&self.id)
                .is_some_and(|person| person.guest != Guest::No)
            {
                return Err(Denied::because("Guests cannot create channels."));
            }
            if world.name_is_taken(&team, &name) {
                return Err(Denied(format!("There is already a channel called {name}.")));
            }
            let id = ChannelId::new(world.fresh_id("C"));
            let kind = if private { Kind::Private } else { Kind::Public };
            let mut channel = Channel::new(id.clone(), &name, kind, team);
            channel.creator = self.id.clone();
            channel.created = world.now.timestamp();
            channel.members.insert(self.id.clone());
            world.add_channel(channel);
            Ok(id)
        })
    }

    /// The DM or group DM with these people.
    pub fn open_dm(&self, users: &[UserId]) -> Result<ChannelId, Denied> {
        self.slack.edit(|world| {
            if users.is_empty() || users.iter().any(|user| !world.people.contains_key(user)) {
                return Err(Denied::because("Choose somebody to write to."));
            }
            let mut members: BTreeSet<UserId> = users.iter().cloned().collect();
            members.insert(self.id.clone());
            Ok(world.direct_channel(members))
        })
    }

    /// Takes Penny's app out of the workspace: `tokens_revoked` and `app_uninstalled` follow.
    pub async fn uninstall(&self) -> Result<(), Denied> {
        let uninstall = |world: &mut World| {
            let team = self.team(world)?;
            let place = world.installation_place(&team);
            let place = place.ok_or_else(|| Denied::because("Penny is not installed here."))?;
            world.retire(place, false, true);
            Ok(())
        };
        self.slack.edit_and_wait(uninstall).await.0
    }

    /// Puts the app back with its old bot user; its tokens work again.
    pub fn install(&self) -> Result<(), Denied> {
        self.slack.edit(|world| {
            let team = self.team(world)?;
            let scopes = world.app.scopes.iter().cloned().collect();
            world.install(Some(team), self.id.clone(), scopes);
            world.changes.push(Change::App);
            Ok(())
        })
    }
}

fn enter(world: &mut World, channel: &ChannelId, user: &UserId, inviter: Option<&UserId>) {
    if !world.add_member(channel, user) {
        return;
    }
    notice(
        world,
        channel,
        user,
        "channel_join",
        "has joined the channel",
    );
    world.announce_member(channel, user, inviter);
}

/// What Slack itself writes into a channel about somebody.
fn notice(
    world: &mut World,
    channel: &ChannelId,
    user: &UserId,
    subtype: &'static str,
    what: &str,
) {
    let Some(known) = world.channels.get(channel) else {
        return;
    };
    let team = known.team.clone();
    let ts = world.fresh_ts();
    let mut message = Message::new(ts, user.clone(), team, format!("<@{user}> {what}"));
    message.subtype = Some(subtype);
    // The channel is there, as has just been seen.
    let _ = world.post(channel, message);
    world.announce_message(channel, ts);
}
