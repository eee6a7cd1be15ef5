//! Linear's records as it sends them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::Value;

/// A page of any list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection<T> {
    pub nodes: Vec<T>,
    #[serde(default)]
    pub page_info: PageInfo,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

impl PageInfo {
    pub fn next(self) -> Option<String> {
        self.end_cursor.filter(|_| self.has_next_page)
    }
}

/// Something that is only named.
#[derive(Debug, Clone, Deserialize)]
pub struct Named {
    pub id: String,
    #[serde(default)]
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct User {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Team {
    pub id: String,
    pub key: String,
    pub name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub private: bool,
    pub archived_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Of a record that may be put away. Linear itself archives what was closed long ago, which is
/// history; what a person archived or threw away is gone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Life {
    pub archived_at: Option<DateTime<Utc>>,
    pub auto_archived_at: Option<DateTime<Utc>>,
    pub trashed: Option<bool>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Life {
    pub fn is_over(&self) -> bool {
        let by_hand = self.archived_at.is_some() && self.auto_archived_at.is_none();
        by_hand || self.trashed == Some(true)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    pub id: String,
    pub slug_id: String,
    pub name: String,
    pub description: Option<String>,
    pub url: String,
    pub status: ProjectStatus,
    pub start_date: Option<NaiveDate>,
    pub target_date: Option<NaiveDate>,
    pub lead: Option<Named>,
    pub teams: Connection<Privacy>,
    #[serde(flatten)]
    pub life: Life,
}

#[derive(Debug, Deserialize)]
pub struct ProjectStatus {
    pub r#type: String,
}

#[derive(Debug, Deserialize)]
pub struct Privacy {
    #[serde(default)]
    pub private: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    pub id: String,
    pub identifier: String,
    pub title: String,
    pub description: Option<String>,
    pub url: String,
    pub priority: f64,
    pub estimate: Option<f64>,
    pub due_date: Option<NaiveDate>,
    pub started_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
    pub canceled_at: Option<DateTime<Utc>>,
    pub state: State,
    pub team: IssueTeam,
    pub assignee: Option<Named>,
    pub creator: Option<Named>,
    pub project: Option<Named>,
    pub labels: Connection<Named>,
    #[serde(flatten)]
    pub life: Life,
}

#[derive(Debug, Deserialize)]
pub struct State {
    pub id: String,
    pub name: String,
    pub r#type: String,
}

#[derive(Debug, Deserialize)]
pub struct IssueTeam {
    pub id: String,
    #[serde(default)]
    pub private: bool,
}

/// A record with all that Linear sent of it.
pub fn read<T: serde::de::DeserializeOwned>(node: &Value) -> serde_json::Result<T> {
    T::deserialize(node)
}
