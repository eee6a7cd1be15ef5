//! Reads what an operation would change as it is now.

use super::files::{existing_head, file, new_branch, old_branch};
use super::http::{Numbered, Repo, in_path};
use super::readers::{admit, not_shown};
use super::wire::{Branch, Comment, Issue, Pull, Repository, User};
use crate::approvals::seal::Target;
use crate::connectors::field::Arguments;
use crate::connectors::operation::{Look, LookError};
use crate::connectors::{Readable, SourcePerson, undeclared};
use crate::net::json_api::{ApiError, JsonApi};
use serde_json::{Map, Value, json};

pub fn text<'a>(arguments: &'a Arguments, name: &str) -> &'a str {
    arguments
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

pub fn repo_of(arguments: &Arguments) -> Result<Repo, LookError> {
    let name = text(arguments, "repository");
    Repo::parse(name).ok_or_else(|| {
        let said = format!("{name:?} is no repository; its full name is like acme/api.");
        LookError::problem("repository", said)
    })
}

pub fn numbered(arguments: &Arguments, field: &str) -> Result<Numbered, LookError> {
    let key = text(arguments, field);
    Numbered::parse(key).ok_or_else(|| {
        let said = format!("{key:?} names nothing in GitHub; what it wants is like acme/api#12.");
        LookError::problem(field, said)
    })
}

/// What is not there is a problem of the argument that named it.
fn there<T>(found: Result<T, ApiError>, field: &str, what: &str) -> Result<T, LookError> {
    match found {
        Err(ApiError::NotFound) => {
            let said = format!("GitHub has no {what}, or the key does not open it.");
            Err(LookError::problem(field, said))
        }
        found => Ok(found?),
    }
}

pub async fn look(
    api: &JsonApi,
    operation: &str,
    given: &Arguments,
    readable: &Readable,
) -> Result<Look, LookError> {
    admit(api, given, readable).await?;
    match operation {
        "create_issue" => new_issue(api, given).await,
        "update_issue" | "comment_on_issue" => issue(api, operation, given).await,
        "create_branch" => new_branch(api, given).await,
        "delete_branch" => old_branch(api, given).await,
        "write_file" | "delete_file" => file(api, operation, given).await,
        "create_pull_request" => new_pull(api, given).await,
        "update_pull_request" | "comment_on_pull_request" | "merge_pull_request" => {
            pull(api, operation, given).await
        }
        "delete_comment" => comment(api, given).await,
        other => Err(undeclared(other).into()),
    }
}

pub fn new_thing(kind: &str, name: String, arguments: Arguments) -> Look {
    Look {
        target: Target {
            kind: kind.to_owned(),
            id: None,
            name,
            link: None,
        },
        arguments,
        before: None,
        amount: None,
        owner: None,
    }
}

fn owner(user: Option<User>) -> Option<SourcePerson> {
    user.map(|user| SourcePerson {
        source_id: user.source_id(),
        name: user.login,
        email: user.email,
    })
}

pub async fn repository(api: &JsonApi, repo: &Repo) -> Result<Repository, LookError> {
    match api.get(&repo.path(""), &[]).await {
        Err(ApiError::NotFound) => Err(not_shown(repo)),
        found => Ok(found?),
    }
}

async fn new_issue(api: &JsonApi, given: &Arguments) -> Result<Look, LookError> {
    let repo = repo_of(given)?;
    repository(api, &repo).await?;
    let mut arguments = given.clone();
    check_lists(api, &repo, &mut arguments).await?;
    let name = format!("{}: {}", repo.full_name, text(given, "title"));
    Ok(new_thing("issue", name, arguments))
}

/// GitHub would leave unknown assignees out and make unknown labels, without a word.
async fn check_lists(
    api: &JsonApi,
    repo: &Repo,
    arguments: &mut Arguments,
) -> Result<(), LookError> {
    for (field, what) in [("assignees", "assignee"), ("labels", "label")] {
        let Some(list) = arguments.get_mut(field) else {
            continue;
        };
        for item in list.as_array().into_iter().flatten() {
            let name = item.as_str().unwrap_or_default();
            let path = repo.path(format_args!("/{field}/{}", in_path(name)));
            let found = api.get::<Value>(&path, &[]).await;
            let said = format!("{what} {name:?} in {}", repo.full_name);
            there(found, field, &said)?;
        }
        *list = in_order(list.as_array().cloned().unwrap_or_default());
    }
    Ok(())
}

/// Names so that two sets of them are equal if they hold the same.
fn in_order(mut names: Vec<Value>) -> Value {
    names.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    names.dedup();
    Value::Array(names)
}

pub fn issue_fields(issue: &Issue, named_in: &Arguments) -> Map<String, Value> {
    let state = match (issue.state.as_str(), issue.state_reason.as_deref()) {
        ("closed", Some("not_planned" | "duplicate")) => "not_planned",
        ("closed", _) => "completed",
        _ => "open",
    };
    let labels = issue.labels.iter().map(|it| json!(it.name)).collect();
    let logins = issue.assignees.iter().map(|it| json!(it.login)).collect();
    only(
        named_in,
        [
            ("title", json!(issue.title)),
            ("body", json!(issue.body.as_deref().unwrap_or_default())),
            ("state", json!(state)),
            ("assignees", in_order(logins)),
            ("labels", in_order(labels)),
        ],
    )
}

pub fn pull_fields(pull: &Pull, named_in: &Arguments) -> Map<String, Value> {
    only(
        named_in,
        [
            ("title", json!(pull.title)),
            ("body", json!(pull.body.as_deref().unwrap_or_default())),
            ("base", json!(pull.base.r#ref)),
            ("state", json!(pull.state)),
        ],
    )
}

fn only<const N: usize>(named_in: &Arguments, all: [(&str, Value); N]) -> Map<String, Value> {
    all.into_iter()
        .filter(|(name, _)| named_in.contains_key(*name))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

async fn issue(api: &JsonApi, operation: &str, given: &Arguments) -> Result<Look, LookError> {
    let key = numbered(given, "issue")?;
    let found: Result<Issue, _> = api.get(&key.issue(""), &[]).await;
    let found = there(found, "issue", &format!("issue {key}"))?;
    let mut arguments = given.clone();
    check_lists(api, &key.repo, &mut arguments).await?;
    let before = (operation == "update_issue").then(|| issue_fields(&found, &arguments));
    let wanted = text(&arguments, "state");
    let state = before.as_ref().and_then(|it| it.get("state"));
    let is_another = state.is_some_and(|state| state != wanted);
    if found.state == "closed" && ["completed", "not_planned"].contains(&wanted) && is_another {
        let said = "It is closed already, and GitHub keeps the reason that was given then. \
            Reopen it first (state open), and then close it with the other reason.";
        return Err(LookError::problem("state", said));
    }
    Ok(Look {
        target: Target {
            kind: "issue".to_owned(),
            id: Some(key.to_string()),
            name: format!("{key} {}", found.title),
            link: Some(found.html_url),
        },
        arguments,
        before,
        amount: None,
        owner: owner(found.user),
    })
}

async fn new_pull(api: &JsonApi, given: &Arguments) -> Result<Look, LookError> {
    let repo = repo_of(given)?;
    let default = repository(api, &repo).await?.default_branch;
    let mut arguments = given.clone();
    arguments
        .entry("base")
        .or_insert_with(|| Value::String(default));
    for field in ["head", "base"] {
        existing_head(api, &repo, field, text(&arguments, field)).await?;
    }
    let name = format!("{}: {}", repo.full_name, text(given, "title"));
    Ok(new_thing("pull_request", name, arguments))
}

pub async fn one_pull(api: &JsonApi, key: &Numbered) -> Result<Pull, ApiError> {
    api.get(&key.pull(""), &[]).await
}

async fn pull(api: &JsonApi, operation: &str, given: &Arguments) -> Result<Look, LookError> {
    let key = numbered(given, "pull_request")?;
    let found = one_pull(api, &key).await;
    let found = there(found, "pull_request", &format!("pull request {key}"))?;
    if operation == "merge_pull_request" && found.state != "open" {
        let said = format!("{key} is not open.");
        return Err(LookError::problem("pull_request", said));
    }
    let before = match operation {
        "update_pull_request" => Some(pull_fields(&found, given)),
        "merge_pull_request" => Some(merged_into(&found.head, &found.base)),
        _ => None,
    };
    Ok(Look {
        target: Target {
            kind: "pull_request".to_owned(),
            id: Some(key.to_string()),
            name: format!("{key} {}", found.title),
            link: Some(found.html_url),
        },
        arguments: given.clone(),
        before,
        amount: None,
        owner: owner(found.user),
    })
}

/// What is merged is this commit into that branch, and no other.
fn merged_into(head: &Branch, base: &Branch) -> Map<String, Value> {
    Map::from_iter([
        ("commit".to_owned(), json!(head.sha)),
        ("base".to_owned(), json!(base.r#ref)),
    ])
}

pub fn comment_path(repo: &Repo, id: &str) -> String {
    repo.path(format_args!("/issues/comments/{}", in_path(id)))
}

async fn comment(api: &JsonApi, given: &Arguments) -> Result<Look, LookError> {
    let (repo, id) = (repo_of(given)?, text(given, "comment"));
    let found: Result<Comment, _> = api.get(&comment_path(&repo, id), &[]).await;
    let found = there(found, "comment", "such comment")?;
    let body = json!(found.body.unwrap_or_default());
    Ok(Look {
        target: Target {
            kind: "comment".to_owned(),
            id: Some(found.id.to_string()),
            name: format!("a comment in {}", repo.full_name),
            link: Some(found.html_url),
        },
        arguments: given.clone(),
        before: Some(Map::from_iter([("body".to_owned(), body)])),
        amount: None,
        owner: owner(found.user),
    })
}
