//! Live questions to Linear.

use super::calls::issue;
use super::graphql::ask;
use crate::connectors::field::Arguments;
use crate::connectors::operation::{LookError, Query};
use crate::connectors::undeclared;
use crate::net::json_api::{ApiError, JsonApi};
use serde_json::{Value, json};

const SEARCH: &str = "query Search($term: String!) {
    searchIssues(term: $term, first: 25, includeComments: true) {
        totalCount
        nodes {
            identifier title url updatedAt priorityLabel
            state { name } assignee { name } team { name private }
        }
    }
}";

const COMMENTS: &str = "query Comments($id: String!) {
    issue(id: $id) {
        id identifier title description url priorityLabel estimate dueDate createdAt updatedAt
        state { name } team { name } project { name } assignee { name } creator { name }
        labels(first: 50) { nodes { name } }
        comments(first: 100) {
            nodes { id body createdAt url user { name } }
            pageInfo { hasNextPage }
        }
    }
}";

pub async fn answer(
    api: &JsonApi,
    query: &'static Query,
    arguments: &Arguments,
) -> Result<Value, LookError> {
    let argument = |name| {
        arguments
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match query.name {
        "search_issues" => {
            let mut found: Value = ask(api, SEARCH, json!({"term": argument("text")})).await?;
            let mut found = found["searchIssues"].take();
            if let Some(issues) = found["nodes"].as_array_mut() {
                issues.retain(|issue| issue["team"]["private"] != true);
            }
            Ok(json!({"issues": found["nodes"], "found_in_all": found["totalCount"]}))
        }
        "get_issue" => {
            let id = argument("issue");
            match issue(api, id).await {
                Err(ApiError::NotFound) => {
                    let said = format!("Linear has no issue {id:?}.");
                    Err(LookError::problem("issue", said))
                }
                Err(error) => Err(error.into()),
                Ok(issue) => {
                    let mut found: Value = ask(api, COMMENTS, json!({"id": issue.id})).await?;
                    Ok(found["issue"].take())
                }
            }
        }
        other => Err(undeclared(other).into()),
    }
}
