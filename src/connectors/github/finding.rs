//! What became of a call whose answer was lost. What changes something is told by how that is
//! now. GitHub lets nobody choose the ids of what is new, so a new issue or comment is known by
//! its words, its author and its time: it was there before the proposal, or it is ours.

use super::files::{content as file_now, head};
use super::http::{Numbered, Repo, query};
use super::looking::{comment_path, issue_fields, one_pull, pull_fields, text};
use super::wire::{Comment, Issue, Pull, User};
use super::writing::{
    of_branch, of_comment, of_file, of_issue, of_new_issue, of_new_pull, of_pull, of_target,
    start_of,
};
use crate::approvals::{Content, Effect};
use crate::connectors::changes::LIVES_FOR;
use crate::connectors::field::NONE;
use crate::connectors::{ConnectorError, undeclared};
use crate::net::json_api::{ApiError, JsonApi};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

type Found = Result<Option<Effect>, ConnectorError>;

pub async fn find_effect(api: &JsonApi, content: &Content) -> Found {
    match content.operation.name.as_str() {
        "create_issue" => new_issue(api, content).await,
        "create_pull_request" => new_pull(api, content).await,
        "comment_on_issue" => new_comment(api, content, &numbered(content, "issue")?).await,
        "comment_on_pull_request" => {
            new_comment(api, content, &numbered(content, "pull_request")?).await
        }
        "update_issue" => {
            let issue: Issue = api.get(&numbered(content, "issue")?.issue(""), &[]).await?;
            let now = issue_fields(&issue, &content.arguments);
            became(&now, content, || of_issue(&issue, content))
        }
        "update_pull_request" => {
            let pull = one_pull(api, &numbered(content, "pull_request")?).await?;
            let now = pull_fields(&pull, &content.arguments);
            became(&now, content, || of_pull(&pull, content))
        }
        "merge_pull_request" => {
            let pull = one_pull(api, &numbered(content, "pull_request")?).await?;
            Ok(pull.merged_at.map(|_| of_target(content)))
        }
        "create_branch" => new_branch(api, content).await,
        "delete_branch" => {
            let branch = text(&content.arguments, "branch");
            let left = head(api, &repo(content)?, branch).await?;
            Ok(left.is_none().then(Effect::default))
        }
        "delete_comment" => {
            let path = comment_path(&repo(content)?, text(&content.arguments, "comment"));
            let left = api.get::<Comment>(&path, &[]).await;
            Ok(if_there(left)?.is_none().then(Effect::default))
        }
        "write_file" | "delete_file" => file(api, content).await,
        other => Err(undeclared(other)),
    }
}

fn repo(content: &Content) -> Result<Repo, ConnectorError> {
    Repo::parse(text(&content.arguments, "repository")).ok_or_else(nameless)
}

fn numbered(content: &Content, field: &str) -> Result<Numbered, ConnectorError> {
    Numbered::parse(text(&content.arguments, field)).ok_or_else(nameless)
}

fn nameless() -> ConnectorError {
    ConnectorError::Unexpected("it names no repository".to_owned())
}

fn if_there<T>(found: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match found {
        Err(ApiError::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

/// Whether a record is as it was meant to become, or still as it was.
fn became(now: &Map<String, Value>, content: &Content, effect: impl FnOnce() -> Effect) -> Found {
    let is_as = |other: &Map<String, Value>| now.iter().all(|it| other.get(it.0) == Some(it.1));
    if is_as(&content.arguments) {
        return Ok(Some(effect()));
    }
    match content.before.as_ref().is_some_and(is_as) {
        true => Ok(None),
        false => Err(neither()),
    }
}

fn neither() -> ConnectorError {
    ConnectorError::Unexpected("it is neither as it was nor as it was to become".to_owned())
}

/// Before this nothing of the proposal can have been written. A proposal's life begins with it;
/// the clocks of two systems differ by a little.
fn earliest(content: &Content) -> DateTime<Utc> {
    let life = TimeDelta::from_std(LIVES_FOR).unwrap_or_default();
    content.expires_at - life - TimeDelta::minutes(2)
}

async fn is_mine(api: &JsonApi) -> Result<impl Fn(Option<&User>) -> bool, ApiError> {
    let me: User = api.get("/user", &[]).await?;
    Ok(move |user: Option<&User>| user.is_some_and(|user| user.id == me.id))
}

async fn new_issue(api: &JsonApi, content: &Content) -> Found {
    let is_mine = is_mine(api).await?;
    let since = earliest(content);
    let moment = since.to_rfc3339_opts(SecondsFormat::Secs, true);
    let path = repo(content)?.path("/issues");
    let mut next = Some(query(&[
        ("state", "all"),
        ("since", &moment),
        ("per_page", "100"),
    ]));
    while let Some(query) = next {
        let listed = api.page::<Vec<Issue>>(&path, &query).await?;
        let found = listed.items.iter().find(|issue| {
            // Pull requests are in that list, too.
            issue.pull_request.is_none()
                && issue.created_at >= since
                && is_mine(issue.user.as_ref())
                && issue.title == text(&content.arguments, "title").trim()
                && issue.body.as_deref().unwrap_or_default() == text(&content.arguments, "body")
        });
        if let Some(issue) = found {
            return Ok(Some(of_new_issue(issue, content)));
        }
        next = listed.next;
    }
    Ok(None)
}

async fn new_comment(api: &JsonApi, content: &Content, on: &Numbered) -> Found {
    let is_mine = is_mine(api).await?;
    let since = earliest(content);
    let moment = since.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut next = Some(query(&[("since", &moment), ("per_page", "100")]));
    while let Some(query) = next {
        let listed = api
            .page::<Vec<Comment>>(&on.issue("/comments"), &query)
            .await?;
        let found = listed.items.iter().find(|comment| {
            comment.created_at >= since
                && is_mine(comment.user.as_ref())
                && comment.body.as_deref() == Some(text(&content.arguments, "body"))
        });
        if let Some(comment) = found {
            return Ok(Some(of_comment(comment)));
        }
        next = listed.next;
    }
    Ok(None)
}

/// Of two branches there is one open pull request at most.
async fn new_pull(api: &JsonApi, content: &Content) -> Found {
    let repo = repo(content)?;
    let head = format!("{}:{}", repo.owner(), text(&content.arguments, "head"));
    let query = [
        ("state", "all"),
        ("head", head.as_str()),
        ("base", text(&content.arguments, "base")),
    ];
    let pulls: Vec<Pull> = api.get(&repo.path("/pulls"), &query).await?;
    let since = earliest(content);
    let found = pulls.iter().find(|pull| {
        pull.created_at >= since && pull.title == text(&content.arguments, "title").trim()
    });
    Ok(found.map(|pull| of_new_pull(pull, content)))
}

async fn new_branch(api: &JsonApi, content: &Content) -> Found {
    let branch = text(&content.arguments, "branch").trim();
    match head(api, &repo(content)?, branch).await? {
        None => Ok(None),
        Some(sha) if sha == start_of(&content.arguments) => Ok(Some(of_branch(branch))),
        Some(_) => Err(neither()),
    }
}

async fn file(api: &JsonApi, content: &Content) -> Found {
    let arguments = &content.arguments;
    let (path, branch) = (text(arguments, "path"), text(arguments, "branch"));
    let now = file_now(api, &repo(content)?, path, branch).await?;
    let now = now.map_or(json!(NONE), |file| json!(file.text()));
    let wanted = match content.operation.name.as_str() {
        "delete_file" => json!(NONE),
        _ => json!(text(arguments, "content")),
    };
    let before = content.before.as_ref().and_then(|it| it.get("content"));
    match () {
        () if now == wanted => Ok(Some(of_file(content))),
        () if before == Some(&now) => Ok(None),
        () => Err(neither()),
    }
}
