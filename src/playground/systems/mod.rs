//! Stand-ins for the systems that a company connects, beside the one for Slack: in process, from
//! memory, each as its provider documents it. The tests read and write them, and `penny dev` has
//! them for Penny to change, with a page each to watch that.

pub mod faults;
pub mod github;
pub mod gmail;
pub mod hubspot;
pub mod linear;

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::fmt::Debug;
use tokio::sync::watch;

/// A stand-in that the playground's page shows.
pub trait Shown: Debug + Send + Sync {
    fn slug(&self) -> &'static str;

    fn name(&self) -> &'static str;

    /// What the addresses of its records begin with: a link to one leads to its page here.
    fn home(&self) -> String;

    fn tables(&self) -> Vec<Table>;

    /// Counts whatever was written over its API.
    fn changes(&self) -> watch::Receiver<u64>;
}

#[derive(Debug, Serialize)]
pub struct Table {
    pub title: &'static str,
    pub columns: &'static [&'static str],
    /// What changed last comes first.
    pub rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub link: Option<String>,
    /// One for each column.
    pub cells: Vec<String>,
    pub changed: DateTime<Utc>,
}
