//! Linear's records as rows of the company's tables.

use super::wire::{Issue, Life, Project, Team};
use crate::connectors::tracker::kind_of;
use crate::connectors::{Asked, Batch};
use crate::store::company::{self, Origin, TrackerTeam, Visibility};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The same for all that Linear holds: whoever is in the company may see it, since the issues of
/// private teams are not read.
fn origin(asked: &Asked<'_>, source_id: &str, created: DateTime<Utc>, raw: &Value) -> Origin {
    Origin {
        visibility: Visibility::Org,
        owner_id: None,
        channel_id: None,
        shareable: false,
        source: asked.ids.source,
        source_id: source_id.to_owned(),
        source_url: None,
        raw: Some(raw.clone()),
        created_at: created,
        updated_at: created,
    }
}

fn living(origin: Origin, life: &Life, url: &str) -> Origin {
    Origin {
        source_url: Some(url.to_owned()),
        updated_at: life.updated_at,
        ..origin
    }
}

pub fn team(rows: &mut Batch, asked: &Asked<'_>, team: Team, raw: &Value) {
    rows.tracker_teams.push(TrackerTeam {
        team_id: asked.ids.of("tracker_teams", &team.id),
        key: team.key,
        name: team.name,
        description: team.description,
        origin: Origin {
            updated_at: team.updated_at,
            ..origin(asked, &team.id, team.created_at, raw)
        },
    });
}

pub fn project(rows: &mut Batch, asked: &Asked<'_>, project: Project, raw: &Value) {
    let lead = project.lead.as_ref().map(|lead| lead.id.as_str());
    let origin = origin(asked, &project.id, project.life.created_at, raw);
    rows.projects.push(company::Project {
        project_id: asked.ids.of("projects", &project.id),
        key: project.slug_id,
        name: project.name,
        description: project.description.filter(|it| !it.is_empty()),
        status: match project.status.r#type.as_str() {
            "started" => "active",
            "paused" => "paused",
            "completed" => "done",
            "canceled" => "cancelled",
            _ => "planned",
        },
        start_date: project.start_date,
        target_date: project.target_date,
        origin: Origin {
            owner_id: asked.person(lead),
            ..living(origin, &project.life, &project.url)
        },
    });
}

pub fn issue(rows: &mut Batch, asked: &Asked<'_>, issue: Issue, raw: &Value) {
    let person = |user: &Option<super::wire::Named>| {
        asked.person(user.as_ref().map(|user| user.id.as_str()))
    };
    let labels: Vec<String> = issue.labels.nodes.into_iter().map(|it| it.name).collect();
    let origin = origin(asked, &issue.id, issue.life.created_at, raw);
    rows.issues.push(company::Issue {
        issue_id: asked.ids.of("issues", &issue.id),
        key: issue.identifier,
        project_id: issue
            .project
            .as_ref()
            .map(|project| asked.ids.of("projects", &project.id)),
        title: issue.title,
        description: issue.description,
        kind: kind_of(labels.iter().map(String::as_str)),
        status: status(&issue.state.r#type, &issue.state.name),
        priority: priority(issue.priority),
        assignee_id: person(&issue.assignee),
        account_id: None,
        labels,
        estimate_points: issue.estimate.map(|points| points.round() as i32),
        due_date: issue.due_date,
        started_at: issue.started_at,
        completed_at: issue.completed_at.or(issue.canceled_at),
        origin: Origin {
            owner_id: person(&issue.creator),
            ..living(origin, &issue.life, &issue.url)
        },
    });
}

/// Teams name their states as they like; the types of states are Linear's own.
fn status(kind: &str, name: &str) -> &'static str {
    match kind {
        "unstarted" => "todo",
        "started" if name.to_lowercase().contains("review") => "in_review",
        "started" => "in_progress",
        "completed" => "done",
        "canceled" | "duplicate" => "cancelled",
        _ => "backlog",
    }
}

/// By Linear's numbers.
pub const PRIORITIES: [&str; 5] = ["none", "urgent", "high", "medium", "low"];

pub fn priority(number: f64) -> &'static str {
    PRIORITIES.get(number as usize).copied().unwrap_or("none")
}
