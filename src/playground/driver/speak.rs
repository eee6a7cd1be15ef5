//! Writing: messages, edits, deletions, reactions, files.

use super::{Denied, Human};
use crate::base::ids::{ChannelId, UserId};
use crate::playground::events::deliver::{Answer, Missed};
use crate::playground::events::messages::context_of;
use crate::playground::refusal::Refusal;
use crate::playground::state::channel::Kind;
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use crate::playground::state::world::{Change, World};
use axum::body::Bytes;

const MAX_TEXT: usize = 40_000;

/// What is in the composer when Enter is pressed.
#[derive(Debug, Clone)]
pub struct Draft {
    pub channel: ChannelId,
    pub text: String,
    pub thread: Option<Stamp>,
    pub files: Vec<String>,
    pub broadcast: bool,
    /// The channel in view beside the agent pane.
    pub context: Option<ChannelId>,
}

impl Draft {
    pub fn new(channel: ChannelId, text: impl Into<String>) -> Self {
        Self {
            channel,
            text: text.into(),
            thread: None,
            files: Vec::new(),
            broadcast: false,
            context: None,
        }
    }

    pub fn in_thread(mut self, root: Stamp) -> Self {
        self.thread = Some(root);
        self
    }

    pub fn with_file(mut self, id: String) -> Self {
        self.files.push(id);
        self
    }
}

/// A message that stands, and what Penny answered to the events it caused.
#[derive(Debug, Clone)]
pub struct Said {
    pub channel: ChannelId,
    pub ts: Stamp,
    pub root: Stamp,
    pub acks: Vec<Result<Answer, Missed>>,
}

impl Human {
    pub async fn send(&self, draft: Draft) -> Result<Said, Denied> {
        let (said, acks) = self
            .slack
            .edit_and_wait(|world| post(world, &self.id, draft))
            .await;
        let (channel, ts, root) = said?;
        if acks.iter().any(Result::is_err) {
            let app = self.app_name();
            self.slack.edit(|world| {
                let notice =
                    format!("{app} did not acknowledge that message; Slack will try again.");
                world.notice(&self.id, notice);
            });
        }
        Ok(Said {
            channel,
            ts,
            root,
            acks,
        })
    }

    pub async fn edit(&self, channel: &ChannelId, ts: Stamp, text: &str) -> Result<(), Denied> {
        let (edited, _) = self
            .slack
            .edit_and_wait(|world| edit(world, &self.id, channel, ts, text))
            .await;
        edited
    }

    pub async fn delete(&self, channel: &ChannelId, ts: Stamp) -> Result<(), Denied> {
        let delete = |world: &mut World| {
            own(
                world,
                &self.id,
                channel,
                ts,
                "You can only delete your own messages.",
            )?;
            Ok(world.delete_message(channel, ts)?)
        };
        self.slack.edit_and_wait(delete).await.0
    }

    pub async fn react(
        &self,
        channel: &ChannelId,
        ts: Stamp,
        name: &str,
        add: bool,
    ) -> Result<(), Denied> {
        let react = |world: &mut World| -> Result<(), Denied> {
            visible(world, &self.id, channel)?;
            let message = world.message_mut(channel, ts)?;
            if !add {
                message.remove_reaction(name, &self.id);
            } else if message.add_reaction(name, &self.id) {
                world.announce_reaction(channel, ts, &self.id, name);
            }
            Ok(())
        };
        self.slack.edit_and_wait(react).await.0
    }

    /// Stores a file that a draft can then name.
    pub fn upload(&self, name: &str, content: impl Into<Bytes>) -> Result<String, Denied> {
        let content = content.into();
        self.slack.edit(|world| {
            let team = world.people.get(&self.id).map(|person| person.team.clone());
            let team = team.ok_or_else(|| Denied::because("You are not in this workspace."))?;
            let id = world.announce_file(name, content.len(), self.id.clone(), team)?;
            world.fill_file(&id, content)?;
            Ok(id)
        })
    }

    /// Puts an ephemeral message away.
    pub fn dismiss(&self, channel: &ChannelId, ts: Stamp) -> Result<(), Denied> {
        self.slack.edit(|world| {
            let known = world.channel_mut(channel)?;
            let mine = known
                .ephemerals
                .get(&ts)
                .is_some_and(|message| message.only_for.as_ref() == Some(&self.id));
            if mine {
                known.ephemerals.remove(&ts);
                world.changes.push(Change::MessageRemoved {
                    channel: channel.clone(),
                    ts,
                });
            }
            Ok(())
        })
    }
}

pub fn visible(world: &World, user: &UserId, channel: &ChannelId) -> Result<(), Denied> {
    let known = world.channel(channel)?;
    if world.can_see(user, known) {
        return Ok(());
    }
    Err(Refusal::code("channel_not_found").into())
}

/// Members may write, unless the channel is archived.
pub fn writable(world: &World, user: &UserId, channel: &ChannelId) -> Result<Kind, Denied> {
    visible(world, user, channel)?;
    let known = world.channel(channel)?;
    if known.is_archived {
        return Err(Refusal::code("is_archived").into());
    }
    if !known.members.contains(user) {
        return Err(Refusal::code("not_in_channel").into());
    }
    Ok(known.kind)
}

fn own(
    world: &World,
    user: &UserId,
    channel: &ChannelId,
    ts: Stamp,
    otherwise: &str,
) -> Result<Message, Denied> {
    let message = world.message(channel, ts)?;
    if message.user == *user && message.bot_id.is_none() && message.subtype.is_none() {
        return Ok(message.clone());
    }
    Err(Denied::because(otherwise))
}

fn post(
    world: &mut World,
    user: &UserId,
    draft: Draft,
) -> Result<(ChannelId, Stamp, Stamp), Denied> {
    let channel = draft.channel;
    let kind = writable(world, user, &channel)?;
    if draft.text.trim().is_empty() && draft.files.is_empty() {
        return Err(Denied::because("Type a message first."));
    }
    if draft.text.chars().count() > MAX_TEXT {
        return Err(Refusal::code("msg_too_long").into());
    }
    let root = match draft.thread {
        Some(thread) => Some(world.message(&channel, thread)?.thread()),
        None => None,
    };
    for id in &draft.files {
        let file = world.files.get_mut(id).filter(|file| file.user == *user);
        let file = file.ok_or_else(|| Denied::because("That file is gone. Attach it again."))?;
        file.channels.push(channel.clone());
    }
    let team = world.people.get(user).map(|person| person.team.clone());
    let team = team.ok_or_else(|| Denied::because("You are not in this workspace."))?;
    let text = with_mentions(world, &channel, &draft.text);
    let ts = world.fresh_ts();
    let mut message = Message::new(ts, user.clone(), team, text);
    message.root = root;
    message.files = draft.files;
    message.broadcast = root.is_some() && draft.broadcast;
    message.app_context = draft
        .context
        .filter(|_| kind == Kind::Im)
        .map(|seen| context_of(&seen));
    let thread = message.thread();
    world.post(&channel, message)?;
    world.announce_message(&channel, ts);
    hint_at_absent_app(world, user, &channel, ts);
    Ok((channel, ts, thread))
}

/// `@Penny` as typed becomes a mention, as the client's completion would have made it.
fn with_mentions(world: &World, channel: &ChannelId, text: &str) -> String {
    let team = world.channels.get(channel).map(|channel| &channel.team);
    let Some(bot) = team.and_then(|team| world.bot_of(team)) else {
        return text.to_owned();
    };
    let typed = format!("@{}", world.app.name);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.to_ascii_lowercase().find(&typed.to_ascii_lowercase()) {
        let (before, found) = rest.split_at(place);
        let after = &found[typed.len()..];
        out.push_str(before);
        let inside_word = after.starts_with(|letter: char| letter.is_alphanumeric());
        if inside_word || before.ends_with('<') {
            out.push_str(&found[..typed.len()]);
        } else {
            out.push_str(&format!("<@{bot}>"));
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Slackbot's word to who mentions an app that is not in the channel.
fn hint_at_absent_app(world: &mut World, user: &UserId, channel: &ChannelId, ts: Stamp) {
    let Some(known) = world.channels.get(channel) else {
        return;
    };
    let Some(bot) = world
        .bot_of(&known.team)
        .filter(|bot| !known.members.contains(bot))
    else {
        return;
    };
    let mention = format!("<@{bot}>");
    if known
        .messages
        .get(&ts)
        .is_some_and(|message| message.text.contains(&mention))
    {
        let text = format!(
            "{mention} is not in this channel, so this message does not reach it. Invite it first."
        );
        whisper(world, user, channel, &text);
    }
}

/// Only the person sees it, from Slackbot.
pub fn whisper(world: &mut World, user: &UserId, channel: &ChannelId, text: &str) {
    let Some(team) = world
        .channels
        .get(channel)
        .map(|channel| channel.team.clone())
    else {
        return;
    };
    let ts = world.fresh_ts();
    let mut message = Message::new(ts, UserId::new("USLACKBOT"), team, text);
    message.only_for = Some(user.clone());
    // The channel is there, as has just been seen.
    let _ = world.post(channel, message);
}

fn edit(
    world: &mut World,
    user: &UserId,
    channel: &ChannelId,
    ts: Stamp,
    text: &str,
) -> Result<(), Denied> {
    let before = own(
        world,
        user,
        channel,
        ts,
        "You can only edit your own messages.",
    )?;
    if text.trim().is_empty() {
        return Err(Denied::because(
            "A message cannot be empty; delete it instead.",
        ));
    }
    let text = with_mentions(world, channel, text);
    let edited = world.fresh_ts();
    let message = world.message_mut(channel, ts)?;
    message.text = text;
    message.edited = Some(edited);
    world.announce_edit(channel, ts, &before);
    Ok(())
}
