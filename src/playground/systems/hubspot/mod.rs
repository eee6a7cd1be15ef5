//! A stand-in for HubSpot's API, in process and from memory, as HubSpot documents it and as it is
//! known to behave where that is less kind: a test fills it, changes it while it is read, and
//! makes it fail. It is fast enough for hundreds of thousands of records.

mod associations;
mod demo;
mod kinds;
mod oauth;
mod properties;
mod records;
mod refusal;
mod routes;
mod search;
mod shown;
mod stages;
mod telling;
mod writes;

pub use kinds::{CALLS, COMPANIES, CONTACTS, DEALS, EMAILS, GOALS, Kind, MEETINGS, NOTES, TASKS};
pub use refusal::Limit;
pub use stages::Pipeline;

use self::records::World;
use super::faults;
use super::stand_in::StandIn;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

pub type HubSpot = StandIn<World>;
pub type Fault = faults::Fault<Limit>;

/// A record as a test compares it with what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: String,
    pub properties: BTreeMap<String, String>,
    pub modified: DateTime<Utc>,
    pub archived: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {kind} {id}")]
pub struct NoSuchRecord {
    kind: &'static str,
    id: String,
}

impl NoSuchRecord {
    fn new(kind: &Kind, id: impl ToString) -> Self {
        Self {
            kind: kind.singular,
            id: id.to_string(),
        }
    }
}

impl HubSpot {
    /// The private app no longer has this scope.
    pub fn withdraw_scope(&self, scope: &'static str) {
        self.world().withdrawn.insert(scope);
    }

    /// It has it again.
    pub fn return_scope(&self, scope: &str) {
        self.world().withdrawn.remove(scope);
    }

    pub fn add(&self, kind: &Kind, properties: &[(&str, &str)]) -> String {
        self.edit(|world, now| world.add(kind, properties, now).to_string())
    }

    pub fn change(
        &self,
        kind: &Kind,
        id: &str,
        properties: &[(&str, &str)],
    ) -> Result<(), NoSuchRecord> {
        let id = kind.number(id)?;
        self.edit(|world, now| world.change(kind, id, properties, now))
    }

    pub fn archive(&self, kind: &Kind, id: &str) -> Result<(), NoSuchRecord> {
        let id = kind.number(id)?;
        self.edit(|world, now| world.archive(kind, id, now))
    }

    /// As a person asks for who wants to be forgotten.
    pub fn erase(&self, kind: &Kind, id: &str) -> Result<(), NoSuchRecord> {
        let id = kind.number(id)?;
        self.edit(|world, now| world.erase(kind, id, now))
    }

    pub fn merge(&self, kind: &Kind, id: &str, into: &str) -> Result<(), NoSuchRecord> {
        let (id, into) = (kind.number(id)?, kind.number(into)?);
        self.edit(|world, now| world.merge(kind, id, into, now))
    }

    /// In both directions. The first company of a record is its primary one.
    pub fn link(&self, from: (&Kind, &str), to: (&Kind, &str)) -> Result<(), NoSuchRecord> {
        let from = (from.0, from.0.number(from.1)?);
        let to = (to.0, to.0.number(to.1)?);
        self.edit(|world, now| world.link(from, to, now))
    }

    pub fn owner(&self, email: &str, name: &str) -> String {
        self.edit(|world, now| world.add_owner(email, name, now))
    }

    /// A deal pipeline; a stage whose probability is 0 or 1 is one of closed deals.
    pub fn pipeline(&self, name: &str, stages: &[(&str, f64)]) -> Pipeline {
        self.edit(|world, now| world.add_pipeline(name, stages, now))
    }

    /// Takes a pipeline away, or a stage of one, in which there is no deal.
    pub fn remove_stage(&self, id: &str) {
        self.edit(|world, _| world.remove_stage(id));
    }

    /// From now on searches find what there was at this moment: HubSpot's index is behind.
    pub fn hold_search(&self) {
        self.world().hold_search(true);
    }

    /// The index catches up.
    pub fn release_search(&self) {
        self.world().hold_search(false);
    }

    /// All of a kind, archived ones too, in the order of their ids.
    pub fn records(&self, kind: &Kind) -> Vec<Kept> {
        self.world().all(kind)
    }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
