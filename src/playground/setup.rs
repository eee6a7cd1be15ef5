//! The description that a playground is started from: workspaces, people, channels, Penny's app.

use super::people::Person;
use crate::base::clock::{SharedClock, SystemClock};
use crate::base::ids::{ChannelId, GroupId, TeamId, UserId};
use crate::base::secret::Secret;
use crate::slack::manifest::BOT_EVENTS;
use crate::slack::oauth::BOT_SCOPES;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    pub domain: String,
    pub icon_emoji: String,
    /// Another company: its people are met in shared channels only.
    pub is_external: bool,
}

impl Team {
    pub fn new(id: &str, name: &str) -> Self {
        Self {
            id: TeamId::new(id),
            name: name.to_owned(),
            domain: name.to_lowercase().replace(' ', "-"),
            icon_emoji: "🏢".to_owned(),
            is_external: false,
        }
    }

    pub fn external(mut self) -> Self {
        self.is_external = true;
        self
    }

    pub fn with_face(mut self, domain: &str, icon_emoji: &str) -> Self {
        self.domain = domain.to_owned();
        self.icon_emoji = icon_emoji.to_owned();
        self
    }
}

#[derive(Debug, Clone)]
pub struct Enterprise {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct NewChannel {
    pub id: Option<ChannelId>,
    pub name: String,
    pub team: Option<TeamId>,
    pub is_private: bool,
    pub is_archived: bool,
    pub topic: String,
    pub shared_with: Vec<TeamId>,
    /// Ids or handles; `None` means every full member of the workspace.
    pub members: Option<Vec<String>>,
    pub with_app: bool,
}

impl NewChannel {
    /// A public channel in which everybody is, Penny too.
    pub fn public(name: &str) -> Self {
        Self {
            id: None,
            name: name.to_owned(),
            team: None,
            is_private: false,
            is_archived: false,
            topic: String::new(),
            shared_with: Vec::new(),
            members: None,
            with_app: true,
        }
    }

    pub fn private(name: &str) -> Self {
        Self {
            is_private: true,
            ..Self::public(name)
        }
    }

    pub fn with_id(mut self, id: &str) -> Self {
        self.id = Some(ChannelId::new(id));
        self
    }

    pub fn of_team(mut self, team: TeamId) -> Self {
        self.team = Some(team);
        self
    }

    pub fn members<'a>(mut self, members: impl IntoIterator<Item = &'a str>) -> Self {
        self.members = Some(members.into_iter().map(str::to_owned).collect());
        self
    }

    pub fn topic(mut self, topic: &str) -> Self {
        self.topic = topic.to_owned();
        self
    }

    pub fn shared_with(mut self, team: &TeamId) -> Self {
        self.shared_with.push(team.clone());
        self
    }

    pub fn without_penny(mut self) -> Self {
        self.with_app = false;
        self
    }

    pub fn archived(mut self) -> Self {
        self.is_archived = true;
        self
    }
}

/// People who are called together, such as @sales-leads.
#[derive(Debug, Clone)]
pub struct UserGroup {
    pub id: GroupId,
    pub handle: String,
    pub members: Vec<UserId>,
}

/// Something that was said before the playground started; no event tells of it.
#[derive(Debug, Clone)]
pub struct NewMessage {
    pub channel: ChannelId,
    pub user: UserId,
    pub text: String,
    pub at: DateTime<Utc>,
    pub reply_to: Option<DateTime<Utc>>,
}

/// Penny's entry in Slack's app directory, as her manifest would have made it.
#[derive(Debug, Clone)]
pub struct AppSetup {
    pub id: String,
    pub name: String,
    pub emoji: String,
    pub color: String,
    pub client_id: String,
    pub client_secret: Secret,
    pub signing_secret: Secret,
    pub scopes: Vec<String>,
    pub events: Vec<String>,
    pub commands: Vec<Value>,
    pub shortcuts: Vec<Value>,
    pub prompts: Vec<Value>,
    pub token_rotation: bool,
}

impl Default for AppSetup {
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            id: "A0PENNY".to_owned(),
            name: "Penny".to_owned(),
            emoji: "🪙".to_owned(),
            color: "#b7791f".to_owned(),
            client_id: "1000000000.2000000000".to_owned(),
            client_secret: Secret::new("playground-client-secret"),
            signing_secret: Secret::new("playground-signing-secret"),
            scopes: owned(&BOT_SCOPES),
            events: owned(&BOT_EVENTS),
            commands: vec![json!({
                "command": "/penny",
                "description": "Ask Penny, or see what she can do",
                "usage_hint": "help | ask <question> | status | undo | policy",
            })],
            shortcuts: vec![json!({
                "type": "message", "callback_id": "ask_about_message", "name": "Ask Penny about this",
            })],
            prompts: Vec::new(),
            token_rotation: false,
        }
    }
}

/// Everything a playground needs to know before it starts.
#[derive(Debug, Clone)]
pub struct Setup {
    pub(super) teams: Vec<Team>,
    pub(super) enterprise: Option<Enterprise>,
    pub(super) people: Vec<Person>,
    pub(super) channels: Vec<NewChannel>,
    pub(super) messages: Vec<NewMessage>,
    pub(super) groups: Vec<UserGroup>,
    pub(super) app: AppSetup,
    pub(super) install: bool,
    pub(super) clock: SharedClock,
    pub(super) port: u16,
    pub(super) strict_rates: bool,
    pub(super) quiet: bool,
    pub(super) echo: bool,
    pub(super) ack_within: Duration,
}

impl Setup {
    /// One workspace with Penny installed; the system's clock, a free port, no rate limits.
    pub fn workspace(name: &str) -> Self {
        Self::of_team(Team::new("T0PLAY", name))
    }

    pub fn of_team(team: Team) -> Self {
        Self {
            teams: vec![team],
            enterprise: None,
            people: Vec::new(),
            channels: Vec::new(),
            messages: Vec::new(),
            groups: Vec::new(),
            app: AppSetup::default(),
            install: true,
            clock: Arc::new(SystemClock),
            port: 0,
            strict_rates: false,
            quiet: false,
            echo: true,
            ack_within: Duration::from_secs(3),
        }
    }

    /// Three people and two channels: enough for most tests.
    pub fn small() -> Self {
        Self::workspace("Northwind")
            .person(
                Person::new("U0ALICE", "Alice Wong")
                    .titled("Head of Sales")
                    .with_face("🦊", "#2c6e91")
                    .admin(),
            )
            .person(
                Person::new("U0BOB", "Bob Miller")
                    .titled("Account Executive")
                    .with_face("🐻", "#3d7a4f"),
            )
            .person(
                Person::new("U0CAROL", "Carol Diaz")
                    .titled("Finance")
                    .with_face("🐧", "#8e4585"),
            )
            .channel(NewChannel::public("general").with_id("C0GENERAL"))
            .channel(
                NewChannel::public("sales")
                    .with_id("C0SALES")
                    .topic("Deals and gossip"),
            )
    }

    /// A further workspace (of the same organisation, or external).
    pub fn team(mut self, team: Team) -> Self {
        self.teams.push(team);
        self
    }

    pub fn enterprise(mut self, id: &str, name: &str) -> Self {
        self.enterprise = Some(Enterprise {
            id: id.to_owned(),
            name: name.to_owned(),
        });
        self
    }

    pub fn person(mut self, person: Person) -> Self {
        self.people.push(person);
        self
    }

    pub fn people(mut self, people: impl IntoIterator<Item = Person>) -> Self {
        self.people.extend(people);
        self
    }

    pub fn channel(mut self, channel: NewChannel) -> Self {
        self.channels.push(channel);
        self
    }

    pub fn channels(mut self, channels: impl IntoIterator<Item = NewChannel>) -> Self {
        self.channels.extend(channels);
        self
    }

    pub fn group<'a>(
        mut self,
        id: &str,
        handle: &str,
        members: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.groups.push(UserGroup {
            id: GroupId::new(id),
            handle: handle.to_owned(),
            members: members.into_iter().map(UserId::from).collect(),
        });
        self
    }

    pub fn messages(mut self, messages: impl IntoIterator<Item = NewMessage>) -> Self {
        self.messages.extend(messages);
        self
    }

    pub fn app(mut self, change: impl FnOnce(&mut AppSetup)) -> Self {
        change(&mut self.app);
        self
    }

    /// Penny has to be installed through OAuth first.
    pub fn uninstalled(mut self) -> Self {
        self.install = false;
        self
    }

    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Slack's real rate limits instead of none.
    pub fn strict_rates(mut self) -> Self {
        self.strict_rates = true;
        self
    }

    /// For load: calls and deliveries are counted but not kept.
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// The app does not hear its own messages as events.
    pub fn without_echo(mut self) -> Self {
        self.echo = false;
        self
    }

    /// How long a request to Penny may take, in real time, before it counts as unanswered.
    pub fn ack_within(mut self, wait: Duration) -> Self {
        self.ack_within = wait;
        self
    }

    pub(super) fn person_id(&self, name: &str) -> Option<UserId> {
        let known = |person: &&Person| person.id.as_str() == name || person.handle == name;
        self.people
            .iter()
            .find(known)
            .map(|person| person.id.clone())
    }
}
