//! Live questions to GitHub.

use super::files::content;
use super::http::{in_path, query as in_query};
use super::looking::{numbered, repo_of, text};
use super::readers::admit;
use super::searching;
use crate::connectors::field::Arguments;
use crate::connectors::operation::{LookError, Query};
use crate::connectors::{Readable, undeclared};
use crate::net::json_api::{ApiError, JsonApi};
use serde_json::{Value, json};

/// Of a file or a diff: more than this no model reads well.
const MOST_CHARS: usize = 60_000;

pub async fn answer(
    api: &JsonApi,
    query: &'static Query,
    arguments: &Arguments,
    readable: &Readable,
) -> Result<Value, LookError> {
    admit(api, arguments, readable).await?;
    match query.name {
        "get_file" => file(api, arguments).await,
        "list_directory" => directory(api, arguments).await,
        "search_code" => {
            let found = searching::code(api, arguments, readable).await?;
            Ok(listed(&found, &["path", "html_url"], true))
        }
        "search_issues" => {
            let found = searching::issues(api, arguments, readable).await?;
            let fields = ["number", "title", "state", "html_url", "updated_at", "user"];
            Ok(listed(&found, &fields, false))
        }
        "get_issue" => issue(api, arguments).await,
        "get_pull_request" => pull(api, arguments).await,
        other => Err(undeclared(other).into()),
    }
}

fn missing<T>(field: &str, what: &str) -> Result<T, LookError> {
    let said = format!("GitHub has no {what}, or the key does not open it.");
    Err(LookError::problem(field, said))
}

/// A text no longer than is useful, and whether it is whole.
fn capped(text: &str) -> (String, bool) {
    let short: String = text.chars().take(MOST_CHARS).collect();
    let is_whole = short.len() == text.len();
    (short, is_whole)
}

async fn file(api: &JsonApi, arguments: &Arguments) -> Result<Value, LookError> {
    let (repo, path) = (repo_of(arguments)?, text(arguments, "path"));
    let found = match content(api, &repo, path, text(arguments, "ref")).await {
        // A directory is answered with a list.
        Err(ApiError::Unreadable(_)) => {
            let said = format!("{path} is a directory; use list_directory.");
            return Err(LookError::problem("path", said));
        }
        found => found?,
    };
    let Some(file) = found else {
        return missing("path", &format!("{path} in {}", repo.full_name));
    };
    let Some(whole) = file.text() else {
        let said = format!("{path} is no text, or too large ({} bytes).", file.size);
        return Err(LookError::problem("path", said));
    };
    let (content, is_whole) = capped(&whole);
    Ok(json!({
        "path": path, "content": content, "is_whole": is_whole, "url": file.html_url,
    }))
}

async fn directory(api: &JsonApi, arguments: &Arguments) -> Result<Value, LookError> {
    let (repo, path) = (repo_of(arguments)?, text(arguments, "path"));
    let at = match text(arguments, "ref") {
        "" => String::new(),
        at => in_query(&[("ref", at)]),
    };
    let address = repo.path(format_args!("/contents/{}?{at}", in_path(path)));
    let found: Value = match api.get(&address, &[]).await {
        Err(ApiError::NotFound) => {
            return missing("path", &format!("{path:?} in {}", repo.full_name));
        }
        found => found?,
    };
    Ok(chosen(&found, &["name", "type", "size"]))
}

fn listed(found: &Value, fields: &[&str], with_repository: bool) -> Value {
    let mut items = chosen(&found["items"], fields);
    if with_repository && let Some(items) = items.as_array_mut() {
        for (item, whole) in items
            .iter_mut()
            .zip(found["items"].as_array().into_iter().flatten())
        {
            item["repository"] = whole["repository"]["full_name"].clone();
        }
    }
    json!({
        "found": items,
        "found_in_all": found["total_count"],
        "is_complete": found["incomplete_results"] == false,
    })
}

/// Of each item the fields that matter; of people only their login.
fn chosen(items: &Value, fields: &[&str]) -> Value {
    let one = |item: &Value| {
        let fields = fields.iter().map(|field| {
            let value = &item[*field];
            let value = value.get("login").unwrap_or(value);
            ((*field).to_owned(), value.clone())
        });
        Value::Object(fields.collect())
    };
    match items.as_array() {
        Some(items) => items.iter().map(one).collect(),
        None => one(items),
    }
}

const COMMENT: [&str; 4] = ["id", "user", "created_at", "body"];

async fn issue(api: &JsonApi, arguments: &Arguments) -> Result<Value, LookError> {
    let key = numbered(arguments, "issue")?;
    let found: Value = match api.get(&key.issue(""), &[]).await {
        Err(ApiError::NotFound) => return missing("issue", &format!("issue {key}")),
        found => found?,
    };
    let (comments, is_whole) = first(api, &key.issue("/comments")).await?;
    let fields = [
        "number",
        "title",
        "body",
        "state",
        "state_reason",
        "user",
        "html_url",
        "comments",
        "created_at",
        "updated_at",
        "closed_at",
    ];
    let mut shown = chosen(&found, &fields);
    shown["labels"] = names(&found["labels"], "name");
    shown["assignees"] = names(&found["assignees"], "login");
    shown["comments"] = chosen(&comments, &COMMENT);
    shown["comments_are_whole"] = json!(is_whole);
    Ok(shown)
}

/// The first hundred of a list, and whether that is all of it.
async fn first(api: &JsonApi, path: &str) -> Result<(Value, bool), ApiError> {
    let many = in_query(&[("per_page", "100")]);
    let listed = api.page::<Vec<Value>>(path, &many).await?;
    Ok((Value::Array(listed.items), listed.next.is_none()))
}

fn names(items: &Value, field: &str) -> Value {
    let items = items.as_array().into_iter().flatten();
    items.map(|item| item[field].clone()).collect()
}

async fn pull(api: &JsonApi, arguments: &Arguments) -> Result<Value, LookError> {
    let key = numbered(arguments, "pull_request")?;
    let found: Value = match api.get(&key.pull(""), &[]).await {
        Err(ApiError::NotFound) => {
            return missing("pull_request", &format!("pull request {key}"));
        }
        found => found?,
    };
    let (reviews, all_reviews) = first(api, &key.pull("/reviews")).await?;
    let (comments, all_comments) = first(api, &key.issue("/comments")).await?;
    let diff = api.text(&key.pull(""), "application/vnd.github.diff").await;
    let (diff, is_whole) = match diff {
        Ok(diff) => capped(&diff),
        // GitHub makes no diff of what is too large for one.
        Err(ApiError::Refused { .. }) => (String::new(), false),
        Err(error) => return Err(error.into()),
    };
    let fields = [
        "number",
        "title",
        "body",
        "state",
        "draft",
        "merged",
        "mergeable",
        "user",
        "html_url",
        "additions",
        "deletions",
        "changed_files",
        "created_at",
        "updated_at",
    ];
    let mut shown = chosen(&found, &fields);
    shown["head"] = found["head"]["ref"].clone();
    shown["base"] = found["base"]["ref"].clone();
    shown["requested_reviewers"] = names(&found["requested_reviewers"], "login");
    shown["reviews"] = chosen(&reviews, &["user", "state", "body", "submitted_at"]);
    shown["reviews_are_whole"] = json!(all_reviews);
    shown["comments"] = chosen(&comments, &COMMENT);
    shown["comments_are_whole"] = json!(all_comments);
    shown["diff"] = json!(diff);
    shown["diff_is_whole"] = json!(is_whole);
    Ok(shown)
}
