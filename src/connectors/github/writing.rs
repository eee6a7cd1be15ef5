//! Carries out what was approved, with one call that writes.

use super::http::{Numbered, Repo, in_path};
use super::looking::{comment_path, issue_fields, pull_fields, text};
use super::wire::{Comment, Issue, Pull};
use crate::approvals::{Content, Effect};
use crate::connectors::field::Arguments;
use crate::connectors::undeclared;
use crate::net::json_api::{JsonApi, WriteError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value, json};

async fn send<T: DeserializeOwned>(
    api: &JsonApi,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<T, WriteError> {
    api.write(method, path, &[], body).await
}

/// What was sealed was checked before; a name that is none by now was never one.
fn repo(arguments: &Arguments) -> Result<Repo, WriteError> {
    Repo::parse(text(arguments, "repository")).ok_or_else(nameless)
}

fn numbered(arguments: &Arguments, field: &str) -> Result<Numbered, WriteError> {
    Numbered::parse(text(arguments, field)).ok_or_else(nameless)
}

fn nameless() -> WriteError {
    WriteError::Refused("it names no repository".to_owned())
}

pub async fn perform(api: &JsonApi, content: &Content) -> Result<Effect, WriteError> {
    let arguments = &content.arguments;
    match content.operation.name.as_str() {
        "create_issue" => {
            let path = repo(arguments)?.path("/issues");
            let issue: Issue = send(api, Method::POST, &path, &issue_input(arguments)).await?;
            Ok(of_new_issue(&issue, content))
        }
        "update_issue" => {
            let path = numbered(arguments, "issue")?.issue("");
            let issue: Issue = send(api, Method::PATCH, &path, &issue_input(arguments)).await?;
            Ok(of_issue(&issue, content))
        }
        "comment_on_issue" => comment(api, content, &numbered(arguments, "issue")?).await,
        "comment_on_pull_request" => {
            comment(api, content, &numbered(arguments, "pull_request")?).await
        }
        "delete_comment" => {
            let path = comment_path(&repo(arguments)?, text(arguments, "comment"));
            send::<IgnoredAny>(api, Method::DELETE, &path, &json!({})).await?;
            Ok(Effect::default())
        }
        "create_branch" | "delete_branch" => branch(api, content).await,
        "write_file" | "delete_file" => file(api, content).await,
        "create_pull_request" => {
            let path = repo(arguments)?.path("/pulls");
            // GitHub refuses a null where a text may be left out.
            let body = given(arguments, &["title", "body", "head", "base", "draft"]);
            let pull: Pull = send(api, Method::POST, &path, &body).await?;
            Ok(of_new_pull(&pull, content))
        }
        "update_pull_request" => {
            let path = numbered(arguments, "pull_request")?.pull("");
            let body = given(arguments, &["title", "body", "base", "state"]);
            let pull: Pull = send(api, Method::PATCH, &path, &body).await?;
            Ok(of_pull(&pull, content))
        }
        "merge_pull_request" => {
            let path = numbered(arguments, "pull_request")?.pull("/merge");
            let head = content.before.as_ref().and_then(|it| it.get("commit"));
            let method = arguments.get("method").cloned();
            let body = json!({
                "sha": head, "merge_method": method.unwrap_or_else(|| json!("merge")),
            });
            send::<IgnoredAny>(api, Method::PUT, &path, &body).await?;
            Ok(of_target(content))
        }
        other => Err(WriteError::Refused(undeclared(other).to_string())),
    }
}

fn given(arguments: &Arguments, names: &[&str]) -> Value {
    let named = |name: &&str| Some(((*name).to_owned(), arguments.get(*name)?.clone()));
    Value::Object(names.iter().filter_map(named).collect())
}

fn issue_input(arguments: &Arguments) -> Value {
    let mut input = given(arguments, &["title", "body", "assignees", "labels"]);
    match text(arguments, "state") {
        "" => {}
        "open" => input["state"] = json!("open"),
        reason => {
            input["state"] = json!("closed");
            input["state_reason"] = json!(reason);
        }
    }
    input
}

async fn comment(api: &JsonApi, content: &Content, on: &Numbered) -> Result<Effect, WriteError> {
    let body = given(&content.arguments, &["body"]);
    let comment: Comment = send(api, Method::POST, &on.issue("/comments"), &body).await?;
    Ok(of_comment(&comment))
}

async fn branch(api: &JsonApi, content: &Content) -> Result<Effect, WriteError> {
    let (arguments, repo) = (&content.arguments, repo(&content.arguments)?);
    let name = text(arguments, "branch").trim();
    if content.operation.name == "delete_branch" {
        let path = repo.path(format_args!("/git/refs/heads/{}", in_path(name)));
        send::<IgnoredAny>(api, Method::DELETE, &path, &json!({})).await?;
        return Ok(Effect::default());
    }
    let sha = start_of(arguments);
    let body = json!({"ref": format!("refs/heads/{name}"), "sha": sha});
    send::<IgnoredAny>(api, Method::POST, &repo.path("/git/refs"), &body).await?;
    Ok(of_branch(name))
}

/// The commit that a new branch starts from.
pub fn start_of(arguments: &Arguments) -> &str {
    let from = arguments.get("from").and_then(|from| from.get("id"));
    from.and_then(Value::as_str).unwrap_or_default()
}

/// With the name of what is replaced, so that GitHub refuses if it is no longer that.
async fn file(api: &JsonApi, content: &Content) -> Result<Effect, WriteError> {
    let (arguments, repo) = (&content.arguments, repo(&content.arguments)?);
    let replaced = content.before.as_ref().and_then(|it| it.get("sha"));
    let mut body = given(arguments, &["message", "branch"]);
    if let Some(sha) = replaced {
        body["sha"] = sha.clone();
    }
    let method = match content.operation.name.as_str() {
        "delete_file" => Method::DELETE,
        _ => {
            body["content"] = json!(STANDARD.encode(text(arguments, "content")));
            Method::PUT
        }
    };
    let path = repo.file(text(arguments, "path"));
    send::<IgnoredAny>(api, method, &path, &body).await?;
    Ok(of_file(content))
}

pub fn of_new_issue(issue: &Issue, content: &Content) -> Effect {
    Effect {
        id: Some(format!(
            "{}#{}",
            text(&content.arguments, "repository"),
            issue.number
        )),
        link: Some(issue.html_url.clone()),
        after: Some(Map::from_iter([("state".to_owned(), json!("open"))])),
    }
}

pub fn of_issue(issue: &Issue, content: &Content) -> Effect {
    Effect {
        after: Some(issue_fields(issue, &content.arguments)),
        ..of_target(content)
    }
}

pub fn of_new_pull(pull: &Pull, content: &Content) -> Effect {
    Effect {
        id: Some(format!(
            "{}#{}",
            text(&content.arguments, "repository"),
            pull.number
        )),
        link: Some(pull.html_url.clone()),
        after: Some(Map::from_iter([("state".to_owned(), json!("open"))])),
    }
}

pub fn of_pull(pull: &Pull, content: &Content) -> Effect {
    Effect {
        after: Some(pull_fields(pull, &content.arguments)),
        ..of_target(content)
    }
}

pub fn of_comment(comment: &Comment) -> Effect {
    Effect {
        id: Some(comment.id.to_string()),
        link: Some(comment.html_url.clone()),
        after: None,
    }
}

pub fn of_branch(name: &str) -> Effect {
    Effect {
        id: Some(name.to_owned()),
        ..Effect::default()
    }
}

pub fn of_file(content: &Content) -> Effect {
    Effect {
        id: Some(text(&content.arguments, "path").to_owned()),
        ..Effect::default()
    }
}

pub fn of_target(content: &Content) -> Effect {
    Effect {
        id: content.target.id.clone(),
        link: content.target.link.clone(),
        after: None,
    }
}
