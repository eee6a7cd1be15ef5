//! Other systems, one folder each. A connector says in its manifest what it is and reads its
//! system page by page; everything else (keys, cursors, crashes, limits, rows) is done around it.
//! A new one is a folder and a line in [`registry`].

pub mod hubspot;
mod page;
pub mod registry;

pub use page::{Batch, Gone, Next, Page, SourcePerson};

use crate::base::ids::{OrgId, PersonId};
use crate::net::json_api::{ApiError, JsonApi};
use crate::store::company;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// What a connector is, for people, for the agent and for the machinery around it.
#[derive(Debug)]
pub struct Manifest {
    /// Its short name in commands, tables and settings, such as hubspot.
    pub slug: &'static str,
    /// The name that people know it by.
    pub name: &'static str,
    pub key: Key,
    pub base_url: &'static str,
    /// What is read, in this order.
    pub streams: &'static [Stream],
}

/// How somebody lets Penny in.
#[derive(Debug)]
pub struct Key {
    /// What the key is called over there.
    pub label: &'static str,
    /// Where to find it, in one sentence.
    pub hint: &'static str,
}

#[derive(Debug)]
pub struct Stream {
    pub name: &'static str,
    /// For people: “Reading companies”.
    pub title: &'static str,
}

/// The account that a key opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("it sent something unexpected: {0}")]
    Unexpected(String),
}

/// What a connector needs to know to read its next page.
#[derive(Debug)]
pub struct Asked<'a> {
    pub stream: &'static str,
    /// Where the last page of this stream left off; none at the very beginning.
    pub position: Option<&'a Value>,
    pub ids: Ids,
    /// Who the system's users are here.
    pub people: &'a HashMap<String, PersonId>,
    pub now: DateTime<Utc>,
}

impl Asked<'_> {
    pub fn person(&self, source_id: Option<&str>) -> Option<PersonId> {
        self.people.get(source_id?).copied()
    }
}

/// Ids of rows follow from where they come from, so rows can name each other before they are here.
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    pub org: OrgId,
    pub source: &'static str,
}

impl Ids {
    pub fn of(&self, table: &str, source_id: &str) -> Uuid {
        company::id_of(self.org, self.source, table, source_id)
    }
}

#[async_trait]
pub trait Connector: Send + Sync {
    fn manifest(&self) -> &'static Manifest;

    /// Whose account the key opens: asked before a key is kept.
    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError>;

    /// The next page of a stream. Called again with the same position after a crash.
    async fn page(&self, api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError>;
}
