//! Stand-ins for the systems that a company connects, beside the one for Slack: in process, from
//! memory, each as its provider documents it. The tests read and write them, and `penny dev` has
//! them for Penny to change, with a page each to watch that.

pub mod faults;
pub mod github;
pub mod gmail;
pub mod hubspot;
mod keys;
pub mod linear;
pub mod receiver;
mod stand_in;
mod telling;
pub mod twilio;

pub use stand_in::Call;
pub use telling::Subscription;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;
use std::fmt::Debug;
use tokio::sync::watch;

/// A stand-in that the playground's page shows.
pub trait Shown: Debug + Send + Sync {
    fn slug(&self) -> &'static str;

    fn name(&self) -> &'static str;

    /// What the addresses of its records begin with: a link to one leads to its page here.
    fn home(&self) -> &'static str;

    fn tables(&self) -> Vec<Table>;

    /// Counts whatever has changed.
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

impl Table {
    /// How many rows are shown of what there is.
    const MOST: usize = 200;

    fn new(
        title: &'static str,
        columns: &'static [&'static str],
        rows: impl IntoIterator<Item = Row>,
    ) -> Self {
        let mut rows: Vec<Row> = rows.into_iter().collect();
        // Of one moment, what was made last.
        rows.reverse();
        rows.sort_by_key(|row| Reverse(row.changed));
        rows.truncate(Self::MOST);
        Self {
            title,
            columns,
            rows,
        }
    }
}

/// How a list of JSON goes on: one page of it, and whether there is more.
fn page<T>(mut items: impl Iterator<Item = T>, limit: usize) -> (Vec<T>, bool) {
    let page = items.by_ref().take(limit).collect();
    (page, items.next().is_some())
}

/// A value of JSON as a cell shows it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn moment(value: &Value) -> DateTime<Utc> {
    let at = value.as_str().and_then(|it| it.parse().ok());
    at.unwrap_or_default()
}
