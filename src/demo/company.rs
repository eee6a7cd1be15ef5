//! The demo company as rows, whole or in copies for benchmarks: what each part is made of is in
//! `selling`, `talking`, `meeting`, `building` and `knowing`.

use super::calendar::Calendar;
use super::random::{Random, id_of};
use super::workspace::{Colleague, DOMAIN, PEOPLE};
use super::{building, knowing, meeting, selling, talking};
use crate::base::ids::{ChannelId, OrgId, PersonId};
use crate::store::company::{
    self, Account, Activity, ChannelMessage, Commit, Connection, Contact, Deal, File, Goal, Issue,
    Meeting, MeetingAttendee, Origin, Pipeline, PipelineStage, Project, PullRequest, Repository,
    Visibility,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The number of the company's HubSpot account.
const HUBSPOT: u64 = 245_191_007;
/// HubSpot counts each kind of record for itself.
const FIRST_RECORD: u64 = 33_800_000_001;
const RECORDS_A_COPY: u64 = 10_000;
const FIRST_STAGE: usize = 2_000_000;

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
    pub org: OrgId,
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
        if let Some(record) = self.named(kind, number) {
            return record.source_id;
        }
        self.own_key(kind, number)
    }

    fn own_key(&self, kind: &str, number: usize) -> String {
        match self.copy {
            0 => format!("{kind}-{number}"),
            copy => format!("{kind}-{copy}-{number}"),
        }
    }

    pub fn id(&self, kind: &str, number: usize) -> Uuid {
        match self.named(kind, number) {
            Some(record) => self.id_in(record.system, record.table, &record.source_id),
            None => id_of(kind, &self.key(kind, number)),
        }
    }

    /// The id of a row that its system names like this.
    pub fn id_in(&self, system: &str, table: &str, source_id: &str) -> Uuid {
        company::id_of(self.org, system, table, source_id)
    }

    /// Things from systems that have a stand-in are named as they are when they are read from
    /// there, so that reading them finds the rows of the demo.
    fn named(&self, kind: &str, number: usize) -> Option<Named> {
        let of_linear = |table| Named {
            system: "linear",
            table,
            source_id: id_of(kind, &self.own_key(kind, number)).to_string(),
            link: None,
        };
        Some(match kind {
            "projects" => of_linear("projects"),
            "issues" => of_linear("issues"),
            "repositories" => {
                let source_id = building::repository(self, number);
                let link = format!("https://github.com/{source_id}");
                Named {
                    system: "github",
                    table: "repositories",
                    source_id,
                    link: Some(link),
                }
            }
            _ => return self.of_hubspot(kind, number),
        })
    }

    fn of_hubspot(&self, kind: &str, number: usize) -> Option<Named> {
        let id = FIRST_RECORD + u64::from(self.copy) * RECORDS_A_COPY + number as u64;
        let record = |table, name, page: Option<&str>| Named {
            system: "hubspot",
            table,
            source_id: format!("{name}/{id}"),
            link: page.map(|page| {
                format!("https://app.hubspot.com/contacts/{HUBSPOT}/record/{page}/{id}")
            }),
        };
        let setting = |table, source_id| Named {
            system: "hubspot",
            table,
            source_id,
            link: None,
        };
        Some(match kind {
            "pipelines" => setting("pipelines", "default".to_owned()),
            "pipeline_stages" => setting("pipeline_stages", (FIRST_STAGE + number).to_string()),
            "accounts" => record("accounts", "companies", Some("0-2")),
            "contacts" => record("contacts", "contacts", Some("0-1")),
            "deals" => record("deals", "deals", Some("0-3")),
            "calls" => record("activities", "calls", None),
            "notes" => record("activities", "notes", None),
            "tasks" => record("activities", "tasks", None),
            "goals" => record("goals", "goal_targets", None),
            _ => return None,
        })
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
            source_url: match self.named(kind, number) {
                Some(record) => record.link,
                None => Some(format!("https://{source}.{DOMAIN}/{kind}/{source_id}")),
            },
            source_id,
            raw: None,
            created_at,
            updated_at: updated_at.max(created_at),
        }
    }
}

/// A thing as a connected system names it.
struct Named {
    system: &'static str,
    table: &'static str,
    source_id: String,
    link: Option<String>,
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
    /// The company as it is at `now`.
    pub fn at(now: DateTime<Utc>, org: OrgId, roster: &Roster) -> Self {
        Self::generate(&World {
            org,
            calendar: Calendar::new(now),
            roster,
            copy: 0,
        })
    }

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
