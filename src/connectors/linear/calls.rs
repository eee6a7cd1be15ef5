//! The calls about a single issue or comment, and what they bring.

use super::graphql::ask;
use super::wire::{Issue, Named};
use crate::net::json_api::{ApiError, JsonApi};
use serde::Deserialize;
use serde_json::json;

/// What is read of an issue wherever one is looked at or changed.
macro_rules! issue_fields {
    () => {
        "id identifier title description url priority estimate dueDate trashed
        startedAt completedAt canceledAt archivedAt autoArchivedAt createdAt updatedAt
        state { id name type } team { id name private } project { id name }
        assignee { id name } creator { id name } labels(first: 50) { nodes { id name } }"
    };
}

const ISSUE: &str = concat!(
    "query Issue($id: String!) { issue(id: $id) { ",
    issue_fields!(),
    " } }"
);
pub const CREATE: &str = concat!(
    "mutation Create($input: IssueCreateInput!) { done: issueCreate(input: $input) {
        success issue { ",
    issue_fields!(),
    " } } }"
);
pub const UPDATE: &str = concat!(
    "mutation Update($id: String!, $input: IssueUpdateInput!) {
        done: issueUpdate(id: $id, input: $input) { success issue { ",
    issue_fields!(),
    " } } }"
);
pub const ARCHIVE: &str = "mutation Archive($id: String!) {
    done: issueArchive(id: $id) { success }
}";
pub const UNARCHIVE: &str = "mutation Unarchive($id: String!) {
    done: issueUnarchive(id: $id) { success }
}";
const COMMENT: &str = "query Comment($id: String) {
    comment(id: $id) { id body url user { id name } issue { identifier title } }
}";
pub const CREATE_COMMENT: &str = "mutation CreateComment($input: CommentCreateInput!) {
    done: commentCreate(input: $input) { success comment { id url } }
}";
pub const DELETE_COMMENT: &str = "mutation DeleteComment($id: String!) {
    done: commentDelete(id: $id) { success }
}";

/// What came of a change.
#[derive(Deserialize)]
pub struct Done {
    pub done: Payload,
}

#[derive(Deserialize)]
pub struct Payload {
    pub success: bool,
    pub issue: Option<Issue>,
    pub comment: Option<Written>,
}

/// A comment, as far as it matters.
#[derive(Deserialize)]
pub struct Written {
    pub id: String,
    #[serde(default)]
    pub body: String,
    pub url: Option<String>,
    pub user: Option<Named>,
    pub issue: Option<Commented>,
}

#[derive(Deserialize)]
pub struct Commented {
    pub identifier: String,
    pub title: String,
}

pub async fn issue(api: &JsonApi, id: &str) -> Result<Issue, ApiError> {
    #[derive(Deserialize)]
    struct Data {
        issue: Issue,
    }
    let data: Data = ask(api, ISSUE, json!({"id": id})).await?;
    // Of private teams Penny knows nothing, whoever's key she uses.
    match data.issue.team.private {
        true => Err(ApiError::NotFound),
        false => Ok(data.issue),
    }
}

pub async fn comment(api: &JsonApi, id: &str) -> Result<Written, ApiError> {
    #[derive(Deserialize)]
    struct Data {
        comment: Written,
    }
    let data: Data = ask(api, COMMENT, json!({"id": id})).await?;
    Ok(data.comment)
}
