//! Who works in the repositories: the members of their organisations, whoever from outside is let
//! into a private one, and where a person owns them, whoever can be assigned there. Once a day,
//! since each address has to be asked for.

use super::http::query;
use super::repositories::{self, odd};
use super::wire::User;
use crate::connectors::{Asked, ConnectorError, Next, Page, SourcePerson};
use crate::net::json_api::{ApiError, JsonApi};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Default, Serialize, Deserialize)]
struct Position {
    day: Option<NaiveDate>,
    /// Lists that are still to be read, the first one from `query` on.
    lists: Vec<String>,
    query: Option<String>,
    /// Those of the day's lists so far: many a repository has the same guests.
    #[serde(default)]
    seen: BTreeSet<u64>,
}

pub async fn page(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    let mut position = match asked.position {
        None => Position::default(),
        Some(saved) => Position::deserialize(saved).map_err(odd)?,
    };
    if position.lists.is_empty() {
        let today = asked.now.date_naive();
        if position.day != Some(today) {
            position.lists = lists(api).await?;
            position.day = Some(today);
            position.seen.clear();
        }
    }
    let mut page = Page::ending(Next::End(serde_json::Value::Null));
    if let Some(path) = position.lists.first().cloned() {
        let query = position.query.take();
        let query = query.unwrap_or_else(|| first_of(&path));
        let listed = match api.page::<Vec<User>>(&path, &query).await {
            Ok(listed) => Some(listed),
            // A list that the key does not open; the others may tell.
            Err(ApiError::NotFound | ApiError::Forbidden(_)) => None,
            Err(error) => return Err(error.into()),
        };
        position.query = listed.as_ref().and_then(|listed| listed.next.clone());
        if position.query.is_none() {
            position.lists.remove(0);
        }
        for user in listed.into_iter().flat_map(|listed| listed.items) {
            if position.seen.insert(user.id) {
                page.people.push(with_address(api, user).await?);
            }
        }
    }
    let is_end = position.lists.is_empty();
    let position = serde_json::to_value(position).map_err(odd)?;
    page.next = match is_end {
        true => Next::End(position),
        false => Next::More(position),
    };
    Ok(page)
}

/// Each of them is asked for by themselves, and with a small limit, what was read of a page is
/// lost with the rest of it.
const AT_ONCE: &str = "20";
const COLLABORATORS: &str = "/collaborators";

fn first_of(list: &str) -> String {
    match list.ends_with(COLLABORATORS) {
        true => query(&[("affiliation", "outside"), ("per_page", AT_ONCE)]),
        false => query(&[("per_page", AT_ONCE)]),
    }
}

async fn lists(api: &JsonApi) -> Result<Vec<String>, ApiError> {
    let all = repositories::all(api).await?;
    let mut lists = BTreeSet::new();
    for it in &all {
        let is_organisation = it.owner.r#type == "Organization";
        lists.insert(match is_organisation {
            true => format!("/orgs/{}/members", it.owner.login),
            false => format!("/repos/{}/assignees", it.full_name),
        });
        if is_organisation && it.private {
            lists.insert(format!("/repos/{}{COLLABORATORS}", it.full_name));
        }
    }
    Ok(lists.into_iter().collect())
}

/// Lists give no addresses; whoever shows theirs shows it on their own page.
async fn with_address(api: &JsonApi, user: User) -> Result<SourcePerson, ApiError> {
    let page = match api
        .get::<User>(&format!("/users/{}", user.login), &[])
        .await
    {
        Err(ApiError::NotFound) => None,
        page => Some(page?),
    };
    let (name, email) = page.map_or((None, None), |page| (page.name, page.email));
    Ok(SourcePerson {
        source_id: user.source_id(),
        name: name.unwrap_or(user.login),
        email,
    })
}
