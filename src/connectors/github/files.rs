//! Branches and files as they are, and what an operation would change of them.

use super::http::Repo;
use super::looking::{new_thing, repo_of, repository, text};
use crate::connectors::field::{Arguments, NONE, name_of, named};
use crate::connectors::operation::{Look, LookError};
use crate::net::json_api::{ApiError, JsonApi};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, json};

#[derive(Deserialize)]
struct Reference {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    sha: String,
}

/// The last commit of a branch; none where there is no such branch.
pub async fn head(api: &JsonApi, repo: &Repo, branch: &str) -> Result<Option<String>, ApiError> {
    match api.get::<Reference>(&repo.branch(branch), &[]).await {
        Err(ApiError::NotFound) => Ok(None),
        found => Ok(Some(found?.object.sha)),
    }
}

pub async fn existing_head(
    api: &JsonApi,
    repo: &Repo,
    field: &str,
    branch: &str,
) -> Result<String, LookError> {
    head(api, repo, branch).await?.ok_or_else(|| {
        let said = format!("{} has no branch {branch:?}.", repo.full_name);
        LookError::problem(field, said)
    })
}

pub async fn new_branch(api: &JsonApi, given: &Arguments) -> Result<Look, LookError> {
    let repo = repo_of(given)?;
    let branch = text(given, "branch").trim();
    let default = repository(api, &repo).await?.default_branch;
    if head(api, &repo, branch).await?.is_some() {
        let said = format!("{} has a branch {branch:?} already.", repo.full_name);
        return Err(LookError::problem("branch", said));
    }
    let mut arguments = given.clone();
    let from = given.get("from");
    // Once it is sealed it starts from that commit, however far its branch goes on.
    if from.and_then(|from| from.get("id")).is_none() {
        let from = from.and_then(name_of).unwrap_or(&default).to_owned();
        let sha = existing_head(api, &repo, "from", &from).await?;
        arguments.insert("from".to_owned(), named(&sha, &from));
    }
    let name = format!("{}: {branch}", repo.full_name);
    Ok(new_thing("branch", name, arguments))
}

pub async fn old_branch(api: &JsonApi, given: &Arguments) -> Result<Look, LookError> {
    let (repo, branch) = (repo_of(given)?, text(given, "branch"));
    let sha = existing_head(api, &repo, "branch", branch).await?;
    if sha != text(given, "commit") {
        let said = format!("{branch:?} has further commits by now; it ends in {sha}.");
        return Err(LookError::problem("commit", said));
    }
    let name = format!("{}: {branch}", repo.full_name);
    Ok(Look {
        before: Some(Map::from_iter([("ends_in".to_owned(), json!(sha))])),
        ..new_thing("branch", name, given.clone())
    })
}

/// A file as it is on a branch.
#[derive(Deserialize)]
pub struct Content {
    pub sha: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    encoding: String,
    pub html_url: Option<String>,
    #[serde(default)]
    pub size: u64,
}

impl Content {
    /// None: it is no text, or too large for GitHub to hand out like this.
    pub fn text(&self) -> Option<String> {
        if self.encoding != "base64" {
            return None;
        }
        let letters: String = self.content.split_whitespace().collect();
        String::from_utf8(STANDARD.decode(letters).ok()?).ok()
    }
}

pub async fn content(
    api: &JsonApi,
    repo: &Repo,
    path: &str,
    branch: &str,
) -> Result<Option<Content>, ApiError> {
    let query: &[_] = match branch {
        "" => &[],
        branch => &[("ref", branch)],
    };
    match api.get(&repo.file(path), query).await {
        Err(ApiError::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

pub async fn file(api: &JsonApi, operation: &str, given: &Arguments) -> Result<Look, LookError> {
    let (repo, path, branch) = (repo_of(given)?, text(given, "path"), text(given, "branch"));
    existing_head(api, &repo, "branch", branch).await?;
    let found = content(api, &repo, path, branch).await?;
    let problem = |said: String| Err(LookError::problem("path", said));
    let before = match &found {
        None if operation == "delete_file" => {
            return problem(format!("There is no {path} on {branch}."));
        }
        None => json!(NONE),
        Some(file) => match file.text() {
            Some(text) => json!(text),
            None => {
                return problem(format!(
                    "{path} is no text, or too large to be edited here."
                ));
            }
        },
    };
    let mut before = Map::from_iter([("content".to_owned(), before)]);
    if let Some(file) = &found {
        before.insert("sha".to_owned(), json!(file.sha));
    }
    let name = format!("{}: {path} on {branch}", repo.full_name);
    let mut look = new_thing("file", name, given.clone());
    look.target.id = found.as_ref().map(|file| file.sha.clone());
    look.target.link = found.and_then(|file| file.html_url);
    look.before = Some(before);
    Ok(look)
}
