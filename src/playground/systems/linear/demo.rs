//! The demo company's Linear: the same teams, projects and issues that the demo fills into Penny's
//! tables, under the same ids, so that reading it finds them there.

use super::Linear;
use super::world::{World, written};
use crate::base::ids::{OrgId, PersonId};
use crate::demo::company::{Company, Roster};
use crate::demo::workspace::{PEOPLE, Role};
use crate::store::company::{Issue, Project};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// What a state of the tables is called in a new team.
const STATES: [(&str, &str); 6] = [
    ("backlog", "Backlog"),
    ("todo", "Todo"),
    ("in_progress", "In Progress"),
    ("in_review", "In Review"),
    ("done", "Done"),
    ("cancelled", "Canceled"),
];

/// The place of a priority is its number.
const PRIORITIES: [&str; 5] = ["none", "urgent", "high", "medium", "low"];

impl Linear {
    /// Fills in the demo company as it is at this moment.
    pub fn furnish(&self, now: DateTime<Utc>) {
        let roster = Roster::offline();
        let company = Company::at(now, OrgId(Uuid::nil()), &roster);
        let colleagues = PEOPLE.iter().filter(|it| it.role != Role::External);
        let users = colleagues
            .filter_map(|it| Some((roster.id(it)?, self.user(&it.email(), it.name))))
            .collect();
        self.edit(|world, now| {
            let mut mover = Mover {
                world,
                users,
                now,
                teams: HashMap::new(),
                labels: HashMap::new(),
            };
            company.projects.iter().for_each(|it| mover.project(it));
            company.issues.iter().for_each(|it| mover.issue(it));
        });
    }
}

struct Mover<'a> {
    world: &'a mut World,
    users: HashMap<PersonId, String>,
    now: DateTime<Utc>,
    /// Of each project of the tables its team.
    teams: HashMap<Uuid, (String, String)>,
    labels: HashMap<String, String>,
}

impl Mover<'_> {
    fn person(&self, id: Option<PersonId>) -> Option<&String> {
        self.users.get(&id?)
    }

    /// A project, and the team that works on it.
    fn project(&mut self, project: &Project) {
        let team = self
            .world
            .add_team(&project.key, &project.name, false, self.now);
        let fields = json!({
            "id": project.origin.source_id, "name": project.name, "slugId": project.key,
            "description": project.description, "teamIds": [team],
            "leadId": self.person(project.origin.owner_id), "status": {"type": "started"},
            "url": format!("https://linear.app/wayfold/project/{}", project.key),
            "startDate": project.start_date, "targetDate": project.target_date,
            "createdAt": written(project.origin.created_at),
            "updatedAt": written(project.origin.updated_at),
        });
        let id = self.world.add("projects", fields, self.now);
        self.teams.insert(project.project_id, (team, id));
    }

    fn issue(&mut self, issue: &Issue) {
        let of_project = issue.project_id.and_then(|it| self.teams.get(&it));
        let Some((team, project)) = of_project.cloned() else {
            return;
        };
        let labels: Vec<String> = issue.labels.iter().map(|it| self.label(it)).collect();
        let number = issue.key.rsplit('-').next().and_then(|it| it.parse().ok());
        let is_done = issue.status == "done";
        let closed = issue.completed_at.map(written);
        let fields = json!({
            "id": issue.origin.source_id, "number": number.unwrap_or(0_u64),
            "title": issue.title, "description": issue.description, "projectId": project,
            "stateId": self.state(&team, issue.status), "labelIds": labels,
            "priority": PRIORITIES.iter().position(|it| *it == issue.priority),
            "estimate": issue.estimate_points, "dueDate": issue.due_date,
            "assigneeId": self.person(issue.assignee_id),
            "creatorId": self.person(issue.origin.owner_id),
            "startedAt": issue.started_at.map(written),
            "completedAt": closed.clone().filter(|_| is_done),
            "canceledAt": closed.filter(|_| !is_done),
            "createdAt": written(issue.origin.created_at),
            "updatedAt": written(issue.origin.updated_at),
        });
        self.world.add_issue(&team, fields, self.now);
    }

    fn state(&self, team: &str, status: &str) -> Option<Value> {
        let (_, name) = STATES.iter().find(|(known, _)| *known == status)?;
        let mut states = self.world.table("workflowStates").iter();
        let found = states.find(|it| it["teamId"] == team && it["name"] == *name);
        found.map(|it| it["id"].clone())
    }

    fn label(&mut self, name: &str) -> String {
        if let Some(id) = self.labels.get(name) {
            return id.clone();
        }
        let id = self
            .world
            .add("issueLabels", json!({"name": name}), self.now);
        self.labels.insert(name.to_owned(), id.clone());
        id
    }
}
