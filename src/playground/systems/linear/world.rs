//! What the stand-in for Linear holds: records that name each other by id, and as they are shown.

use crate::playground::systems::keys::Key;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// What a workspace's states are, unless somebody changes them.
const STATES: [(&str, &str); 7] = [
    ("Triage", "triage"),
    ("Backlog", "backlog"),
    ("Todo", "unstarted"),
    ("In Progress", "started"),
    ("In Review", "started"),
    ("Done", "completed"),
    ("Canceled", "canceled"),
];
const PRIORITIES: [&str; 5] = ["No priority", "Urgent", "High", "Medium", "Low"];

#[derive(Debug)]
pub struct World {
    pub key: Key,
    tables: HashMap<&'static str, Vec<Value>>,
    /// What there is to tell.
    pub news: Vec<Value>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            key: Key::new("lin_api_"),
            tables: HashMap::new(),
            news: Vec::new(),
        }
    }
}

pub fn written(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

impl World {
    pub fn table(&self, name: &str) -> &[Value] {
        self.tables.get(name).map_or(&[], Vec::as_slice)
    }

    /// Adds a record with the fields that all have; returns its id.
    pub fn add(&mut self, table: &'static str, fields: Value, now: DateTime<Utc>) -> String {
        let id = fields["id"].as_str().map(str::to_owned);
        let id = id.unwrap_or_else(|| Uuid::new_v4().to_string());
        let mut record = json!({
            "createdAt": written(now), "updatedAt": written(now), "archivedAt": null,
            "autoArchivedAt": null, "trashed": null, "description": null,
        });
        merge(&mut record, fields);
        record["id"] = json!(id);
        self.tables.entry(table).or_default().push(record);
        self.note("create", table, &id, &Map::new());
        id
    }

    pub fn add_team(&mut self, key: &str, name: &str, private: bool, now: DateTime<Utc>) -> String {
        let team = json!({"key": key, "name": name, "private": private});
        let id = self.add("teams", team, now);
        for (name, kind) in STATES {
            let state = json!({"name": name, "type": kind, "teamId": id});
            self.add("workflowStates", state, now);
        }
        id
    }

    /// Adds an issue to a team, numbered within it.
    pub fn add_issue(&mut self, team: &str, fields: Value, now: DateTime<Utc>) -> String {
        let in_team = |it: &&Value| it["teamId"] == team;
        let numbers = self.table("issues").iter().filter(in_team);
        let number = numbers.filter_map(|it| it["number"].as_u64()).max();
        let number = number.unwrap_or_default() + 1;
        let states = self.table("workflowStates").iter();
        let first = states
            .filter(in_team)
            .find(|it| it["type"] == "backlog")
            .map(|it| it["id"].clone());
        let mut issue = json!({
            "teamId": team, "number": number, "stateId": first, "priority": 0, "estimate": null,
            "dueDate": null, "assigneeId": null, "creatorId": null, "projectId": null,
            "labelIds": [], "startedAt": null, "completedAt": null, "canceledAt": null,
        });
        merge(&mut issue, fields);
        self.add("issues", issue, now)
    }

    /// Changes a record; false: there is none.
    pub fn change(&mut self, table: &str, id: &str, fields: Value) -> bool {
        let mut records = self.tables.get_mut(table).into_iter().flatten();
        match records.find(|it| it["id"] == id) {
            Some(record) => {
                let names = fields.as_object().into_iter().flat_map(Map::keys);
                let before = names.map(|name| (name.clone(), record[name].clone()));
                let before = before.collect();
                merge(record, fields);
                self.note("update", table, id, &before);
                true
            }
            None => false,
        }
    }

    pub fn remove(&mut self, table: &str, id: &str) -> bool {
        let Some(records) = self.tables.get_mut(table) else {
            return false;
        };
        let before = records.len();
        records.retain(|it| it["id"] != id);
        records.len() < before
    }

    /// Takes a team away with all that is its own.
    pub fn hide(&mut self, team: &str) {
        self.remove("teams", team);
        for table in ["issues", "workflowStates"] {
            let records = self.tables.get_mut(table).into_iter();
            records.for_each(|records| records.retain(|it| it["teamId"] != team));
        }
        let projects = self.tables.get_mut("projects").into_iter();
        projects.for_each(|it| it.retain(|it| it["teamIds"] != json!([team])));
    }

    fn find(&self, table: &str, id: &Value) -> Value {
        let found = self.table(table).iter().find(|it| it["id"] == *id);
        found.cloned().unwrap_or_default()
    }

    /// A record with those that it names, as far as a client may ask.
    pub fn shown(&self, table: &str, record: &Value) -> Value {
        let mut shown = record.clone();
        match table {
            "issues" => self.show_issue(&mut shown, true),
            "comments" => {
                shown["user"] = self.find("users", &record["userId"]);
                let mut issue = self.find("issues", &record["issueId"]);
                if !issue.is_null() {
                    self.show_issue(&mut issue, false);
                }
                shown["issue"] = issue;
                let id = record["id"].as_str().unwrap_or_default();
                shown["url"] = json!(format!("https://linear.app/wayfold/comment/{id}"));
            }
            "projects" => {
                shown["lead"] = self.find("users", &record["leadId"]);
                let teams = record["teamIds"].as_array().into_iter().flatten();
                let teams: Vec<Value> = teams.map(|id| self.find("teams", id)).collect();
                shown["teams"] = whole(teams);
            }
            "workflowStates" | "issueLabels" => {
                shown["team"] = self.find("teams", &record["teamId"]);
            }
            _ => {}
        }
        shown
    }

    fn show_issue(&self, issue: &mut Value, with_comments: bool) {
        let team = self.find("teams", &issue["teamId"]);
        let key = team["key"].as_str().unwrap_or_default();
        let identifier = format!("{key}-{}", issue["number"]);
        issue["url"] = json!(format!("https://linear.app/wayfold/issue/{identifier}"));
        issue["identifier"] = json!(identifier);
        issue["team"] = team;
        for (field, table) in [
            ("state", "workflowStates"),
            ("assignee", "users"),
            ("creator", "users"),
            ("project", "projects"),
        ] {
            issue[field] = self.find(table, &issue[format!("{field}Id")]);
        }
        let labels = issue["labelIds"].as_array().into_iter().flatten();
        let labels: Vec<Value> = labels.map(|id| self.find("issueLabels", id)).collect();
        issue["labels"] = whole(labels);
        let priority = issue["priority"].as_u64().unwrap_or_default() as usize;
        issue["priorityLabel"] = json!(PRIORITIES.get(priority));
        if with_comments {
            let comments = self.table("comments").iter();
            let comments = comments.filter(|it| it["issueId"] == issue["id"]);
            let comments = comments.map(|it| self.shown("comments", it)).collect();
            issue["comments"] = whole(comments);
        }
    }
}

/// A list that fits on one page.
fn whole(nodes: Vec<Value>) -> Value {
    json!({"nodes": nodes, "pageInfo": {"hasNextPage": false, "endCursor": null}})
}

pub fn merge(record: &mut Value, fields: Value) {
    if let (Some(record), Value::Object(fields)) = (record.as_object_mut(), fields) {
        record.extend::<Map<String, Value>>(fields);
    }
}
