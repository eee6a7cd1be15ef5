//! Reading records page by page so that no change is lost: first everything in HubSpot's own
//! order, then, from the moment before that began, whatever changed since, in the order of change.

use super::Paging;
use super::objects::{Associated, Kind, Record, Reference};
use crate::connectors::{Asked, Batch, ConnectorError, Gone, Next, Page};
use crate::net::json_api::JsonApi;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;

/// HubSpot's search is behind its records by seconds, rarely by minutes.
const BEHIND: TimeDelta = TimeDelta::minutes(5);
const LISTED: &str = "100";
const FOUND: usize = 200;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Position {
    /// Listing everything that there is.
    All {
        after: Option<String>,
        since: DateTime<Utc>,
    },
    /// What changed from `since` on. With `beyond`, of those that changed in that very
    /// millisecond the ones with a higher id: an import changes thousands at once.
    Changed {
        since: DateTime<Utc>,
        beyond: Option<String>,
        /// What the next run begins from.
        begun: DateTime<Utc>,
    },
    /// What was archived: HubSpot lists it without saying when.
    Archived {
        after: Option<String>,
        begun: DateTime<Utc>,
    },
    /// The stream was read to its end.
    Rest { since: DateTime<Utc> },
}

#[derive(Deserialize)]
struct Records {
    results: Vec<Record>,
    paging: Option<Paging>,
}

pub async fn page(
    api: &JsonApi,
    asked: &Asked<'_>,
    kind: &'static Kind,
) -> Result<Page, ConnectorError> {
    let position = match asked.position {
        None => Position::All {
            after: None,
            since: asked.now - BEHIND,
        },
        Some(saved) => serde_json::from_value(saved.clone())
            .map_err(|error| ConnectorError::Unexpected(error.to_string()))?,
    };
    match position {
        Position::All { after, since } => everything(api, asked, kind, after, since).await,
        Position::Rest { since } => {
            let begun = asked.now - BEHIND;
            changed(api, asked, kind, since, None, begun).await
        }
        Position::Changed {
            since,
            beyond,
            begun,
        } => changed(api, asked, kind, since, beyond, begun).await,
        Position::Archived { after, begun } => archived(api, kind, after, begun).await,
    }
}

async fn everything(
    api: &JsonApi,
    asked: &Asked<'_>,
    kind: &'static Kind,
    after: Option<String>,
    since: DateTime<Utc>,
) -> Result<Page, ConnectorError> {
    let (properties, linked) = (kind.properties.join(","), kind.linked.join(","));
    let mut query = vec![("limit", LISTED), ("properties", properties.as_str())];
    if !linked.is_empty() {
        query.push(("associations", linked.as_str()));
    }
    if let Some(after) = &after {
        query.push(("after", after));
    }
    let path = format!("/crm/v3/objects/{}", kind.name);
    let found: Records = api.get(&path, &query).await?;
    Ok(Page {
        rows: rows(asked, kind, &found.results),
        ..Page::ending(match Paging::after(found.paging) {
            Some(after) => more(&Position::All {
                after: Some(after),
                since,
            })?,
            // What changed meanwhile is read in the same run.
            None => more(&Position::Changed {
                since,
                beyond: None,
                begun: since,
            })?,
        })
    })
}

async fn changed(
    api: &JsonApi,
    asked: &Asked<'_>,
    kind: &'static Kind,
    since: DateTime<Utc>,
    beyond: Option<String>,
    begun: DateTime<Utc>,
) -> Result<Page, ConnectorError> {
    let path = format!("/crm/v3/objects/{}/search", kind.name);
    let mut records: Vec<Record> = api
        .search::<Records>(&path, &search(kind, since, beyond.as_deref()))
        .await?
        .results;
    let next = next_change(kind, &records, since, beyond.as_deref(), begun);
    link(api, kind, &mut records).await?;
    Ok(Page {
        rows: rows(asked, kind, &records),
        ..Page::ending(more(&next)?)
    })
}

/// The oldest changes first, so that what changes while this is read comes at the end.
fn search(kind: &Kind, since: DateTime<Utc>, beyond: Option<&str>) -> Value {
    let moment = since.timestamp_millis().to_string();
    let (filters, sort) = match beyond {
        None => (
            json!([{"propertyName": kind.modified, "operator": "GTE", "value": moment}]),
            kind.modified,
        ),
        Some(id) => (
            json!([
                {"propertyName": kind.modified, "operator": "EQ", "value": moment},
                {"propertyName": "hs_object_id", "operator": "GT", "value": id},
            ]),
            "hs_object_id",
        ),
    };
    let mut properties = kind.properties.to_vec();
    properties.push(kind.modified);
    json!({
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
        "properties": properties,
        "limit": FOUND,
    })
}

fn next_change(
    kind: &Kind,
    records: &[Record],
    since: DateTime<Utc>,
    beyond: Option<&str>,
    begun: DateTime<Utc>,
) -> Position {
    let go_on = |since, beyond| Position::Changed {
        since,
        beyond,
        begun,
    };
    let Some(last) = records.last() else {
        return match beyond {
            Some(_) => go_on(since + TimeDelta::milliseconds(1), None),
            None => Position::Archived { after: None, begun },
        };
    };
    let is_full = records.len() >= FOUND;
    if beyond.is_some() {
        return match is_full {
            true => go_on(since, Some(last.id.clone())),
            false => go_on(since + TimeDelta::milliseconds(1), None),
        };
    }
    if !is_full {
        return Position::Archived { after: None, begun };
    }
    let reached = modified(kind, last);
    if reached > since {
        // The last moment once more: it may hold more than this page showed.
        go_on(reached, None)
    } else {
        // A whole page of one moment: from here on by id.
        go_on(since, Some("0".to_owned()))
    }
}

fn modified(kind: &Kind, record: &Record) -> DateTime<Utc> {
    record
        .properties
        .get(kind.modified)
        .and_then(Value::as_str)
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .map_or(record.updated_at, |at| at.with_timezone(&Utc))
}

async fn archived(
    api: &JsonApi,
    kind: &'static Kind,
    after: Option<String>,
    begun: DateTime<Utc>,
) -> Result<Page, ConnectorError> {
    let mut query = vec![("limit", LISTED), ("archived", "true")];
    if let Some(after) = &after {
        query.push(("after", after));
    }
    let path = format!("/crm/v3/objects/{}", kind.name);
    let found: Records = api.get(&path, &query).await?;
    let gone = found.results.iter().map(|record| Gone {
        table: kind.table,
        source_id: kind.source_id(&record.id),
    });
    Ok(Page {
        gone: gone.collect(),
        ..Page::ending(match Paging::after(found.paging) {
            Some(after) => more(&Position::Archived {
                after: Some(after),
                begun,
            })?,
            None => Next::End(saved(&Position::Rest { since: begun })?),
        })
    })
}

#[derive(Deserialize)]
struct Links {
    results: Vec<LinksOf>,
}

#[derive(Deserialize)]
struct LinksOf {
    from: Reference,
    to: Vec<LinkedTo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkedTo {
    to_object_id: Value,
}

/// Searches, unlike lists, do not tell what a record belongs to.
async fn link(
    api: &JsonApi,
    kind: &'static Kind,
    records: &mut [Record],
) -> Result<(), ConnectorError> {
    if records.is_empty() {
        return Ok(());
    }
    let inputs: Vec<Value> = records.iter().map(|it| json!({"id": it.id})).collect();
    for to in kind.linked {
        let path = format!("/crm/v4/associations/{}/{to}/batch/read", kind.name);
        let found: Links = api.search(&path, &json!({"inputs": inputs})).await?;
        let mut links: HashMap<String, Vec<Reference>> = HashMap::new();
        for one in found.results {
            let ids = one.to.into_iter().map(|to| Reference {
                id: to.to_object_id.to_string().trim_matches('"').to_owned(),
            });
            links.entry(one.from.id).or_default().extend(ids);
        }
        for record in &mut *records {
            if let Some(results) = links.remove(&record.id) {
                let linked = Associated { results };
                record.associations.insert((*to).to_owned(), linked);
            }
        }
    }
    Ok(())
}

fn rows(asked: &Asked<'_>, kind: &Kind, records: &[Record]) -> Batch {
    let mut rows = Batch::default();
    for record in records {
        kind.add(&mut rows, asked, record);
    }
    rows
}

fn saved(position: &Position) -> Result<Value, ConnectorError> {
    serde_json::to_value(position).map_err(|error| ConnectorError::Unexpected(error.to_string()))
}

fn more(position: &Position) -> Result<Next, ConnectorError> {
    Ok(Next::More(saved(position)?))
}
