//! A conversation: its members, its messages in order, and what is going on in its threads.

use super::message::Message;
use super::stamp::Stamp;
use crate::base::ids::{ChannelId, TeamId, UserId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Beyond this many messages a channel forgets its oldest threads.
const KEPT_MESSAGES: usize = 200_000;
const KEPT_EPHEMERALS: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Public,
    Private,
    Im,
    Mpim,
}

impl Kind {
    pub fn channel_type(self) -> &'static str {
        match self {
            Self::Public => "channel",
            Self::Private => "group",
            Self::Im => "im",
            Self::Mpim => "mpim",
        }
    }

    /// The name in `types=` of `conversations.list` and on the page.
    pub fn list_name(self) -> &'static str {
        match self {
            Self::Public => "public_channel",
            Self::Private => "private_channel",
            Self::Im => "im",
            Self::Mpim => "mpim",
        }
    }

    pub fn is_direct(self) -> bool {
        matches!(self, Self::Im | Self::Mpim)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    Active,
    Processing,
    Suspended,
    Closed,
}

impl Session {
    pub const ALL: [(&'static str, Self); 4] = [
        ("active", Self::Active),
        ("processing", Self::Processing),
        ("suspended", Self::Suspended),
        ("closed", Self::Closed),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == self)
            .map_or("", |(name, _)| name)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, session)| *session)
    }
}

/// «Penny is thinking…»
#[derive(Debug, Clone)]
pub struct Status {
    pub text: String,
    pub loading_messages: Vec<String>,
    pub icon: Option<String>,
    pub until: DateTime<Utc>,
}

#[derive(Debug, Clone, Default)]
pub struct Thread {
    pub replies: BTreeSet<Stamp>,
    pub repliers: Vec<UserId>,
    pub status: Option<Status>,
    pub title: String,
    pub session: Option<Session>,
    pub initiator: Option<UserId>,
}

impl Thread {
    pub fn status_at(&self, now: DateTime<Utc>) -> Option<&Status> {
        self.status.as_ref().filter(|status| status.until > now)
    }

    pub fn latest(&self) -> Option<Stamp> {
        self.replies.last().copied()
    }
}

/// Suggested prompts of a DM with the app.
#[derive(Debug, Clone, Default)]
pub struct Prompts {
    pub title: Option<String>,
    pub prompts: Vec<Value>,
}

#[derive(Debug, Clone)]
pub struct Channel {
    pub id: ChannelId,
    pub name: String,
    pub kind: Kind,
    pub team: TeamId,
    /// Other companies that share it (Slack Connect).
    pub shared_with: BTreeSet<TeamId>,
    pub topic: String,
    pub purpose: String,
    pub creator: UserId,
    pub created: i64,
    pub is_archived: bool,
    pub members: BTreeSet<UserId>,
    pub messages: BTreeMap<Stamp, Message>,
    pub roots: BTreeSet<Stamp>,
    pub threads: HashMap<Stamp, Thread>,
    pub ephemerals: BTreeMap<Stamp, Message>,
    pub prompts: Option<Prompts>,
}

impl Channel {
    pub fn new(id: ChannelId, name: &str, kind: Kind, team: TeamId) -> Self {
        Self {
            id,
            name: name.to_owned(),
            kind,
            team,
            shared_with: BTreeSet::new(),
            topic: String::new(),
            purpose: String::new(),
            creator: UserId::new(""),
            created: 0,
            is_archived: false,
            members: BTreeSet::new(),
            messages: BTreeMap::new(),
            roots: BTreeSet::new(),
            threads: HashMap::new(),
            ephemerals: BTreeMap::new(),
            prompts: None,
        }
    }

    pub fn insert(&mut self, message: Message) {
        if message.only_for.is_some() {
            self.ephemerals.insert(message.ts, message);
            if self.ephemerals.len() > KEPT_EPHEMERALS {
                self.ephemerals.pop_first();
            }
            return;
        }
        match message.root {
            None => {
                self.roots.insert(message.ts);
            }
            Some(root) => self.file_under(root, &message),
        }
        self.messages.insert(message.ts, message);
        while self.messages.len() > KEPT_MESSAGES && self.forget_oldest() {}
    }

    fn file_under(&mut self, root: Stamp, message: &Message) {
        let thread = self.threads.entry(root).or_default();
        thread.replies.insert(message.ts);
        if !thread.repliers.contains(&message.user) && thread.repliers.len() < 20 {
            thread.repliers.push(message.user.clone());
        }
        if message.bot_id.is_some() {
            thread.status = None;
        }
    }

    fn forget_oldest(&mut self) -> bool {
        let Some(root) = self.roots.pop_first() else {
            return false;
        };
        self.messages.remove(&root);
        for reply in self
            .threads
            .remove(&root)
            .map(|thread| thread.replies)
            .unwrap_or_default()
        {
            self.messages.remove(&reply);
        }
        true
    }

    /// Deletes as Slack does: a root that has replies stays as a tombstone.
    pub fn remove(&mut self, ts: Stamp) -> Option<Message> {
        let removed = self.messages.get(&ts)?.clone();
        let has_replies = self
            .threads
            .get(&ts)
            .is_some_and(|thread| !thread.replies.is_empty());
        if has_replies {
            let mut tombstone = Message::new(
                ts,
                UserId::new("USLACKBOT"),
                removed.team.clone(),
                "This message was deleted.",
            );
            tombstone.subtype = Some("tombstone");
            self.messages.insert(ts, tombstone);
            return Some(removed);
        }
        self.messages.remove(&ts);
        self.roots.remove(&ts);
        if let Some(thread) = removed.root.and_then(|root| self.threads.get_mut(&root)) {
            thread.replies.remove(&ts);
        }
        Some(removed)
    }

    pub fn thread_mut(&mut self, root: Stamp) -> &mut Thread {
        self.threads.entry(root).or_default()
    }

    pub fn is_shared(&self) -> bool {
        !self.shared_with.is_empty()
    }

    pub fn is_in_team(&self, team: &TeamId) -> bool {
        self.team == *team || self.shared_with.contains(team)
    }

    /// The root and its replies, oldest first; nothing when the root is unknown.
    pub fn thread_messages(&self, root: Stamp) -> impl DoubleEndedIterator<Item = &Message> {
        let replies = self.threads.get(&root).map(|thread| &thread.replies);
        let root = self.messages.get(&root);
        root.into_iter().chain(
            replies
                .into_iter()
                .flatten()
                .filter_map(|ts| self.messages.get(ts)),
        )
    }
}
