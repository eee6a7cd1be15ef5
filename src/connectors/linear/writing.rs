//! Changing Linear. What is made gets an id of ours beforehand, which follows from the action's
//! key: whether it came into being can be told for certain, and it cannot come into being twice.

use super::calls::{self, Done, Written, comment, issue};
use super::graphql::change;
use super::naming;
use super::rows::{PRIORITIES, priority};
use super::wire::{Issue, Named};
use crate::approvals::seal::Target;
use crate::approvals::{Content, Effect};
use crate::connectors::field::{Arguments, NONE, named};
use crate::connectors::operation::{Look, LookError, Undo};
use crate::connectors::{ConnectorError, SourcePerson, undeclared};
use crate::net::json_api::{ApiError, JsonApi, WriteError};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

fn text<'a>(arguments: &'a Arguments, name: &str) -> &'a str {
    arguments
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

pub async fn look(api: &JsonApi, operation: &str, given: &Arguments) -> Result<Look, LookError> {
    match operation {
        "create_issue" => new_issue(api, given).await,
        "delete_comment" => existing_comment(api, given).await,
        operation => existing_issue(api, operation, given).await,
    }
}

async fn new_issue(api: &JsonApi, given: &Arguments) -> Result<Look, LookError> {
    let mut arguments = given.clone();
    let team = naming::team(api, given.get("team").unwrap_or(&Value::Null)).await?;
    let team_id = naming::id_of(&team).unwrap_or_default().to_owned();
    resolve(api, &team_id, &mut arguments).await?;
    arguments.insert("team".to_owned(), team);
    Ok(Look {
        target: Target {
            kind: "issue".to_owned(),
            id: None,
            name: text(given, "title").to_owned(),
            link: None,
        },
        arguments,
        before: None,
        amount: None,
        owner: None,
    })
}

async fn existing_issue(
    api: &JsonApi,
    operation: &str,
    given: &Arguments,
) -> Result<Look, LookError> {
    let found = match issue(api, text(given, "issue")).await {
        Err(ApiError::NotFound) => {
            let said = format!("Linear has no issue {:?}.", text(given, "issue"));
            return Err(LookError::problem("issue", said));
        }
        found => found?,
    };
    let mut arguments = given.clone();
    resolve(api, &found.team.id, &mut arguments).await?;
    arguments.insert("issue".to_owned(), json!(found.id));
    let before = match operation {
        "comment_on_issue" => None,
        "update_issue" => Some(as_arguments(&found, &arguments)),
        _ => Some(is_archived(found.life.archived_at.is_some())),
    };
    Ok(Look {
        target: Target {
            kind: "issue".to_owned(),
            name: format!("{} {}", found.identifier, found.title),
            link: Some(found.url),
            id: Some(found.id),
        },
        arguments,
        before,
        amount: None,
        owner: found.assignee.or(found.creator).map(source_person),
    })
}

async fn existing_comment(api: &JsonApi, given: &Arguments) -> Result<Look, LookError> {
    let found = match comment(api, text(given, "comment")).await {
        Err(ApiError::NotFound) => {
            let said = "Linear has no such comment.";
            return Err(LookError::problem("comment", said));
        }
        found => found?,
    };
    let on = found.issue.map_or_else(
        || "a comment".to_owned(),
        |issue| format!("a comment on {} {}", issue.identifier, issue.title),
    );
    Ok(Look {
        target: Target {
            kind: "comment".to_owned(),
            id: Some(found.id),
            name: on,
            link: found.url,
        },
        arguments: given.clone(),
        before: Some(Map::from_iter([("body".to_owned(), json!(found.body))])),
        amount: None,
        owner: found.user.map(source_person),
    })
}

fn source_person(user: Named) -> SourcePerson {
    SourcePerson {
        source_id: user.id,
        name: user.name,
        email: None,
    }
}

fn is_archived(is_archived: bool) -> Map<String, Value> {
    Map::from_iter([("archived".to_owned(), json!(is_archived))])
}

/// Puts what Linear calls things in the place of what people call them.
async fn resolve(api: &JsonApi, team: &str, arguments: &mut Arguments) -> Result<(), LookError> {
    for (name, value) in arguments.iter_mut() {
        *value = match name.as_str() {
            "state" => naming::state(api, team, value).await?,
            "assignee" => naming::assignee(api, value).await?,
            "project" => naming::project(api, value).await?,
            "labels" => naming::labels(api, team, value).await?,
            _ => continue,
        };
    }
    Ok(())
}

/// An issue's fields in the form of arguments: those that the arguments name.
fn as_arguments(issue: &Issue, named_in: &Arguments) -> Map<String, Value> {
    let or_none = |it: &Option<Named>| {
        it.as_ref()
            .map_or(json!(NONE), |it| named(&it.id, &it.name))
    };
    let labels = issue.labels.nodes.iter().map(|it| json!(it.name)).collect();
    let fields = [
        ("title", json!(issue.title)),
        (
            "description",
            json!(issue.description.as_deref().unwrap_or_default()),
        ),
        ("state", named(&issue.state.id, &issue.state.name)),
        ("assignee", or_none(&issue.assignee)),
        ("priority", json!(priority(issue.priority))),
        ("project", or_none(&issue.project)),
        ("labels", naming::in_order(labels)),
        (
            "due_date",
            issue.due_date.map_or(json!(NONE), |day| json!(day)),
        ),
    ];
    fields
        .into_iter()
        .filter(|(name, _)| named_in.contains_key(*name))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Arguments as Linear's input.
async fn input(api: &JsonApi, team: &str, arguments: &Arguments) -> Result<Value, WriteError> {
    let mut input = Map::new();
    for (name, value) in arguments {
        // What is `none` has no id, and an id of null empties the field.
        let id = json!(naming::id_of(value));
        let (name, value) = match name.as_str() {
            "title" | "description" => (name.as_str(), value.clone()),
            "due_date" if value == NONE => ("dueDate", Value::Null),
            "due_date" => ("dueDate", value.clone()),
            "team" => ("teamId", id),
            "state" => ("stateId", id),
            "assignee" => ("assigneeId", id),
            "project" => ("projectId", id),
            "priority" => (
                "priority",
                json!(PRIORITIES.iter().position(|it| value == it)),
            ),
            "labels" => {
                let ids = naming::label_ids(api, team, value).await;
                let ids = ids.map_err(WriteError::NotSent)?;
                let gone = || WriteError::Refused("one of the labels is gone".to_owned());
                ("labelIds", json!(ids.ok_or_else(gone)?))
            }
            _ => continue,
        };
        input.insert(name.to_owned(), value);
    }
    Ok(Value::Object(input))
}

/// An id for what an action makes: the same whenever it is tried, and nobody else's.
fn own_id(idempotency_key: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(idempotency_key)[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

pub async fn perform(api: &JsonApi, content: &Content, key: &str) -> Result<Effect, WriteError> {
    let arguments = &content.arguments;
    let id = content.target.id.as_deref().unwrap_or_default();
    let (document, variables) = match content.operation.name.as_str() {
        "create_issue" => {
            let team = arguments.get("team").and_then(naming::id_of);
            let mut input = input(api, team.unwrap_or_default(), arguments).await?;
            input["id"] = json!(own_id(key));
            (calls::CREATE, json!({"input": input}))
        }
        "update_issue" => {
            let issue = issue(api, id).await.map_err(WriteError::NotSent)?;
            let input = input(api, &issue.team.id, arguments).await?;
            (calls::UPDATE, json!({"id": id, "input": input}))
        }
        "comment_on_issue" => {
            let body = text(arguments, "body");
            let input = json!({"id": own_id(key), "issueId": id, "body": body});
            (calls::CREATE_COMMENT, json!({"input": input}))
        }
        "archive_issue" => (calls::ARCHIVE, json!({"id": id})),
        "unarchive_issue" => (calls::UNARCHIVE, json!({"id": id})),
        "delete_comment" => (calls::DELETE_COMMENT, json!({"id": id})),
        other => return Err(WriteError::Refused(undeclared(other).to_string())),
    };
    let Done { done } = change(api, document, variables).await?;
    if !done.success {
        return Err(WriteError::Unclear(
            "Linear does not say that it is done".to_owned(),
        ));
    }
    Ok(match (done.issue, done.comment) {
        (Some(issue), _) => of_issue(&issue, content),
        (_, Some(comment)) => of_comment(comment),
        _ => archiving(content),
    })
}

fn of_issue(issue: &Issue, content: &Content) -> Effect {
    Effect {
        id: Some(issue.id.clone()),
        link: Some(issue.url.clone()),
        after: Some(match content.operation.name.as_str() {
            // What takes it back archives it.
            "create_issue" => is_archived(false),
            _ => as_arguments(issue, &content.arguments),
        }),
    }
}

fn of_comment(comment: Written) -> Effect {
    Effect {
        id: Some(comment.id),
        link: comment.url,
        after: None,
    }
}

fn archiving(content: &Content) -> Effect {
    let after = match content.operation.name.as_str() {
        "archive_issue" => Some(is_archived(true)),
        "unarchive_issue" => Some(is_archived(false)),
        _ => None,
    };
    Effect {
        id: content.target.id.clone(),
        link: content.target.link.clone(),
        after,
    }
}

pub async fn find_effect(
    api: &JsonApi,
    content: &Content,
    key: &str,
) -> Result<Option<Effect>, ConnectorError> {
    let id = content.target.id.as_deref().unwrap_or_default();
    let operation = content.operation.name.as_str();
    let own = own_id(key).to_string();
    Ok(match operation {
        "create_issue" => {
            let found = if_there(issue(api, &own).await)?;
            found.map(|issue| of_issue(&issue, content))
        }
        "comment_on_issue" => if_there(comment(api, &own).await)?.map(of_comment),
        "delete_comment" => match if_there(comment(api, id).await)? {
            None => Some(archiving(content)),
            Some(_) => None,
        },
        "archive_issue" | "unarchive_issue" => {
            let is_archived = issue(api, id).await?.life.archived_at.is_some();
            (is_archived == (operation == "archive_issue")).then(|| archiving(content))
        }
        "update_issue" => updated(&issue(api, id).await?, content)?,
        other => return Err(undeclared(other)),
    })
}

/// Whether an issue is as it was meant to become, or still as it was.
fn updated(issue: &Issue, content: &Content) -> Result<Option<Effect>, ConnectorError> {
    let now = as_arguments(issue, &content.arguments);
    let is_as = |other: &Map<String, Value>| now.iter().all(|it| other.get(it.0) == Some(it.1));
    if is_as(&content.arguments) {
        return Ok(Some(of_issue(issue, content)));
    }
    match content.before.as_ref().is_some_and(is_as) {
        true => Ok(None),
        false => Err(ConnectorError::Unexpected(format!(
            "{} is neither as it was nor as it was to become",
            issue.identifier
        ))),
    }
}

fn if_there<T>(found: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match found {
        Err(ApiError::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

pub fn undo(content: &Content, effect: &Effect) -> Option<Undo> {
    let id = json!(effect.id.as_ref()?);
    let of = |operation, name: &str| {
        let arguments = Arguments::from_iter([(name.to_owned(), id.clone())]);
        Some(Undo {
            operation,
            arguments,
        })
    };
    match content.operation.name.as_str() {
        "create_issue" | "unarchive_issue" => of("archive_issue", "issue"),
        "archive_issue" => of("unarchive_issue", "issue"),
        "comment_on_issue" => of("delete_comment", "comment"),
        "update_issue" => {
            let mut arguments = content.before.clone()?;
            arguments.insert("issue".to_owned(), id);
            Some(Undo {
                operation: "update_issue",
                arguments,
            })
        }
        _ => None,
    }
}
