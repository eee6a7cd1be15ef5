//! Which repositories the key opens. All are listed each time, so that one that was deleted,
//! renamed, moved away or taken from the key is noticed, and goes with all that is in it.

use super::http::query;
use super::rows;
use super::wire::Repository;
use crate::connectors::tracker::without_nul;
use crate::connectors::{Asked, ConnectorError, Gone, GoneWithin, Next, Page};
use crate::net::json_api::{ApiError, JsonApi};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const PATH: &str = "/user/repos";

/// The tables of what is in a repository, and what stands behind its name in their ids.
pub const CONTENTS: [(&str, char); 3] = [("issues", '#'), ("pull_requests", '#'), ("commits", '@')];

fn first_page() -> String {
    let wanted = "owner,collaborator,organization_member";
    query(&[("affiliation", wanted), ("per_page", "100")])
}

/// All of them, for streams that go through them one by one.
pub async fn all(api: &JsonApi) -> Result<Vec<Repository>, ApiError> {
    let mut all = Vec::new();
    let mut next = Some(first_page());
    while let Some(query) = next {
        let page = api.page::<Vec<Repository>>(PATH, &query).await?;
        all.extend(page.items);
        next = page.next;
    }
    Ok(all)
}

#[derive(Default, Serialize, Deserialize)]
struct Position {
    /// What there was when the list was last read whole.
    before: Vec<String>,
    seen: Vec<String>,
    query: Option<String>,
}

pub async fn page(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    let mut position = match asked.position {
        None => Position::default(),
        Some(saved) => Position::deserialize(saved).map_err(odd)?,
    };
    let query = position.query.take().unwrap_or_else(first_page);
    let listed = api.page::<Vec<Value>>(PATH, &query).await?;
    let mut page = Page::ending(Next::End(Value::Null));
    for mut node in listed.items {
        without_nul(&mut node);
        let repository = Repository::deserialize(&node).map_err(odd)?;
        position.seen.push(repository.full_name.clone());
        let row = rows::repository(asked, repository, &node);
        page.rows.repositories.push(row);
    }
    page.next = match listed.next {
        Some(query) => {
            position.query = Some(query);
            Next::More(serde_json::to_value(position).map_err(odd)?)
        }
        None => {
            let seen = &position.seen;
            for name in position.before.iter().filter(|it| !seen.contains(it)) {
                lose(&mut page, name);
            }
            let rest = Position {
                before: position.seen,
                ..Position::default()
            };
            Next::End(serde_json::to_value(rest).map_err(odd)?)
        }
    };
    Ok(page)
}

/// A repository and all that is in it.
fn lose(page: &mut Page, name: &str) {
    page.gone.push(Gone {
        table: "repositories",
        source_id: name.to_owned(),
    });
    for (table, mark) in CONTENTS {
        page.gone_within.push(GoneWithin {
            table,
            prefix: format!("{name}{mark}"),
        });
    }
}

pub fn odd(error: serde_json::Error) -> ConnectorError {
    ConnectorError::Unexpected(error.to_string())
}
