//! Pull requests of a repository, the latest change first, down to where the last run began.

use super::http::{Numbered, query};
use super::repositories::odd;
use super::rows;
use super::walk::{BEHIND, Mark, Turn, Visit, Within};
use super::wire::{Pull, Review};
use crate::connectors::tracker::without_nul;
use crate::connectors::{ConnectorError, Page};
use crate::net::json_api::{ApiError, JsonApi};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

/// When a repository is first read, the reviews and sizes of what was closed longer ago than this
/// are left out: they cost two calls each, of a few thousand an hour.
const RECENT: TimeDelta = TimeDelta::days(90);

pub async fn read(visit: Visit<'_>, page: &mut Page) -> Result<Turn, ConnectorError> {
    let since = visit.before.since;
    let within = visit.within.clone().unwrap_or_default();
    let first = || {
        let latest = [("state", "all"), ("sort", "updated"), ("direction", "desc")];
        query(&[&latest[..], &[("per_page", "50")]].concat())
    };
    let asked = within.query.unwrap_or_else(first);
    let listed = visit
        .api
        .page::<Vec<Value>>(&visit.repo.path("/pulls"), &asked)
        .await?;
    let mut newest = within.mark.since;
    let mut is_over = false;
    for mut node in listed.items {
        without_nul(&mut node);
        let pull = Pull::deserialize(&node).map_err(odd)?;
        newest = newest.max(Some(pull.updated_at));
        if since.is_some_and(|since| pull.updated_at < since) {
            is_over = true;
            break;
        }
        add(&visit, page, pull, node).await?;
    }
    let mark = Mark {
        since: newest,
        ..Mark::default()
    };
    Ok(match listed.next.filter(|_| !is_over) {
        Some(query) => Turn::Further(Within {
            query: Some(query),
            mark,
        }),
        None => Turn::Done(Mark {
            since: newest.map(|newest| newest - BEHIND).max(since),
            ..mark
        }),
    })
}

async fn add(
    visit: &Visit<'_>,
    page: &mut Page,
    mut pull: Pull,
    mut node: Value,
) -> Result<(), ConnectorError> {
    let mut reviews = Vec::new();
    if visit.before.since.is_some() || is_fresh(&pull, visit.asked.now) {
        let key = Numbered {
            repo: visit.repo.clone(),
            number: pull.number,
        };
        match one(visit.api, &key).await {
            Ok((whole, read)) => {
                node = whole;
                without_nul(&mut node);
                pull = Pull::deserialize(&node).map_err(odd)?;
                reviews = read;
            }
            Err(ApiError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    let row = rows::pull(visit, pull, &reviews, &node);
    page.rows.pull_requests.push(row);
    Ok(())
}

fn is_fresh(pull: &Pull, now: DateTime<Utc>) -> bool {
    pull.state == "open" || pull.updated_at > now - RECENT
}

async fn one(api: &JsonApi, key: &Numbered) -> Result<(Value, Vec<Review>), ApiError> {
    let whole = api.get(&key.pull(""), &[]).await?;
    let (path, mut next) = (key.pull("/reviews"), Some(query(&[("per_page", "100")])));
    let mut reviews = Vec::new();
    while let Some(query) = next {
        let listed = api.page::<Vec<Review>>(&path, &query).await?;
        reviews.extend(listed.items);
        next = listed.next;
    }
    Ok((whole, reviews))
}
