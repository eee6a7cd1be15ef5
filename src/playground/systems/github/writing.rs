//! What can be changed in the stand-in for GitHub, and what it refuses to change.

use super::routes::{Answer, Asked};
use super::world::{World, merge, sha_of, written};
use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// None: there is no such thing.
pub fn answer(world: &mut World, asked: &Asked, now: DateTime<Utc>) -> Option<Answer> {
    let parts = asked.parts();
    let ["repos", owner, name, rest @ ..] = parts.as_slice() else {
        return None;
    };
    let name = format!("{owner}/{name}");
    world.repos.get(&name)?;
    let body = &asked.body;
    if asked.method == Method::POST
        && let Some(refused) = null_in(body)
    {
        return Some(refused);
    }
    let number = |text: &str| text.parse::<u64>().ok();
    match (&asked.method, rest) {
        (&Method::POST, ["issues"]) => {
            let fields = issue_fields(world, body);
            let number = world.add_issue(&name, fields, now);
            let issue = world.repos.get(&name)?.issue(number)?.clone();
            Some(Answer::status(StatusCode::CREATED, issue))
        }
        (&Method::PATCH, ["issues", on]) => {
            let mut fields = issue_fields(world, body);
            fields["updated_at"] = written(now);
            closing(&mut fields, now);
            let on = number(on)?;
            world.amend(&name, on, fields);
            Some(world.repos.get(&name)?.issue(on)?.clone().into())
        }
        (&Method::POST, ["issues", on, "comments"]) => {
            let on = number(on)?;
            world.repos.get(&name)?.issue(on)?;
            let comment = world.add_comment(&name, on, &body["body"], now);
            Some(Answer::status(StatusCode::CREATED, comment))
        }
        (&Method::DELETE, ["issues", "comments", id]) => {
            let (id, repo) = (number(id)?, world.repos.get_mut(&name)?);
            let before = repo.comments.len();
            repo.comments.retain(|it| it["id"] != id);
            (repo.comments.len() < before).then(nothing)
        }
        (&Method::POST, ["git", "refs"]) => new_branch(world, &name, body),
        (&Method::DELETE, ["git", "refs", "heads", branch @ ..]) => {
            let repo = world.repos.get_mut(&name)?;
            repo.branches.remove(&branch.join("/")).map(|_| nothing())
        }
        (&Method::PUT | &Method::DELETE, ["contents", path @ ..]) => {
            file(world, &name, &path.join("/"), asked, now)
        }
        (&Method::POST, ["pulls"]) => new_pull(world, &name, body, now),
        (&Method::PATCH, ["pulls", on]) => {
            let on = number(on)?;
            let repo = world.repos.get_mut(&name)?;
            if let (Some(extra), Some(base)) = (repo.pulls.get_mut(&on), body.get("base")) {
                extra["base"] = base.clone();
            }
            let mut fields = body.clone();
            fields["updated_at"] = written(now);
            closing(&mut fields, now);
            world.amend(&name, on, fields);
            Some(world.repos.get(&name)?.pull(on)?.into())
        }
        (&Method::PUT, ["pulls", on, "merge"]) => merge_pull(world, &name, number(on)?, body, now),
        _ => None,
    }
}

fn nothing() -> Answer {
    Answer::status(StatusCode::NO_CONTENT, Value::Null)
}

fn invalid(said: &str) -> Answer {
    let errors = json!([{"message": said}]);
    let body = json!({"message": "Validation Failed", "errors": errors});
    Answer::status(StatusCode::UNPROCESSABLE_ENTITY, body)
}

/// What may be left out of something new may not be null in it.
fn null_in(body: &Value) -> Option<Answer> {
    let (name, _) = body.as_object()?.iter().find(|(_, it)| it.is_null())?;
    let said = format!("Invalid request.\n\nFor 'properties/{name}', nil is not a string.");
    let refused = Answer::refused(StatusCode::UNPROCESSABLE_ENTITY, &said);
    Some(refused)
}

/// Labels and assignees come as names and are shown as records.
fn issue_fields(world: &World, body: &Value) -> Value {
    let mut fields = body.clone();
    let list = |field: &str| Some(body.get(field)?.as_array()?.clone());
    if let Some(labels) = list("labels") {
        fields["labels"] = labels.iter().map(|it| json!({"name": it})).collect();
    }
    if let Some(logins) = list("assignees") {
        let logins = logins.iter().filter_map(Value::as_str);
        fields["assignees"] = logins.map(|login| world.user(login)).collect();
    }
    fields
}

fn closing(fields: &mut Value, now: DateTime<Utc>) {
    match fields["state"].as_str() {
        Some("closed") => fields["closed_at"] = written(now),
        Some(_) => merge(fields, json!({"closed_at": null, "state_reason": null})),
        None => {
            if let Some(fields) = fields.as_object_mut() {
                fields.remove("state");
            }
        }
    }
}

fn new_branch(world: &mut World, name: &str, body: &Value) -> Option<Answer> {
    let repo = world.repos.get_mut(name)?;
    let branch = body["ref"]
        .as_str()?
        .strip_prefix("refs/heads/")?
        .to_owned();
    if repo.branches.contains_key(&branch) {
        return Some(invalid("Reference already exists"));
    }
    let from = repo.branches.values().find_map(|it| {
        let place = it.commits.iter().position(|it| it["sha"] == body["sha"])?;
        let mut from = it.clone();
        from.commits.truncate(place + 1);
        Some(from)
    });
    let Some(from) = from else {
        return Some(invalid("Object does not exist"));
    };
    repo.branches.insert(branch, from);
    let made = json!({"ref": body["ref"], "object": {"sha": body["sha"]}});
    Some(Answer::status(StatusCode::CREATED, made))
}

/// What is replaced has to be named, and be what is there.
fn file(
    world: &mut World,
    name: &str,
    path: &str,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Option<Answer> {
    let body = &asked.body;
    let branch = body["branch"].as_str().unwrap_or("main");
    let present = world.repos.get(name)?.branches.get(branch)?.files.get(path);
    let present = present.map_or(Value::Null, |text| json!(sha_of(text)));
    if present != body["sha"] {
        let said = format!("{path} does not match {}", body["sha"]);
        return Some(Answer::refused(StatusCode::CONFLICT, &said));
    }
    let text = match asked.method {
        Method::PUT => {
            let decoded = STANDARD.decode(body["content"].as_str()?).ok()?;
            Some(String::from_utf8(decoded).ok()?)
        }
        _ => None,
    };
    let message = body["message"].as_str().unwrap_or_default();
    let file = Some((path, text.clone()));
    world.commit(name, branch, message, file, now);
    let sha = text.as_deref().map(sha_of);
    Some(json!({"content": {"path": path, "sha": sha}, "commit": {"message": message}}).into())
}

fn new_pull(world: &mut World, name: &str, body: &Value, now: DateTime<Utc>) -> Option<Answer> {
    let repo = world.repos.get(name)?;
    let has = |side: &str| {
        repo.branches
            .contains_key(body[side].as_str().unwrap_or_default())
    };
    if !has("head") || !has("base") {
        return Some(invalid("head or base is no branch"));
    }
    let is_open = |(number, extra): (&u64, &Value)| {
        let is_open = repo.issue(*number).is_some_and(|it| it["state"] == "open");
        is_open && extra["head"] == body["head"] && extra["base"] == body["base"]
    };
    if repo.pulls.iter().any(is_open) {
        return Some(invalid("A pull request already exists for these branches."));
    }
    let number = world.add_pull(name, body.clone(), now);
    let pull = world.repos.get(name)?.pull(number)?;
    Some(Answer::status(StatusCode::CREATED, pull))
}

fn merge_pull(
    world: &mut World,
    name: &str,
    number: u64,
    body: &Value,
    now: DateTime<Utc>,
) -> Option<Answer> {
    let pull = world.repos.get(name)?.pull(number)?;
    if pull["state"] != "open" {
        let said = "Pull Request is not mergeable";
        return Some(Answer::refused(StatusCode::METHOD_NOT_ALLOWED, said));
    }
    if body
        .get("sha")
        .is_some_and(|sha| *sha != pull["head"]["sha"])
    {
        let said = "Head branch was modified. Review and try the merge again.";
        return Some(Answer::refused(StatusCode::CONFLICT, said));
    }
    let (head, base) = (pull["head"]["ref"].as_str()?, pull["base"]["ref"].as_str()?);
    let repo = world.repos.get_mut(name)?;
    let merged = repo.branches.get(head)?.files.clone();
    repo.branches.get_mut(base)?.files.extend(merged);
    repo.pulls.get_mut(&number)?["merged_at"] = written(now);
    let closed = json!({
        "state": "closed", "closed_at": written(now), "updated_at": written(now),
    });
    world.amend(name, number, closed);
    let message = format!("Merge pull request #{number}");
    world.commit(name, base, &message, None, now);
    Some(json!({"merged": true, "message": "Pull Request successfully merged"}).into())
}
