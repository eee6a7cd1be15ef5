//! Issues of a repository, the oldest change first, so that what changes while they are read
//! comes at the end.

use super::http::query;
use super::repositories::odd;
use super::rows;
use super::walk::{BEHIND, Mark, Turn, Visit, Within};
use super::wire::Issue;
use crate::connectors::tracker::without_nul;
use crate::connectors::{ConnectorError, Page};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::Value;

pub async fn read(visit: Visit<'_>, page: &mut Page) -> Result<Turn, ConnectorError> {
    let within = visit.within.clone().unwrap_or_else(|| Within {
        mark: visit.before.clone(),
        ..Within::default()
    });
    let since = within.mark.since;
    let asked = within.query.unwrap_or_else(|| from(since));
    let listed = visit
        .api
        .page::<Vec<Value>>(&visit.repo.path("/issues"), &asked)
        .await?;
    let mut reached = since;
    for mut node in listed.items {
        without_nul(&mut node);
        let issue = Issue::deserialize(&node).map_err(odd)?;
        reached = reached.max(Some(issue.updated_at));
        // Pull requests are issues to GitHub, and have a table of their own.
        if issue.pull_request.is_none() {
            let row = rows::issue(&visit, issue, &node);
            page.rows.issues.push(row);
        }
    }
    let mark = Mark {
        since: reached,
        ..Mark::default()
    };
    Ok(match listed.next {
        // From the moment reached, which may hold more than this page showed: going on by page
        // numbers would miss what a change meanwhile pushes forward.
        Some(_) if reached > since => Turn::Further(Within {
            mark,
            ..Within::default()
        }),
        // A whole page of one moment.
        Some(query) => Turn::Further(Within {
            query: Some(query),
            mark,
            ..Within::default()
        }),
        None => Turn::Done(Mark {
            since: reached
                .map(|reached| reached - BEHIND)
                .max(visit.before.since),
            ..mark
        }),
    })
}

fn from(since: Option<DateTime<Utc>>) -> String {
    let since = since.map(|since| since.to_rfc3339_opts(SecondsFormat::Secs, true));
    let mut pairs = vec![
        ("state", "all"),
        ("sort", "updated"),
        ("direction", "asc"),
        ("per_page", "100"),
    ];
    if let Some(since) = &since {
        pairs.push(("since", since));
    }
    query(&pairs)
}
