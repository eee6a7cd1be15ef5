//! What the stand-in for GitHub shows.

use super::routes::{Answer, Asked};
use super::search;
use super::world::{OWN_LOGIN, Repo, World, sha_of};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// None: there is no such thing.
pub fn answer(world: &World, asked: &Asked) -> Option<Answer> {
    match asked.parts().as_slice() {
        ["user"] => Some(world.user(OWN_LOGIN).into()),
        ["users", login] => Some(world.user(login))
            .filter(|it| !it.is_null())
            .map(Answer::from),
        ["user", "repos"] => {
            let repos = world.repos.values().map(|it| it.shown.clone());
            Some(asked.page(repos.collect()))
        }
        ["orgs", _, "members"] => Some(asked.page(world.users(|user| !is_guest(user)))),
        ["search", kind] => Some(search::answer(
            world,
            kind,
            asked.wants("q").unwrap_or_default(),
        )),
        ["repos", owner, name, rest @ ..] => {
            let repo = world.repos.get(&format!("{owner}/{name}"))?;
            if let Some(status) = repo.blocked {
                return Some(Answer::blocked(status));
            }
            within(world, repo, rest, asked)
        }
        _ => None,
    }
}

fn within(world: &World, repo: &Repo, rest: &[&str], asked: &Asked) -> Option<Answer> {
    let number = |text: &str| text.parse::<u64>().ok();
    match rest {
        [] => Some(repo.shown.clone().into()),
        ["collaborators"] => Some(collaborators(world, repo, asked)),
        ["assignees", login] => {
            let is_there = !world.user(login).is_null();
            is_there.then(|| Answer::status(StatusCode::NO_CONTENT, Value::Null))
        }
        ["labels", name] => {
            let is_there = repo.labels.iter().any(|it| it == name);
            is_there.then(|| json!({"name": name}).into())
        }
        ["issues"] => Some(asked.page(issues(repo, asked))),
        ["issues", "comments", id] => {
            let found = repo
                .comments
                .iter()
                .find(|it| it["id"] == number(id).unwrap_or(0));
            found.cloned().map(Answer::from)
        }
        ["issues", on] => repo.issue(number(on)?).cloned().map(Answer::from),
        ["issues", on, "comments"] => {
            let on = number(on)?;
            let comments = repo.comments.iter().filter(|it| it["issue"] == on);
            Some(asked.page(comments.cloned().collect()))
        }
        ["pulls"] => Some(asked.page(pulls(repo, asked))),
        ["pulls", on] if asked.accept.ends_with(".diff") => {
            let pull = repo.pull(number(on)?)?;
            Some(Answer {
                text: Some(format!(
                    "diff --git a/{0} b/{0}\n+new\n",
                    pull["head"]["ref"]
                )),
                ..Value::Null.into()
            })
        }
        ["pulls", on] => repo.pull(number(on)?).map(Answer::from),
        ["pulls", on, "reviews"] => {
            let on = number(on)?;
            let reviews = repo.reviews.iter().filter(|it| it["pull"] == on);
            Some(asked.page(reviews.cloned().collect()))
        }
        ["commits"] => Some(commits(repo, asked)),
        ["compare", both @ ..] => compare(repo, &both.join("/"), asked),
        ["git", "ref", "heads", branch @ ..] => {
            let branch = branch.join("/");
            let head = repo.branches.get(&branch)?.head();
            let name = format!("refs/heads/{branch}");
            Some(json!({"ref": name, "object": {"sha": head, "type": "commit"}}).into())
        }
        ["contents", path @ ..] => contents(repo, &path.join("/"), asked),
        _ => None,
    }
}

fn is_guest(user: &Value) -> bool {
    user["is_guest"] == true
}

fn collaborators(world: &World, repo: &Repo, asked: &Asked) -> Answer {
    let Some(readers) = &repo.readers else {
        let said = "Must have push access to view repository collaborators.";
        return Answer::refused(StatusCode::FORBIDDEN, said);
    };
    let only_guests = asked.wants("affiliation") == Some("outside");
    let mut listed = world.users(|user| {
        let is_reader = user["login"]
            .as_str()
            .is_some_and(|it| readers.contains(it));
        is_reader && (is_guest(user) || !only_guests)
    });
    for user in &mut listed {
        user["permissions"] = json!({"pull": true, "push": false, "admin": false});
    }
    asked.page(listed)
}

fn issues(repo: &Repo, asked: &Asked) -> Vec<Value> {
    let since = asked.wants("since").unwrap_or_default();
    let issues = repo.issues.iter().filter(|it| {
        let is_wanted = asked.wants("state") == Some("all") || it["state"] == "open";
        is_wanted && it["updated_at"].as_str().unwrap_or_default() >= since
    });
    sorted(issues.cloned().collect(), asked)
}

fn pulls(repo: &Repo, asked: &Asked) -> Vec<Value> {
    let head = asked.wants("head").and_then(|it| it.split_once(':'));
    let numbers = repo.pulls.keys();
    let pulls = numbers
        .filter_map(|number| repo.pull(*number))
        .filter(|it| {
            let is_wanted = asked.wants("state") == Some("all") || it["state"] == "open";
            let is_head = head.is_none_or(|(_, branch)| it["head"]["ref"] == branch);
            let is_base = asked
                .wants("base")
                .is_none_or(|base| it["base"]["ref"] == base);
            is_wanted && is_head && is_base
        });
    sorted(pulls.collect(), asked)
}

/// The latest first, unless asked otherwise.
fn sorted(mut items: Vec<Value>, asked: &Asked) -> Vec<Value> {
    let by = match asked.wants("sort") {
        Some("updated") => "updated_at",
        _ => "created_at",
    };
    items.sort_by_key(|it| (it[by].to_string(), it["number"].as_u64()));
    if asked.wants("direction") != Some("asc") {
        items.reverse();
    }
    items
}

fn commits(repo: &Repo, asked: &Asked) -> Answer {
    let branch = asked.wants("sha").unwrap_or("main");
    match repo.branches.get(branch) {
        Some(branch) if !branch.commits.is_empty() => {
            asked.page(branch.commits.iter().rev().cloned().collect())
        }
        _ => Answer::refused(StatusCode::CONFLICT, "Git Repository is empty."),
    }
}

fn compare(repo: &Repo, both: &str, asked: &Asked) -> Option<Answer> {
    let (from, to) = both.split_once("...")?;
    let commits = &repo.branches.get(to)?.commits;
    let known = commits.iter().position(|it| it["sha"] == from)?;
    let page = asked.page(commits[known + 1..].to_vec());
    Some(Answer {
        body: json!({"status": "ahead", "commits": page.body}),
        ..page
    })
}

fn contents(repo: &Repo, path: &str, asked: &Asked) -> Option<Answer> {
    let branch = repo.branches.get(asked.wants("ref").unwrap_or("main"))?;
    let name = &repo.shown["full_name"].as_str().unwrap_or_default();
    if let Some(text) = branch.files.get(path) {
        let link = format!("https://github.com/{name}/blob/main/{path}");
        // Broken into lines, as GitHub does.
        let encoded = STANDARD.encode(text);
        let lines: Vec<_> = encoded
            .as_bytes()
            .chunks(60)
            .map(String::from_utf8_lossy)
            .collect();
        return Some(
            json!({
                "type": "file", "encoding": "base64", "content": lines.join("\n"),
                "size": text.len(), "path": path, "sha": sha_of(text), "html_url": link,
            })
            .into(),
        );
    }
    let within = match path {
        "" => String::new(),
        path => format!("{path}/"),
    };
    let inside = branch.files.iter().filter_map(|(file, text)| {
        let name = file.strip_prefix(&within)?;
        Some(match name.split_once('/') {
            Some((directory, _)) => json!({"name": directory, "type": "dir", "size": 0}),
            None => json!({"name": name, "type": "file", "size": text.len()}),
        })
    });
    let mut inside: Vec<Value> = inside.collect();
    inside.dedup();
    (!inside.is_empty()).then(|| Value::Array(inside).into())
}
