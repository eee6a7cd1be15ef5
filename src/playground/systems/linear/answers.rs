//! What the stand-in for Linear answers to one operation: lists, single records, and changes.

use super::filter::matches;
use super::language::{Field, Operation};
use super::telling::ORGANIZATION;
use super::world::{World, merge, written};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

const MOST: usize = 250;
const USUALLY: usize = 50;

/// Why an operation failed, as Linear's `extensions.code` has it.
#[derive(Debug, PartialEq)]
pub struct Failure {
    pub code: &'static str,
    pub message: String,
}

fn input_error(message: impl Into<String>) -> Failure {
    Failure {
        code: "INPUT_ERROR",
        message: message.into(),
    }
}

pub fn unreadable(message: String) -> Failure {
    Failure {
        code: "GRAPHQL_VALIDATION_FAILED",
        message,
    }
}

type Answer = Result<Value, Failure>;

/// Answers an operation; a change is made before anything of it is shown.
pub fn answer(world: &mut World, operation: &Operation, now: DateTime<Utc>) -> Answer {
    let mut data = Map::new();
    for field in &operation.fields {
        let whole = match operation.is_mutation {
            true => change(world, field, now)?,
            false => read(world, field)?,
        };
        data.insert(field.alias.clone(), select(&whole, &field.selection)?);
    }
    Ok(Value::Object(data))
}

/// Of a value only what was asked for.
fn select(value: &Value, selection: &[Field]) -> Answer {
    match value {
        Value::Array(items) => items.iter().map(|it| select(it, selection)).collect(),
        Value::Object(fields) if !selection.is_empty() => {
            let mut shown = Map::new();
            for field in selection {
                let value = fields
                    .get(&field.name)
                    .ok_or_else(|| unreadable(format!("Cannot query field \"{}\".", field.name)))?;
                let value = first(value, field);
                shown.insert(field.alias.clone(), select(&value, &field.selection)?);
            }
            Ok(Value::Object(shown))
        }
        value => Ok(value.clone()),
    }
}

/// Of a list within a record as many as were asked for.
fn first(list: &Value, field: &Field) -> Value {
    let mut list = list.clone();
    let limit = field.arguments.get("first").and_then(Value::as_u64);
    let nodes = list.get_mut("nodes").and_then(Value::as_array_mut);
    if let (Some(limit), Some(nodes)) = (limit, nodes)
        && nodes.len() > limit as usize
    {
        nodes.truncate(limit as usize);
        list["pageInfo"]["hasNextPage"] = json!(true);
    }
    list
}

fn read(world: &World, field: &Field) -> Answer {
    let id = &field.arguments.get("id").cloned().unwrap_or_default();
    match field.name.as_str() {
        "organization" => Ok(json!({"id": ORGANIZATION, "name": "Wayfold", "urlKey": "wayfold"})),
        "issue" => one(world, "issues", "Issue", |it| {
            it["id"] == *id || it["identifier"] == *id
        }),
        "comment" => one(world, "comments", "Comment", |it| it["id"] == *id),
        "searchIssues" => search(world, field),
        "users" => list(world, "users", field),
        "teams" => list(world, "teams", field),
        "projects" => list(world, "projects", field),
        "issues" => list(world, "issues", field),
        "workflowStates" => list(world, "workflowStates", field),
        "issueLabels" => list(world, "issueLabels", field),
        other => Err(unreadable(format!("Cannot query field \"{other}\"."))),
    }
}

fn one(world: &World, table: &str, kind: &str, is_it: impl Fn(&Value) -> bool) -> Answer {
    let records = world.table(table).iter().map(|it| world.shown(table, it));
    records
        .into_iter()
        .find(is_it)
        .ok_or_else(|| input_error(format!("Entity not found: {kind}")))
}

/// A page of a list. A cursor is the last record's id, and means its place as it is by now.
fn list(world: &World, table: &str, field: &Field) -> Answer {
    let argument = |name: &str| field.arguments.get(name).unwrap_or(&Value::Null);
    let limit = argument("first").as_u64().map_or(USUALLY, |it| it as usize);
    if limit > MOST {
        return Err(input_error(
            "Argument Validation Error: first is at most 250",
        ));
    }
    let mut records: Vec<Value> = world
        .table(table)
        .iter()
        .filter(|it| argument("includeArchived") == true || it["archivedAt"].is_null())
        .map(|it| world.shown(table, it))
        .filter(|it| matches(argument("filter"), it))
        .collect();
    let by = match argument("orderBy").as_str() {
        Some("updatedAt") => "updatedAt",
        _ => "createdAt",
    };
    // The latest first; those of one moment in a fixed order.
    let rank = |it: &Value| (it[by].to_string(), it["id"].to_string());
    records.sort_by_key(|it| std::cmp::Reverse(rank(it)));
    let begin = match argument("after").as_str() {
        None => 0,
        Some(cursor) => {
            let place = records.iter().position(|it| it["id"] == cursor);
            place.ok_or_else(|| input_error("Entity not found: cursor"))? + 1
        }
    };
    let has_next = records.len() > begin + limit;
    let nodes: Vec<Value> = records.into_iter().skip(begin).take(limit).collect();
    let last = nodes.last().map(|it| it["id"].clone());
    Ok(json!({"nodes": nodes, "pageInfo": {"hasNextPage": has_next, "endCursor": last}}))
}

fn search(world: &World, field: &Field) -> Answer {
    let term = field.arguments.get("term").and_then(Value::as_str);
    let term = term.unwrap_or_default().to_lowercase();
    let issues = world
        .table("issues")
        .iter()
        .map(|it| world.shown("issues", it));
    let found: Vec<Value> = issues
        .filter(|it| it["archivedAt"].is_null())
        .filter(|it| it.to_string().to_lowercase().contains(&term))
        .collect();
    Ok(json!({"totalCount": found.len(), "nodes": found}))
}

fn change(world: &mut World, field: &Field, now: DateTime<Utc>) -> Answer {
    let mut input = field.arguments.get("input").cloned().unwrap_or_default();
    let id = field.arguments.get("id").and_then(Value::as_str);
    let id = id.unwrap_or_default();
    let done = |there_was: bool| match there_was {
        true => Ok(json!({"success": true})),
        false => Err(input_error("Entity not found: Issue")),
    };
    match field.name.as_str() {
        "issueCreate" => {
            is_new(world, "issues", &input)?;
            refer(world, &input)?;
            let team = input["teamId"].as_str().unwrap_or_default().to_owned();
            let id = world.add_issue(&team, input, now);
            issue(world, &id)
        }
        "issueUpdate" => {
            refer(world, &input)?;
            merge(&mut input, json!({"updatedAt": written(now)}));
            done(world.change("issues", id, input))?;
            issue(world, id)
        }
        "issueArchive" => done(world.change("issues", id, json!({"archivedAt": written(now)}))),
        "issueUnarchive" => {
            let live = json!({"archivedAt": null, "trashed": null, "updatedAt": written(now)});
            done(world.change("issues", id, live))
        }
        "commentCreate" => {
            is_new(world, "comments", &input)?;
            one(world, "issues", "Issue", |it| it["id"] == input["issueId"])?;
            let id = world.add("comments", input, now);
            let comment = one(world, "comments", "Comment", |it| it["id"] == id.as_str())?;
            Ok(json!({"success": true, "issue": null, "comment": comment}))
        }
        "commentDelete" => done(world.remove("comments", id)),
        other => Err(unreadable(format!("Cannot query field \"{other}\"."))),
    }
}

fn issue(world: &World, id: &str) -> Answer {
    let issue = one(world, "issues", "Issue", |it| it["id"] == id)?;
    Ok(json!({"success": true, "issue": issue, "comment": null}))
}

/// Whoever chooses an id must not choose one that there is.
fn is_new(world: &World, table: &str, input: &Value) -> Result<(), Failure> {
    let is_there = world.table(table).iter().any(|it| it["id"] == input["id"]);
    match is_there {
        true => Err(input_error("Argument Validation Error: the id is taken")),
        false => Ok(()),
    }
}

/// Whether everything that an issue's input names is there, and its state is its team's.
fn refer(world: &World, input: &Value) -> Result<(), Failure> {
    for (field, table, kind) in [
        ("teamId", "teams", "Team"),
        ("stateId", "workflowStates", "WorkflowState"),
        ("assigneeId", "users", "User"),
        ("projectId", "projects", "Project"),
    ] {
        let id = &input[field];
        if !id.is_null() && !world.table(table).iter().any(|it| it["id"] == *id) {
            return Err(input_error(format!("Entity not found: {kind}")));
        }
    }
    Ok(())
}
