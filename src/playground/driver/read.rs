//! Looking: what a person sees in a thread, in App Home, in a modal. Looking makes the calls that
//! put it there count as read.

use super::{Denied, Human, Thread};
use crate::base::ids::{ChannelId, UserId};
use crate::playground::calls::Subject;
use crate::playground::plain;
use crate::playground::state::channel;
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use crate::playground::state::view::View;
use crate::playground::state::world::World;
use serde_json::Value;
use std::fmt::Write;

/// A message on somebody's screen.
#[derive(Debug, Clone)]
pub struct Seen {
    pub ts: Stamp,
    pub user: UserId,
    /// The name above it: the person's, or the one a specialist posts under.
    pub author: String,
    pub by_app: bool,
    /// Blocks as plain text, or the message's own text.
    pub text: String,
    pub blocks: Vec<Value>,
    pub reactions: Vec<(String, Vec<UserId>)>,
    pub files: Vec<String>,
    pub streaming: bool,
    pub only_for_me: bool,
    pub edited: bool,
}

fn seen(world: &World, message: &Message) -> Seen {
    let blocks = message.shown_blocks();
    let text = if blocks.is_empty() {
        message.shown_text()
    } else {
        plain::blocks(&blocks)
    };
    let person = world.people.get(&message.user);
    let name = person.map_or("Slackbot", |person| person.display_name.as_str());
    let file_name = |id: &String| world.files.get(id).map(|file| file.name.clone());
    Seen {
        ts: message.ts,
        user: message.user.clone(),
        author: message
            .face
            .username
            .clone()
            .unwrap_or_else(|| name.to_owned()),
        by_app: message.bot_id.is_some(),
        text,
        blocks,
        reactions: message.reactions.clone(),
        files: message.files.iter().filter_map(file_name).collect(),
        streaming: message.is_streaming(world.now),
        only_for_me: message.only_for.is_some(),
        edited: message.edited.is_some(),
    }
}

impl Human {
    /// The thread's messages in order, and what only this person sees there.
    pub fn sees(&self, thread: &Thread) -> Vec<Seen> {
        let subject = Subject::Thread(thread.channel.clone(), thread.root);
        self.slack.look(|world| {
            // In the same look: what is written between two would be seen, and not be marked.
            self.slack.calls().read_subject(&subject);
            let Some(channel) = world
                .channels
                .get(&thread.channel)
                .filter(|channel| world.can_see(&self.id, channel))
            else {
                return Vec::new();
            };
            let mine = |message: &&Message| {
                message.only_for.as_ref() == Some(&self.id) && message.thread() == thread.root
            };
            let mut shown: Vec<&Message> = channel.thread_messages(thread.root).collect();
            shown.extend(channel.ephemerals.values().filter(mine));
            shown.sort_by_key(|message| message.ts);
            shown
                .into_iter()
                .map(|message| seen(world, message))
                .collect()
        })
    }

    /// Penny's messages in the thread.
    pub fn answers_in(&self, thread: &Thread) -> Vec<Seen> {
        self.sees(thread)
            .into_iter()
            .filter(|message| message.by_app)
            .collect()
    }

    /// The thread as text, one message after the other: `Penny: …`.
    pub fn visible_text(&self, thread: &Thread) -> String {
        let mut out = String::new();
        for message in self.sees(thread) {
            let aside = if message.only_for_me {
                " (only visible to you)"
            } else {
                ""
            };
            let caret = if message.streaming { "▌" } else { "" };
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{}{aside}: {}{caret}", message.author, message.text);
        }
        out
    }

    /// The channel's root messages, oldest first.
    pub fn channel_messages(&self, channel: &ChannelId) -> Vec<Seen> {
        self.slack.look(|world| match world.channels.get(channel) {
            Some(known) if world.can_see(&self.id, known) => {
                let roots = known.roots.iter().filter_map(|ts| known.messages.get(ts));
                roots.map(|message| seen(world, message)).collect()
            }
            _ => Vec::new(),
        })
    }

    /// What only this person sees in the channel.
    pub fn whispers(&self, channel: &ChannelId) -> Vec<Seen> {
        self.slack.look(|world| {
            let known = world.channels.get(channel);
            let whispers = known
                .into_iter()
                .flat_map(|known| known.ephemerals.values());
            let mine = whispers.filter(|message| message.only_for.as_ref() == Some(&self.id));
            mine.map(|message| {
                let subject = Subject::Thread(channel.clone(), message.thread());
                self.slack.calls().read_subject(&subject);
                seen(world, message)
            })
            .collect()
        })
    }

    /// «is thinking…» under the thread, if it is shown.
    pub fn status_in(&self, thread: &Thread) -> Option<String> {
        self.slack.look(|world| {
            let status = thread_of(world, thread)?.status_at(world.now)?;
            Some(status.text.clone())
        })
    }

    /// `processing`, `active` …: what the agent pane shows of the session.
    pub fn session_of(&self, thread: &Thread) -> Option<&'static str> {
        self.slack.look(|world| {
            let session = thread_of(world, thread)?.session?;
            Some(session.name())
        })
    }

    pub fn title_of(&self, thread: &Thread) -> String {
        self.slack.look(|world| {
            let threads = world
                .channels
                .get(&thread.channel)
                .map(|channel| &channel.threads);
            threads
                .and_then(|threads| threads.get(&thread.root))
                .map(|thread| thread.title.clone())
                .unwrap_or_default()
        })
    }

    /// Messages of the suggested prompts in the DM with Penny.
    pub fn suggested_prompts(&self) -> Vec<String> {
        let Ok(dm) = self.dm() else {
            return Vec::new();
        };
        self.slack.look(|world| {
            let prompts = world
                .channels
                .get(&dm)
                .and_then(|channel| channel.prompts.as_ref());
            let messages = prompts.into_iter().flat_map(|prompts| &prompts.prompts);
            messages
                .filter_map(|prompt| prompt["message"].as_str().map(str::to_owned))
                .collect()
        })
    }

    pub fn home_text(&self) -> String {
        self.home().map(|view| text_of(&view)).unwrap_or_default()
    }

    pub fn home(&self) -> Option<View> {
        self.slack.look(|world| {
            self.slack
                .calls()
                .read_subject(&Subject::Home(self.id.clone()));
            world
                .homes
                .get(&self.id)
                .and_then(|id| world.views.get(id))
                .cloned()
        })
    }

    /// The modal on top.
    pub fn modal(&self) -> Result<View, Denied> {
        let top = self.slack.look(|world| {
            self.slack
                .calls()
                .read_subject(&Subject::Modal(self.id.clone()));
            let id = world.stacks.get(&self.id)?.last()?;
            world.views.get(id).cloned()
        });
        top.ok_or_else(|| Denied::because("No window is open."))
    }

    pub fn modal_text(&self) -> String {
        let Ok(view) = self.modal() else {
            return String::new();
        };
        let title = view.body["title"]["text"].as_str().unwrap_or_default();
        format!("# {title}\n{}", text_of(&view))
    }
}

fn thread_of<'a>(world: &'a World, thread: &Thread) -> Option<&'a channel::Thread> {
    let channel = world.channels.get(&thread.channel)?;
    channel.threads.get(&thread.root)
}

fn text_of(view: &View) -> String {
    plain::blocks(
        view.body["blocks"]
            .as_array()
            .map_or(&[][..], Vec::as_slice),
    )
}
