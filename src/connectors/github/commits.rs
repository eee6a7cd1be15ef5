//! Commits of a repository's default branch. What came since the last run is asked for by
//! comparing, not by date: a commit may be pushed long after it was made.

use super::http::{in_path, query};
use super::repositories::odd;
use super::rows;
use super::walk::{BEHIND, Mark, Turn, Visit, Within};
use super::wire::Commit;
use crate::connectors::tracker::without_nul;
use crate::connectors::{ConnectorError, Page};
use crate::net::json_api::ApiError;
use serde::Deserialize;
use serde_json::Value;

pub async fn read(visit: Visit<'_>, page: &mut Page) -> Result<Turn, ConnectorError> {
    // A comparison that has begun is gone on with; a list too.
    match (&visit.before.head, &visit.within) {
        (Some(known), within) if within.as_ref().is_none_or(|it| it.mark.head.is_none()) => {
            match compared(&visit, page, known).await {
                // The branch was rewritten, so what was known is not in it any more.
                Err(ConnectorError::Api(ApiError::NotFound)) if visit.within.is_none() => {
                    listed(&visit, page).await
                }
                turn => turn,
            }
        }
        _ => listed(&visit, page).await,
    }
}

#[derive(Deserialize)]
struct Comparison {
    commits: Vec<Value>,
}

async fn compared(visit: &Visit<'_>, page: &mut Page, known: &str) -> Result<Turn, ConnectorError> {
    let path = format!("/compare/{known}...{}", in_path(&visit.stop.branch));
    let asked = visit.within.as_ref().and_then(|it| it.query.clone());
    let asked = asked.unwrap_or_else(|| query(&[("per_page", "100"), ("page", "1")]));
    let found = visit
        .api
        .page::<Comparison>(&visit.repo.path(path), &asked)
        .await?;
    // The oldest first, so the last one of the last page is the branch's head.
    let head = add(visit, page, found.items.commits)?.pop();
    Ok(match found.next {
        Some(query) => Turn::Further(Within {
            query: Some(query),
            ..Within::default()
        }),
        None => Turn::Done(done(visit, head.or_else(|| Some(known.to_owned())))),
    })
}

async fn listed(visit: &Visit<'_>, page: &mut Page) -> Result<Turn, ConnectorError> {
    let within = visit.within.clone().unwrap_or_default();
    let first = || query(&[("sha", &visit.stop.branch), ("per_page", "100")]);
    let asked = within.query.unwrap_or_else(first);
    let found = visit
        .api
        .page::<Vec<Value>>(&visit.repo.path("/commits"), &asked)
        .await?;
    let shas = add(visit, page, found.items)?;
    // The latest first.
    let head = within.mark.head.or_else(|| shas.into_iter().next());
    Ok(match found.next {
        Some(query) => Turn::Further(Within {
            query: Some(query),
            mark: Mark {
                head,
                ..Mark::default()
            },
            ..Within::default()
        }),
        None => Turn::Done(done(visit, head)),
    })
}

fn done(visit: &Visit<'_>, head: Option<String>) -> Mark {
    // Of a push just now there may be another one within its very second.
    let settled = visit.asked.now - BEHIND;
    Mark {
        head,
        pushed_at: visit.stop.pushed_at.filter(|at| *at < settled),
        ..Mark::default()
    }
}

/// Adds commits to the page; returns their names in the same order.
fn add(
    visit: &Visit<'_>,
    page: &mut Page,
    nodes: Vec<Value>,
) -> Result<Vec<String>, ConnectorError> {
    let mut shas = Vec::with_capacity(nodes.len());
    for mut node in nodes {
        without_nul(&mut node);
        let commit = Commit::deserialize(&node).map_err(odd)?;
        shas.push(commit.sha.clone());
        let row = rows::commit(visit, commit, &node);
        page.rows.commits.extend(row);
    }
    Ok(shas)
}
