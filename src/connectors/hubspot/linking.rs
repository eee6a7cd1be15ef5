//! Which records belong together, in batches: searches, unlike lists, do not tell.

use super::objects::{Associated, Kind, Record, Reference};
use super::rows::primary;
use super::{Paging, goals, meetings};
use crate::connectors::ConnectorError;
use crate::net::json_api::JsonApi;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

#[derive(Deserialize)]
struct Links {
    results: Vec<LinksOf>,
}

#[derive(Deserialize)]
struct LinksOf {
    from: Reference,
    to: Vec<LinkedTo>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkedTo {
    to_object_id: Value,
    #[serde(default)]
    association_types: Vec<Sort>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sort {
    category: Option<String>,
    type_id: Option<u64>,
}

impl LinkedTo {
    /// HubSpot's own numbers of the primary company of a contact and of a deal.
    fn is_primary(&self) -> bool {
        let is_own = |it: &Sort| it.category.as_deref() == Some("HUBSPOT_DEFINED");
        let mut sorts = self.association_types.iter().filter(|it| is_own(it));
        sorts.any(|it| matches!(it.type_id, Some(1 | 5)))
    }

    fn reference(&self, from: &str, to: &str) -> Reference {
        let id = self.to_object_id.to_string();
        Reference {
            id: id.trim_matches('"').to_owned(),
            sort: primary(from, to)
                .filter(|_| self.is_primary())
                .map(str::to_owned),
        }
    }
}

/// Tells each record what it belongs to.
pub async fn link(
    api: &JsonApi,
    kind: &'static Kind,
    records: &mut [Record],
) -> Result<(), ConnectorError> {
    if records.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = records.iter().map(|it| it.id.as_str()).collect();
    let mut all = Vec::new();
    for to in kind.linked {
        all.push((to, linked(api, kind.name, to, &ids).await?));
    }
    for (to, mut links) in all {
        for record in &mut *records {
            if let Some(results) = links.remove(&record.id) {
                let linked = Associated { results };
                record.associations.insert((*to).to_owned(), linked);
            }
        }
    }
    Ok(())
}

/// Tells records what they leave out about the people whom they name.
pub async fn introduce(
    api: &JsonApi,
    kind: &Kind,
    records: &mut [Record],
) -> Result<(), ConnectorError> {
    match kind.name {
        meetings::NAME => meetings::introduce(api, records).await,
        goals::NAME => goals::assign(api, records).await,
        _ => Ok(()),
    }
}

/// What of a kind each of these records belongs to. One with many links has them on several
/// pages, each asked for by itself.
pub async fn linked(
    api: &JsonApi,
    from: &str,
    to: &str,
    ids: &[&str],
) -> Result<HashMap<String, Vec<Reference>>, ConnectorError> {
    let path = format!("/crm/v4/associations/{from}/{to}/batch/read");
    let mut links: HashMap<String, Vec<Reference>> = HashMap::new();
    let mut inputs: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    while !inputs.is_empty() {
        let found: Links = api.search(&path, &json!({"inputs": inputs})).await?;
        inputs.clear();
        for one in found.results {
            if let Some(after) = Paging::after(one.paging) {
                inputs.push(json!({"id": one.from.id, "after": after}));
            }
            let ids = one.to.iter().map(|it| it.reference(from, to));
            links.entry(one.from.id).or_default().extend(ids);
        }
    }
    Ok(links)
}
