//! The demo company as rows, whole or in copies for benchmarks: what each part is made of is in
//! `selling`, `talking`, `meeting`, `building` and `knowing`.

use super::calendar::Calendar;
use super::random::{Random, id_of};
use super::workspace::{Colleague, DOMAIN, PEOPLE};
use super::{building, knowing, meeting, selling, talking};
use crate::base::ids::{ChannelId, PersonId};
use crate::store::company::{
    Account, Activity, ChannelMessage, Commit, Connection, Contact, Deal, File, Goal, Issue,
    Meeting, MeetingAttendee, Origin, Pipeline, PipelineStage, Project, PullRequest, Repository,
    Visibility,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The colleagues' ids, in the order of [`PEOPLE`]: the database's own, where it knows them.
#[derive(Debug, Clone)]
pub struct Roster(Vec<PersonId>);

impl Roster {
    /// Ids must come in the order of [`PEOPLE`].
    pub fn new(ids: Vec<PersonId>) -> Self {
        Self(ids)
    }

    /// Made-up ids, the same in every run.
    pub fn offline() -> Self {
        let id = |person: &Colleague| PersonId(id_of("people", person.user));
        Self(PEOPLE.iter().map(id).collect())
    }

    pub fn id(&self, who: &Colleague) -> Option<PersonId> {
        let index = PEOPLE.iter().position(|person| person.user == who.user)?;
        self.0.get(index).copied()
    }
}

/// One copy of the company. Copy 0 is the demo; `--scale` adds further ones, whose names differ.
#[derive(Debug, Clone)]
pub struct World<'a> {
    pub calendar: Calendar,
    pub roster: &'a Roster,
    pub copy: u32,
}

impl World<'_> {
    pub fn random(&self, subject: &str) -> Random {
        Random::of(subject, self.copy)
    }

    /// The id that a thing has in the system it came from.
    pub fn key(&self, kind: &str, number: usize) -> String {
        match self.copy {
            0 => format!("{kind}-{number}"),
            copy => format!("{kind}-{copy}-{number}"),
        }
    }

    pub fn id(&self, kind: &str, number: usize) -> Uuid {
        id_of(kind, &self.key(kind, number))
    }

    /// What most rows have: everybody in the company may see them.
    pub fn origin(
        &self,
        source: &'static str,
        (kind, number): (&str, usize),
        owner: Option<&Colleague>,
        (created_at, updated_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Origin {
        let source_id = self.key(kind, number);
        Origin {
            visibility: Visibility::Org,
            owner_id: owner.and_then(|owner| self.roster.id(owner)),
            channel_id: None,
            shareable: false,
            source,
            source_url: Some(format!("https://{source}.{DOMAIN}/{kind}/{source_id}")),
            source_id,
            raw: None,
            created_at,
            updated_at: updated_at.max(created_at),
        }
    }
}

/// Narrows who may see a row.
pub trait Narrow {
    fn private(self) -> Self;
    fn in_channel(self, channel: &str) -> Self;
    /// People of other companies may see it, too.
    fn shared(self, shareable: bool) -> Self;
}

impl Narrow for Origin {
    fn private(self) -> Self {
        Self {
            visibility: Visibility::Person,
            ..self
        }
    }

    fn in_channel(self, channel: &str) -> Self {
        Self {
            visibility: Visibility::Channel,
            channel_id: Some(ChannelId::from(channel)),
            ..self
        }
    }

    fn shared(self, shareable: bool) -> Self {
        Self { shareable, ..self }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Company {
    pub connections: Vec<Connection>,
    pub pipelines: Vec<Pipeline>,
    pub stages: Vec<PipelineStage>,
    pub goals: Vec<Goal>,
    pub accounts: Vec<Account>,
    pub contacts: Vec<Contact>,
    pub deals: Vec<Deal>,
    pub activities: Vec<Activity>,
    pub meetings: Vec<Meeting>,
    pub attendees: Vec<MeetingAttendee>,
    pub projects: Vec<Project>,
    pub issues: Vec<Issue>,
    pub repositories: Vec<Repository>,
    pub pull_requests: Vec<PullRequest>,
    pub commits: Vec<Commit>,
    pub files: Vec<File>,
    pub messages: Vec<ChannelMessage>,
}

impl Company {
    pub fn generate(world: &World<'_>) -> Self {
        let mut company = Self::default();
        let stories = selling::sell(world, &mut company);
        talking::talk(world, &stories, &mut company);
        meeting::meet(world, &stories, &mut company);
        building::build(world, &mut company);
        knowing::file_away(world, &stories, &mut company);
        // Copies share what there is only one of: pipeline, goals, channels, connections.
        if world.copy == 0 {
            knowing::post_messages(world, &mut company);
            knowing::connect_systems(world, &mut company);
        }
        company
    }
}
