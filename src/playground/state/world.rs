//! All of the stand-in's state, behind one lock. What an edit causes (things that pages must
//! redraw, requests that Penny must get) collects in two outboxes that the handle empties.

use super::channel::{Channel, Kind, Thread};
use super::file::File;
use super::installation::{Grant, Installation, Token};
use super::message::Message;
use super::stamp::Stamp;
use super::view::{ResponseUrl, Trigger, View};
use crate::base::ids::{ChannelId, TeamId, UserId};
use crate::playground::events::Outgoing;
use crate::playground::people::{Guest, Person};
use crate::playground::refusal::Refusal;
use crate::playground::setup::{AppSetup, Enterprise, NewMessage, Team, UserGroup};
use chrono::{DateTime, Utc};
use rand::Rng;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a page has to redraw.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Message { channel: ChannelId, ts: Stamp },
    MessageRemoved { channel: ChannelId, ts: Stamp },
    Channel(ChannelId),
    Thread { channel: ChannelId, root: Stamp },
    Prompts(ChannelId),
    Home(UserId),
    Views(UserId),
    Person(UserId),
    App,
    Notice { user: UserId, text: String },
}

#[derive(Debug)]
pub struct World {
    pub now: DateTime<Utc>,
    pub app: AppSetup,
    /// The app hears its own messages as events, as in real workspaces.
    pub echo: bool,
    pub enterprise: Option<Enterprise>,
    pub teams: BTreeMap<TeamId, Team>,
    pub people: BTreeMap<UserId, Person>,
    pub groups: Vec<UserGroup>,
    pub channels: BTreeMap<ChannelId, Channel>,
    pub memberships: HashMap<UserId, BTreeSet<ChannelId>>,
    pub files: HashMap<String, File>,
    pub file_bytes: usize,
    pub views: HashMap<String, View>,
    pub external_views: HashMap<String, String>,
    /// Open modals of a person, the root first.
    pub stacks: HashMap<UserId, Vec<String>>,
    pub homes: HashMap<UserId, String>,
    pub triggers: BTreeMap<String, Trigger>,
    pub response_urls: BTreeMap<String, ResponseUrl>,
    pub installations: Vec<Installation>,
    pub tokens: HashMap<String, Token>,
    pub refreshes: HashMap<String, usize>,
    pub codes: HashMap<String, Grant>,
    /// Where this stand-in is reached, for the URLs that it gives out.
    pub base_url: String,
    pub changes: Vec<Change>,
    pub outgoing: Vec<Outgoing>,
    direct: HashMap<BTreeSet<UserId>, ChannelId>,
    emails: HashMap<String, UserId>,
    channel_names: HashMap<(TeamId, String), ChannelId>,
    last_ts: Stamp,
    last_id: u64,
    first_team: Option<TeamId>,
}

impl World {
    pub fn new(app: AppSetup, now: DateTime<Utc>) -> Self {
        Self {
            now,
            app,
            echo: true,
            enterprise: None,
            teams: BTreeMap::new(),
            people: BTreeMap::new(),
            groups: Vec::new(),
            channels: BTreeMap::new(),
            memberships: HashMap::new(),
            files: HashMap::new(),
            file_bytes: 0,
            views: HashMap::new(),
            external_views: HashMap::new(),
            stacks: HashMap::new(),
            homes: HashMap::new(),
            triggers: BTreeMap::new(),
            response_urls: BTreeMap::new(),
            installations: Vec::new(),
            tokens: HashMap::new(),
            refreshes: HashMap::new(),
            codes: HashMap::new(),
            base_url: String::new(),
            changes: Vec::new(),
            outgoing: Vec::new(),
            direct: HashMap::new(),
            emails: HashMap::new(),
            channel_names: HashMap::new(),
            last_ts: Stamp::ZERO,
            // Penny keeps what she has heard over a restart and would take the same id again for
            // a repeat.
            last_id: now.timestamp_micros().unsigned_abs(),
            first_team: None,
        }
    }

    /// A timestamp that no other message has, even while the clock stands still.
    pub fn fresh_ts(&mut self) -> Stamp {
        self.last_ts = Stamp::at(self.now).max(self.last_ts.next());
        self.last_ts
    }

    /// An id of Slack's look; the number inside only grows.
    pub fn fresh_id(&mut self, prefix: &str) -> String {
        self.last_id += 1;
        format!("{prefix}0{:08X}", self.last_id)
    }

    pub fn random_text(&self, length: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let mut dice = rand::rng();
        (0..length)
            .map(|_| char::from(LETTERS[dice.random_range(0..LETTERS.len())]))
            .collect()
    }

    pub fn home_team(&self) -> Option<TeamId> {
        self.first_team.clone()
    }

    pub fn add_team(&mut self, team: Team) {
        self.first_team.get_or_insert_with(|| team.id.clone());
        self.teams.insert(team.id.clone(), team);
    }

    pub fn add_person(&mut self, mut person: Person) {
        if let (true, Some(team)) = (person.team.as_str().is_empty(), &self.first_team) {
            person.team = team.clone();
        }
        self.emails
            .insert(person.email.to_lowercase(), person.id.clone());
        self.people.insert(person.id.clone(), person);
    }

    pub fn add_channel(&mut self, channel: Channel) {
        for member in &channel.members {
            self.memberships
                .entry(member.clone())
                .or_default()
                .insert(channel.id.clone());
        }
        if !channel.kind.is_direct() {
            self.channel_names.insert(
                (channel.team.clone(), channel.name.clone()),
                channel.id.clone(),
            );
        }
        self.changes.push(Change::Channel(channel.id.clone()));
        self.channels.insert(channel.id.clone(), channel);
    }

    pub fn person_by_email(&self, email: &str) -> Option<&Person> {
        self.emails
            .get(&email.to_lowercase())
            .and_then(|id| self.people.get(id))
    }

    pub fn channel(&self, id: &ChannelId) -> Result<&Channel, Refusal> {
        self.channels
            .get(id)
            .ok_or_else(|| Refusal::code("channel_not_found"))
    }

    pub fn channel_mut(&mut self, id: &ChannelId) -> Result<&mut Channel, Refusal> {
        self.channels
            .get_mut(id)
            .ok_or_else(|| Refusal::code("channel_not_found"))
    }

    /// By id, or by name (with or without `#`) within the first workspace.
    pub fn find_channel(&self, name: &str) -> Option<&Channel> {
        let team = self.first_team.clone()?;
        let by_name = || {
            self.channel_names
                .get(&(team, name.trim_start_matches('#').to_owned()))
        };
        let id = ChannelId::new(name);
        self.channels
            .get(&id)
            .or_else(|| by_name().and_then(|id| self.channels.get(id)))
    }

    pub fn name_is_taken(&self, team: &TeamId, name: &str) -> bool {
        self.channel_names
            .contains_key(&(team.clone(), name.to_owned()))
    }

    pub fn find_person(&self, name: &str) -> Option<&Person> {
        let by_id = self.people.get(&UserId::new(name));
        by_id.or_else(|| {
            self.people
                .values()
                .find(|person| person.handle == name && !person.is_bot)
        })
    }

    pub fn add_member(&mut self, channel: &ChannelId, user: &UserId) -> bool {
        let Some(known) = self.channels.get_mut(channel) else {
            return false;
        };
        let joined = known.members.insert(user.clone());
        if joined {
            self.memberships
                .entry(user.clone())
                .or_default()
                .insert(channel.clone());
            self.changes.push(Change::Channel(channel.clone()));
        }
        joined
    }

    pub fn drop_member(&mut self, channel: &ChannelId, user: &UserId) -> bool {
        let Some(known) = self.channels.get_mut(channel) else {
            return false;
        };
        let left = known.members.remove(user);
        if let Some(joined) = self.memberships.get_mut(user) {
            joined.remove(channel);
        }
        if left {
            self.changes.push(Change::Channel(channel.clone()));
        }
        left
    }

    /// The one DM or group DM of exactly these people.
    pub fn direct_channel(&mut self, members: BTreeSet<UserId>) -> ChannelId {
        if let Some(known) = self.direct.get(&members) {
            return known.clone();
        }
        let (kind, prefix) = if members.len() > 2 {
            (Kind::Mpim, "G")
        } else {
            (Kind::Im, "D")
        };
        let id = ChannelId::new(self.fresh_id(prefix));
        let first = members.iter().find_map(|user| self.people.get(user));
        let team = first
            .map(|person| person.team.clone())
            .or_else(|| self.home_team());
        let handles = members
            .iter()
            .filter_map(|user| self.people.get(user))
            .map(|person| person.handle.as_str());
        let name = match kind {
            Kind::Mpim => format!("mpdm-{}-1", handles.collect::<Vec<_>>().join("--")),
            _ => String::new(),
        };
        let mut channel = Channel::new(
            id.clone(),
            &name,
            kind,
            team.unwrap_or_else(|| TeamId::new("")),
        );
        channel.members.clone_from(&members);
        channel.created = self.now.timestamp();
        self.direct.insert(members, id.clone());
        self.add_channel(channel);
        id
    }

    /// The person's DM with Penny, once she is installed where the person is.
    pub fn dm_with_app(&mut self, user: &UserId) -> Option<ChannelId> {
        let team = self.people.get(user)?.team.clone();
        let bot = self.bot_of(&team)?;
        Some(self.direct_channel(BTreeSet::from([user.clone(), bot])))
    }

    /// Members see a channel, and full members of its workspace see the public ones.
    pub fn can_see(&self, user: &UserId, channel: &Channel) -> bool {
        if channel.members.contains(user) {
            return true;
        }
        let Some(person) = self.people.get(user) else {
            return false;
        };
        channel.kind == Kind::Public
            && person.guest == Guest::No
            && channel.is_in_team(&person.team)
    }

    /// Files a message in its channel and tells the pages.
    pub fn post(&mut self, channel: &ChannelId, message: Message) -> Result<(), Refusal> {
        let ts = message.ts;
        let root = message.root;
        self.channel_mut(channel)?.insert(message);
        self.changes.push(Change::Message {
            channel: channel.clone(),
            ts,
        });
        if let Some(root) = root {
            self.changes.push(Change::Thread {
                channel: channel.clone(),
                root,
            });
        }
        Ok(())
    }

    /// Files what was said in the past; a channel or root that is not there loses it.
    pub fn remember(&mut self, said: &NewMessage) {
        let team = self
            .people
            .get(&said.user)
            .map(|person| person.team.clone());
        let (Some(channel), Some(team)) = (self.channels.get_mut(&said.channel), team) else {
            return;
        };
        let mut message = Message::new(Stamp::at(said.at), said.user.clone(), team, &*said.text);
        message.root = said.reply_to.map(Stamp::at);
        if message
            .root
            .is_none_or(|root| channel.messages.contains_key(&root))
        {
            channel.insert(message);
        }
    }

    pub fn message(&self, channel: &ChannelId, ts: Stamp) -> Result<&Message, Refusal> {
        self.channel(channel)?
            .messages
            .get(&ts)
            .ok_or_else(|| Refusal::code("message_not_found"))
    }

    /// For a change of a message that the pages must see.
    pub fn message_mut(&mut self, channel: &ChannelId, ts: Stamp) -> Result<&mut Message, Refusal> {
        self.changes.push(Change::Message {
            channel: channel.clone(),
            ts,
        });
        self.channel_mut(channel)?
            .messages
            .get_mut(&ts)
            .ok_or_else(|| Refusal::code("message_not_found"))
    }

    /// Deletes a message, tells the pages and, as Slack does, the app.
    pub fn delete_message(&mut self, channel: &ChannelId, ts: Stamp) -> Result<(), Refusal> {
        let known = self.channel_mut(channel)?;
        let gone = known
            .remove(ts)
            .ok_or_else(|| Refusal::code("message_not_found"))?;
        let tombstone = known.messages.contains_key(&ts);
        let channel = channel.clone();
        self.changes.push(match tombstone {
            true => Change::Message {
                channel: channel.clone(),
                ts,
            },
            false => Change::MessageRemoved {
                channel: channel.clone(),
                ts,
            },
        });
        if gone.bot_id.is_none() || self.echo {
            self.announce_deletion(&channel, &gone);
        }
        Ok(())
    }

    pub fn thread_mut(&mut self, channel: &ChannelId, root: Stamp) -> Result<&mut Thread, Refusal> {
        self.changes.push(Change::Thread {
            channel: channel.clone(),
            root,
        });
        Ok(self.channel_mut(channel)?.thread_mut(root))
    }

    pub fn notice(&mut self, user: &UserId, text: impl Into<String>) {
        self.changes.push(Change::Notice {
            user: user.clone(),
            text: text.into(),
        });
    }
}
