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

/// How many are asked for one by one between two places that are saved: with a small limit, what
/// was read of a page must not be lost with the rest of it.
const AT_ONCE: usize = 10;

pub async fn read(visit: Visit<'_>, page: &mut Page) -> Result<Turn, ConnectorError> {
    let mut within = visit.within.clone().unwrap_or_default();
    if within.ahead.is_empty() {
        list(&visit, page, &mut within).await?;
    }
    let some = within.ahead.len().min(AT_ONCE);
    for number in within.ahead.drain(..some) {
        whole(&visit, page, number).await?;
    }
    let (since, newest) = (visit.before.since, within.mark.since);
    Ok(match within.is_last && within.ahead.is_empty() {
        false => Turn::Further(within),
        true => Turn::Done(Mark {
            since: newest.map(|newest| newest - BEHIND).max(since),
            ..Mark::default()
        }),
    })
}

/// The next page of the list: what it shows in full of those that are not asked for by themselves.
async fn list(
    visit: &Visit<'_>,
    page: &mut Page,
    within: &mut Within,
) -> Result<(), ConnectorError> {
    let since = visit.before.since;
    let first = || {
        let latest = [("state", "all"), ("sort", "updated"), ("direction", "desc")];
        query(&[&latest[..], &[("per_page", "50")]].concat())
    };
    let asked = within.query.take().unwrap_or_else(first);
    let listed = visit
        .api
        .page::<Vec<Value>>(&visit.repo.path("/pulls"), &asked)
        .await?;
    within.query = listed.next;
    within.is_last = within.query.is_none();
    for mut node in listed.items {
        without_nul(&mut node);
        let pull = Pull::deserialize(&node).map_err(odd)?;
        within.mark.since = within.mark.since.max(Some(pull.updated_at));
        if since.is_some_and(|since| pull.updated_at < since) {
            within.is_last = true;
            break;
        }
        if since.is_some() || is_fresh(&pull, visit.asked.now) {
            within.ahead.push(pull.number);
        } else {
            page.rows
                .pull_requests
                .push(rows::pull(visit, pull, &[], &node));
        }
    }
    Ok(())
}

/// One with its size and its reviews.
async fn whole(visit: &Visit<'_>, page: &mut Page, number: u64) -> Result<(), ConnectorError> {
    let key = Numbered {
        repo: visit.repo.clone(),
        number,
    };
    let (mut node, reviews) = match one(visit.api, &key).await {
        Err(ApiError::NotFound) => return Ok(()),
        read => read?,
    };
    without_nul(&mut node);
    let pull = Pull::deserialize(&node).map_err(odd)?;
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
