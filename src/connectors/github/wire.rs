//! GitHub's records as it sends them.

use crate::base::ids::ChannelId;
use chrono::{DateTime, Utc};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
pub struct User {
    pub id: u64,
    pub login: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub r#type: String,
}

impl User {
    pub fn source_id(&self) -> String {
        self.id.to_string()
    }
}

#[derive(Debug, Deserialize)]
pub struct Repository {
    pub id: u64,
    pub private: bool,
    pub full_name: String,
    pub owner: User,
    pub html_url: String,
    pub description: Option<String>,
    pub language: Option<String>,
    #[serde(default)]
    pub archived: bool,
    #[serde(default = "main")]
    pub default_branch: String,
    pub pushed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Repository {
    /// What its rows carry if only its collaborators may see them. Ids stay, whatever the name.
    pub fn place(&self) -> ChannelId {
        ChannelId::new(format!("github:{}", self.id))
    }

    /// None: it is public.
    pub fn area(&self) -> Option<ChannelId> {
        self.private.then(|| self.place())
    }
}

/// Somebody who may do something in a repository.
#[derive(Debug, Deserialize)]
pub struct Collaborator {
    pub id: u64,
    pub permissions: Permissions,
}

#[derive(Debug, Deserialize)]
pub struct Permissions {
    pub pull: bool,
}

fn main() -> String {
    "main".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
pub struct Label {
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct Issue {
    pub number: u64,
    pub title: String,
    pub body: Option<String>,
    pub html_url: String,
    pub state: String,
    pub state_reason: Option<String>,
    pub user: Option<User>,
    #[serde(default)]
    pub assignees: Vec<User>,
    #[serde(default)]
    pub labels: Vec<Label>,
    /// There for those that are pull requests.
    pub pull_request: Option<serde::de::IgnoredAny>,
    pub closed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Branch {
    pub r#ref: String,
    pub sha: String,
}

#[derive(Debug, Deserialize)]
pub struct Pull {
    pub number: u64,
    pub title: String,
    pub body: Option<String>,
    pub html_url: String,
    pub state: String,
    #[serde(default)]
    pub draft: bool,
    pub user: Option<User>,
    #[serde(default)]
    pub requested_reviewers: Vec<User>,
    pub head: Branch,
    pub base: Branch,
    pub merged_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Only of a single one.
    pub additions: Option<i32>,
    pub deletions: Option<i32>,
}

#[derive(Debug, Deserialize)]
pub struct Review {
    pub user: Option<User>,
    pub state: String,
}

#[derive(Debug, Deserialize)]
pub struct Commit {
    pub sha: String,
    pub html_url: String,
    pub commit: GitCommit,
    /// Whose account it is, where GitHub knows the author's address.
    pub author: Option<Account>,
}

/// GitHub sends an empty object for an author that it does not know.
#[derive(Debug, Deserialize)]
pub struct Account {
    pub id: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub struct GitCommit {
    pub message: String,
    pub author: Option<Signature>,
    pub committer: Option<Signature>,
}

#[derive(Debug, Deserialize)]
pub struct Signature {
    pub name: Option<String>,
    pub date: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
pub struct Comment {
    pub id: u64,
    pub body: Option<String>,
    pub html_url: String,
    pub user: Option<User>,
    pub created_at: DateTime<Utc>,
}
