//! The way back from each change that has one.

use super::looking::text;
use super::writing::start_of;
use crate::approvals::{Content, Effect};
use crate::connectors::field::{Arguments, NONE};
use crate::connectors::operation::Undo;
use serde_json::{Value, json};

pub fn undo(content: &Content, effect: &Effect) -> Option<Undo> {
    let arguments = &content.arguments;
    let id = || Some(json!(effect.id.as_ref()?));
    let same = |name: &str| arguments.get(name).cloned();
    match content.operation.name.as_str() {
        "create_issue" => way(
            "update_issue",
            [("issue", id()?), ("state", json!("not_planned"))],
        ),
        "create_pull_request" => way(
            "update_pull_request",
            [("pull_request", id()?), ("state", json!("closed"))],
        ),
        "update_issue" => back(content, "update_issue", "issue"),
        "update_pull_request" => back(content, "update_pull_request", "pull_request"),
        "comment_on_issue" => uncomment(text(arguments, "issue"), id()?),
        "comment_on_pull_request" => uncomment(text(arguments, "pull_request"), id()?),
        "create_branch" => way(
            "delete_branch",
            [
                ("repository", same("repository")?),
                ("branch", same("branch")?),
                ("commit", json!(start_of(arguments))),
            ],
        ),
        "write_file" | "delete_file" => file(content),
        _ => None,
    }
}

fn way<const N: usize>(operation: &'static str, arguments: [(&str, Value); N]) -> Option<Undo> {
    let arguments = arguments.map(|(name, value)| (name.to_owned(), value));
    Some(Undo {
        operation,
        arguments: Arguments::from_iter(arguments),
    })
}

/// The same operation with the fields as they were.
fn back(content: &Content, operation: &'static str, id: &str) -> Option<Undo> {
    let mut arguments = content.before.clone()?;
    arguments.insert(id.to_owned(), content.arguments.get(id)?.clone());
    Some(Undo {
        operation,
        arguments,
    })
}

fn uncomment(on: &str, comment: Value) -> Option<Undo> {
    let (repository, _) = on.rsplit_once('#')?;
    let repository = json!(repository);
    way(
        "delete_comment",
        [("repository", repository), ("comment", comment)],
    )
}

fn file(content: &Content) -> Option<Undo> {
    let before = content.before.as_ref()?.get("content")?;
    let was_there = before != NONE;
    let path = text(&content.arguments, "path");
    let same = |name: &str| content.arguments.get(name).cloned();
    let mut arguments = Arguments::from_iter([
        ("repository".to_owned(), same("repository")?),
        ("path".to_owned(), same("path")?),
        ("branch".to_owned(), same("branch")?),
    ]);
    let (operation, message) = match was_there {
        true => {
            arguments.insert("content".to_owned(), before.clone());
            ("write_file", format!("Restore {path}"))
        }
        false => ("delete_file", format!("Remove {path} again")),
    };
    arguments.insert("message".to_owned(), json!(message));
    Some(Undo {
        operation,
        arguments,
    })
}
