//! Reading records page by page so that no change is lost: first everything in HubSpot's own
//! order, then, from the moment before that began, whatever changed since, in the order of change.

use super::Paging;
use super::account::Details;
use super::linking::{introduce, link};
use super::objects::{Kind, Record};
use crate::connectors::{Asked, Batch, ConnectorError, Gone, Next, Page};
use crate::net::json_api::JsonApi;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// HubSpot's search is behind its records by seconds, rarely by minutes.
const BEHIND: TimeDelta = TimeDelta::minutes(5);
const LISTED: &str = "100";
const FOUND: usize = 200;
const BY_ID: usize = 100;

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
    /// Of those that were asked for by their ids.
    #[serde(default)]
    errors: Vec<Missing>,
}

#[derive(Deserialize)]
struct Missing {
    category: Option<String>,
}

impl Missing {
    fn is_gone(&self) -> bool {
        self.category.as_deref() == Some("OBJECT_NOT_FOUND")
    }
}

/// What is saved behind a page.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    #[serde(flatten)]
    position: Position,
    /// Where people see the account's records: asked for once, by the first page.
    home: Option<String>,
}

pub async fn page(
    api: &JsonApi,
    asked: &Asked<'_>,
    kind: &'static Kind,
) -> Result<Page, ConnectorError> {
    let place = match asked.position {
        None => Place {
            position: Position::All {
                after: None,
                since: asked.now - BEHIND,
            },
            home: None,
        },
        Some(saved) => serde_json::from_value(saved.clone())
            .map_err(|error| ConnectorError::Unexpected(error.to_string()))?,
    };
    let home = match place.home {
        Some(home) => home,
        None => Details::read(api).await?.home(),
    };
    let reading = Reading {
        api,
        asked,
        kind,
        home: &home,
    };
    reading.page(place.position).await
}

/// Records by their ids, which HubSpot answers as they are at this moment.
pub async fn named(
    api: &JsonApi,
    asked: &Asked<'_>,
    source_ids: &[String],
) -> Result<Page, ConnectorError> {
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, id) in source_ids.iter().filter_map(|it| it.split_once('/')) {
        by_kind.entry(kind).or_default().push(id);
    }
    let mut page = Page::ending(Next::End(Value::Null));
    let home = match by_kind.is_empty() {
        true => return Ok(page),
        false => Details::read(api).await?.home(),
    };
    for (kind, ids) in by_kind {
        let Some(kind) = Kind::of(kind) else { continue };
        let reading = Reading {
            api,
            asked,
            kind,
            home: &home,
        };
        let mut seen = HashSet::new();
        for some in ids.chunks(BY_ID) {
            reading.named(some, &mut seen, &mut page).await?;
        }
    }
    Ok(page)
}

/// One page on its way.
struct Reading<'a> {
    api: &'a JsonApi,
    asked: &'a Asked<'a>,
    kind: &'static Kind,
    home: &'a str,
}

impl Reading<'_> {
    async fn page(&self, position: Position) -> Result<Page, ConnectorError> {
        match position {
            Position::All { after, since } => self.everything(after, since).await,
            Position::Rest { since } => {
                let begun = self.asked.now - BEHIND;
                self.changed(since, None, begun).await
            }
            Position::Changed {
                since,
                beyond,
                begun,
            } => self.changed(since, beyond, begun).await,
            Position::Archived { after, begun } => self.archived(after, begun).await,
        }
    }

    async fn everything(
        &self,
        after: Option<String>,
        since: DateTime<Utc>,
    ) -> Result<Page, ConnectorError> {
        let kind = self.kind;
        let (properties, linked) = (kind.properties.join(","), kind.linked.join(","));
        let mut query = vec![("limit", LISTED), ("properties", properties.as_str())];
        if !linked.is_empty() {
            query.push(("associations", linked.as_str()));
        }
        if let Some(after) = &after {
            query.push(("after", after));
        }
        let mut found: Records = self.api.get(&self.path(), &query).await?;
        introduce(self.api, kind, &mut found.results).await?;
        Ok(Page {
            rows: self.rows(&found.results),
            gone: self.merged(&found.results),
            ..Page::ending(match Paging::after(found.paging) {
                Some(after) => self.more(Position::All {
                    after: Some(after),
                    since,
                })?,
                // What changed meanwhile is read in the same run.
                None => self.more(Position::Changed {
                    since,
                    beyond: None,
                    begun: since,
                })?,
            })
        })
    }

    async fn changed(
        &self,
        since: DateTime<Utc>,
        beyond: Option<String>,
        begun: DateTime<Utc>,
    ) -> Result<Page, ConnectorError> {
        let path = format!("{}/search", self.path());
        let search = search(self.kind, since, beyond.as_deref());
        let found: Records = self.api.search(&path, &search).await?;
        // It may give fewer at a time than were asked for.
        let is_full = found.results.len() >= FOUND || Paging::after(found.paging).is_some();
        let mut records = found.results;
        let goes_on = (since, beyond.as_deref());
        let next = next_change(self.kind, &records, goes_on, begun, is_full);
        link(self.api, self.kind, &mut records).await?;
        introduce(self.api, self.kind, &mut records).await?;
        Ok(Page {
            rows: self.rows(&records),
            gone: self.merged(&records),
            ..Page::ending(self.more(next)?)
        })
    }

    async fn archived(
        &self,
        after: Option<String>,
        begun: DateTime<Utc>,
    ) -> Result<Page, ConnectorError> {
        let mut query = vec![("limit", LISTED), ("archived", "true")];
        if let Some(after) = &after {
            query.push(("after", after));
        }
        let found: Records = self.api.get(&self.path(), &query).await?;
        let gone = found.results.iter().map(|record| self.gone(&record.id));
        Ok(Page {
            gone: gone.collect(),
            ..Page::ending(match Paging::after(found.paging) {
                Some(after) => self.more(Position::Archived {
                    after: Some(after),
                    begun,
                })?,
                None => Next::End(self.saved(Position::Rest { since: begun })?),
            })
        })
    }

    async fn named(
        &self,
        ids: &[&str],
        seen: &mut HashSet<String>,
        page: &mut Page,
    ) -> Result<(), ConnectorError> {
        let inputs: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        let wanted = json!({"properties": self.kind.properties, "inputs": inputs});
        let path = format!("{}/batch/read", self.path());
        let found: Records = self.api.search(&path, &wanted).await?;
        let mut records = found.results;
        let there: HashSet<String> = records.iter().map(|it| it.id.clone()).collect();
        // Some may be missing for another reason, and HubSpot does not always say which.
        if found.errors.iter().all(Missing::is_gone) {
            let gone = ids.iter().filter(|id| !there.contains(**id));
            page.gone.extend(gone.map(|id| self.gone(id)));
        }
        // One that is part of another by now is answered with that.
        records.retain(|record| seen.insert(record.id.clone()));
        link(self.api, self.kind, &mut records).await?;
        introduce(self.api, self.kind, &mut records).await?;
        page.gone.extend(self.merged(&records));
        self.add(&mut page.rows, &records);
        Ok(())
    }

    fn path(&self) -> String {
        format!("/crm/v3/objects/{}", self.kind.name)
    }

    fn rows(&self, records: &[Record]) -> Batch {
        let mut rows = Batch::default();
        self.add(&mut rows, records);
        rows
    }

    fn add(&self, rows: &mut Batch, records: &[Record]) {
        for record in records {
            self.kind.add(rows, self.asked, self.home, record);
        }
    }

    /// What has become part of these records is a record no longer, and in no list of what was
    /// archived.
    fn merged(&self, records: &[Record]) -> Vec<Gone> {
        let merged = records.iter().flat_map(Record::merged);
        merged.map(|id| self.gone(id)).collect()
    }

    fn gone(&self, id: &str) -> Gone {
        Gone {
            table: self.kind.table,
            source_id: self.kind.source_id(id),
        }
    }

    fn saved(&self, position: Position) -> Result<Value, ConnectorError> {
        let place = Place {
            position,
            home: Some(self.home.to_owned()),
        };
        serde_json::to_value(place).map_err(|error| ConnectorError::Unexpected(error.to_string()))
    }

    fn more(&self, position: Position) -> Result<Next, ConnectorError> {
        Ok(Next::More(self.saved(position)?))
    }
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
    (since, beyond): (DateTime<Utc>, Option<&str>),
    begun: DateTime<Utc>,
    is_full: bool,
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
