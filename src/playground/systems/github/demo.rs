//! The demo company's GitHub: the same repositories and pull requests that the demo fills into
//! Penny's tables, under the same names, so that reading it finds them there.

use super::GitHub;
use super::world::{Branch, World, written};
use crate::base::ids::{OrgId, PersonId};
use crate::demo::company::{Company, Roster};
use crate::demo::workspace::{PEOPLE, Role};
use crate::store::company::{PullRequest, Repository};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

impl GitHub {
    /// Fills in the demo company as it is at this moment.
    pub fn furnish(&self, now: DateTime<Utc>) {
        let roster = Roster::offline();
        let company = Company::at(now, OrgId(Uuid::nil()), &roster);
        let engineers = PEOPLE.iter().filter(|it| it.role == Role::Engineering);
        let users: HashMap<PersonId, Value> = engineers
            .filter_map(|it| Some((roster.id(it)?, self.user(it.handle, Some(&it.email())))))
            .collect();
        self.edit(|world, _| {
            for repository in &company.repositories {
                add_repository(world, repository);
            }
            for pull in &company.pull_requests {
                let repositories = &mut company.repositories.iter();
                let of = repositories.find(|it| it.repository_id == pull.repository_id);
                if let Some(repository) = of {
                    add_pull(world, &repository.name, pull, &users);
                }
            }
        });
    }
}

fn add_repository(world: &mut World, repository: &Repository) {
    world.add_repo(&repository.name, repository.origin.created_at);
    let Some(repo) = world.repos.get_mut(&repository.name) else {
        return;
    };
    repo.shown["description"] = json!(repository.description);
    repo.shown["language"] = json!(repository.main_language);
    for moment in ["updated_at", "pushed_at"] {
        repo.shown[moment] = written(repository.origin.updated_at);
    }
}

fn add_pull(world: &mut World, name: &str, pull: &PullRequest, users: &HashMap<PersonId, Value>) {
    let person = |id: Option<PersonId>| id.and_then(|id| users.get(&id)).cloned();
    let state = match pull.state {
        "open" => "open",
        _ => "closed",
    };
    let issue = json!({
        "number": pull.number, "title": pull.title, "body": pull.body, "state": state,
        "user": person(pull.origin.owner_id), "pull_request": {"url": ""},
        "html_url": pull.origin.source_url, "closed_at": pull.closed_at.map(written),
        "created_at": written(pull.origin.created_at),
        "updated_at": written(pull.origin.updated_at),
    });
    world.add_issue(name, issue, pull.origin.created_at);
    let Some(repo) = world.repos.get_mut(name) else {
        return;
    };
    let number = u64::from(pull.number.unsigned_abs());
    let branch = pull.branch.clone().unwrap_or_default();
    let reviewer = person(pull.reviewer_id);
    let waits = reviewer.clone().filter(|_| pull.review_status == "waiting");
    let extra = json!({
        "head": branch, "base": "main", "draft": pull.is_draft,
        "merged_at": pull.merged_at.map(written), "additions": pull.lines_added,
        "deletions": pull.lines_removed, "changed_files": 1,
        "requested_reviewers": waits.into_iter().collect::<Vec<_>>(),
    });
    repo.pulls.insert(number, extra);
    let verdict = match pull.review_status {
        "approved" => Some("APPROVED"),
        "changes_requested" => Some("CHANGES_REQUESTED"),
        _ => None,
    };
    if let (Some(verdict), Some(user)) = (verdict, reviewer) {
        let review = json!({"pull": number, "user": user, "state": verdict, "body": ""});
        repo.reviews.push(review);
    }
    if state == "open" {
        let main = repo.branches.get("main").cloned();
        repo.branches
            .insert(branch, main.unwrap_or_else(Branch::default));
    }
}
