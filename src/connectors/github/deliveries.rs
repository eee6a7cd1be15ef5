//! What GitHub tells by itself, through a hook of a repository, an organisation or an app.

use super::repositories::odd;
use crate::connectors::deliveries::{
    Addressee, Encoding, EventKind, Happened, Heard, Listen, Part, Piece, Place, Proof, Said,
    SharedSecret, Signature,
};
use crate::connectors::{ConnectorError, Gone};
use serde_json::{Value, json};

/// GitHub does not say when it sent a delivery; one that comes twice is known by its bytes.
pub const SIGNATURE: Signature = Signature {
    header: "x-hub-signature-256",
    prefix: "sha256=",
    encoding: Encoding::Hex,
    over: &[Piece::Body],
    fresh: None,
};

pub static LISTEN: Listen = Listen {
    proof: Proof::Shared(SIGNATURE, SharedSecret::Webhook),
    id_header: Some("x-github-delivery"),
    topic_header: Some("x-github-event"),
    events: &[
        event("issue.changed", "Something about an issue, not its status."),
        event("issue.deleted", "An issue was deleted, or moved elsewhere."),
        event("issue.commented", "Somebody commented on an issue."),
        event("pull_request.opened", "A pull request was opened."),
        event("pull_request.merged", "A pull request was merged."),
        event("pull_request.closed", "A pull request was closed unmerged."),
        event("pull_request.changed", "Something else about one."),
        event(
            "pull_request.reviewed",
            "A review was given; review says which.",
        ),
        event("code.pushed", "Commits were pushed; branch, commits."),
    ],
};

const fn event(name: &'static str, about: &'static str) -> EventKind {
    EventKind { name, about }
}

/// A repository that has just got another name is known by its old one.
pub fn addressed(body: &[u8]) -> Result<Vec<Part>, ConnectorError> {
    let told: Value = serde_json::from_slice(body).map_err(odd)?;
    let mut names = Vec::new();
    if let Some(name) = told["repository"]["full_name"].as_str() {
        names.push(name.to_owned());
        let old = told["changes"]["repository"]["name"]["from"].as_str();
        let owner = name.split_once('/').map(|(owner, _)| owner);
        names.extend(owner.zip(old).map(|(owner, old)| format!("{owner}/{old}")));
    }
    let part = |name| Part {
        to: Addressee::Repository(name),
        payload: body.to_vec(),
    };
    Ok(names.into_iter().map(part).collect())
}

pub fn hear(said: &Said<'_>) -> Result<Vec<Heard>, ConnectorError> {
    let told: Value = serde_json::from_slice(said.payload).map_err(odd)?;
    let action = told["action"].as_str().unwrap_or_default();
    let event = match said.topic.unwrap_or_default() {
        "issues" => issue(action, &told),
        "issue_comment" if action == "created" => Some(about("issue.commented", &told, "issue")),
        "pull_request" => Some(pull(action, &told)),
        "pull_request_review" if action == "submitted" => {
            let mut reviewed = about("pull_request.reviewed", &told, "pull_request");
            reviewed.fields["review"] = told["review"]["state"].clone();
            Some(reviewed)
        }
        "push" => pushed(&told),
        "issue_comment" | "pull_request_review" | "create" | "delete" | "repository" => None,
        // Somebody may read it from now on, or no longer.
        "member" | "team_add" | "public" => None,
        // Such as the ping that greets a new hook.
        _ => return Ok(Vec::new()),
    };
    let gone = gone(said.topic, action, &told).map(Heard::Gone);
    let told = event.map(Heard::Event).into_iter().chain(gone);
    Ok(std::iter::once(Heard::Changed).chain(told).collect())
}

/// GitHub lists no issue that was deleted or moved elsewhere; this is all that is ever heard of it.
fn gone(topic: Option<&str>, action: &str, told: &Value) -> Option<Gone> {
    if topic != Some("issues") || !["deleted", "transferred"].contains(&action) {
        return None;
    }
    Some(Gone {
        table: "issues",
        source_id: key(told, "issue"),
    })
}

/// Such as acme/api#12.
fn key(told: &Value, what: &str) -> String {
    let repository = told["repository"]["full_name"].as_str().unwrap_or_default();
    format!("{repository}#{}", told[what]["number"])
}

fn issue(action: &str, told: &Value) -> Option<Happened> {
    let name = match action {
        // Reading tells of these, with what was before.
        "opened" | "closed" | "reopened" => return None,
        "deleted" | "transferred" => "issue.deleted",
        _ => "issue.changed",
    };
    Some(about(name, told, "issue"))
}

fn pull(action: &str, told: &Value) -> Happened {
    let is_merged = told["pull_request"]["merged"] == true;
    let name = match action {
        "opened" => "pull_request.opened",
        "closed" if is_merged => "pull_request.merged",
        "closed" => "pull_request.closed",
        _ => "pull_request.changed",
    };
    about(name, told, "pull_request")
}

/// An event about an issue or a pull request.
fn about(name: &'static str, told: &Value, what: &str) -> Happened {
    let record = &told[what];
    let repository = told["repository"]["full_name"].as_str().unwrap_or_default();
    let key = key(told, what);
    let labels = record["labels"].as_array().into_iter().flatten();
    let labels: Vec<&Value> = labels.map(|label| &label["name"]).collect();
    let fields = json!({
        "key": key, "title": record["title"], "url": record["html_url"],
        "repository": repository, "labels": labels,
        "author": record["user"]["login"], "assignee": record["assignee"]["login"],
        "by": told["sender"]["login"],
    });
    let at = record["updated_at"].as_str();
    Happened {
        source_id: Some(key),
        occurred_at: at.and_then(|at| at.parse().ok()),
        within: Some(Place::Repository(repository.to_owned())),
        ..Happened::new(name, fields)
    }
}

/// None: what was pushed is a tag, or a branch was deleted.
fn pushed(told: &Value) -> Option<Happened> {
    let branch = told["ref"].as_str()?.strip_prefix("refs/heads/")?;
    let commits = told["commits"].as_array()?;
    let repository = told["repository"]["full_name"].as_str()?;
    let fields = json!({
        "repository": repository, "branch": branch, "commits": commits.len(),
        "url": told["compare"], "by": told["sender"]["login"],
    });
    Some(Happened {
        source_id: Some(repository.to_owned()),
        within: Some(Place::Repository(repository.to_owned())),
        ..Happened::new("code.pushed", fields)
    })
    .filter(|_| !commits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(topic: &str, told: &Value) -> Vec<&'static str> {
        let payload = told.to_string();
        let said = Said {
            topic: Some(topic),
            payload: payload.as_bytes(),
        };
        let heard = hear(&said).unwrap().into_iter();
        heard
            .map(|one| match one {
                Heard::Changed => "changed",
                Heard::Gone(gone) => gone.table,
                Heard::Named(_) => "named",
                Heard::Event(event) => event.name,
            })
            .collect()
    }

    fn told(action: &str, what: &str, record: Value) -> Value {
        json!({"action": action, what: record, "repository": {"full_name": "acme/api"}})
    }

    #[test]
    fn what_became_of_an_issue_is_told_apart() {
        let labeled = told("labeled", "issue", json!({"number": 1}));
        assert_eq!(heard("issues", &labeled), ["changed", "issue.changed"]);
        for action in ["deleted", "transferred"] {
            let what = told(action, "issue", json!({"number": 1}));
            let gone = ["changed", "issue.deleted", "issues"];
            assert_eq!(heard("issues", &what), gone);
        }
        for action in ["opened", "closed", "reopened"] {
            let what = told(action, "issue", json!({"number": 1}));
            assert_eq!(heard("issues", &what), ["changed"], "reading tells of it");
        }
        let merged = told(
            "closed",
            "pull_request",
            json!({"number": 2, "merged": true}),
        );
        assert_eq!(
            heard("pull_request", &merged),
            ["changed", "pull_request.merged"]
        );
    }

    #[test]
    fn what_is_not_known_is_heard_without_a_word() {
        for topic in ["ping", "star", "workflow_run", "something_new"] {
            assert_eq!(heard(topic, &json!({"zen": "Keep it simple."})), [""; 0]);
        }
        assert_eq!(heard("push", &json!({"ref": "refs/tags/v1"})), ["changed"]);
    }

    #[test]
    fn a_renamed_repository_is_for_whoever_knew_it_by_its_old_name() {
        let told = json!({
            "action": "renamed", "repository": {"full_name": "acme/new"},
            "changes": {"repository": {"name": {"from": "old"}}},
        });
        let parts = addressed(told.to_string().as_bytes()).unwrap();
        let to: Vec<_> = parts.into_iter().map(|part| part.to).collect();
        let repository = |name: &str| Addressee::Repository(name.to_owned());
        assert_eq!(to, [repository("acme/new"), repository("acme/old")]);
    }
}
