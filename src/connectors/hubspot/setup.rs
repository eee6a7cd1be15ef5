//! What the records refer to: the people who own them, and the pipelines that deals go through.

use super::Paging;
use crate::connectors::{Asked, Batch, ConnectorError, Gone, Next, Page, SourcePerson};
use crate::net::json_api::JsonApi;
use crate::store::company::{Origin, Pipeline, PipelineStage, Visibility};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Owners {
    results: Vec<Owner>,
    paging: Option<Paging>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    pub id: String,
    pub email: Option<String>,
    /// The same person has another number as a user.
    pub user_id: Option<u64>,
    first_name: Option<String>,
    last_name: Option<String>,
}

impl Owner {
    pub fn name(&self) -> String {
        let names = [&self.first_name, &self.last_name];
        let names = names.into_iter().flatten().map(|name| name.trim());
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        match names.as_slice() {
            [] => self.email.clone().unwrap_or_default(),
            names => names.join(" "),
        }
    }
}

async fn page_of_owners(api: &JsonApi, after: &str) -> Result<Owners, ConnectorError> {
    let mut query = vec![("limit", "100")];
    if !after.is_empty() {
        query.push(("after", after));
    }
    Ok(api.get("/crm/v3/owners", &query).await?)
}

pub async fn all_owners(api: &JsonApi) -> Result<Vec<Owner>, ConnectorError> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page = page_of_owners(api, &after).await?;
        all.extend(page.results);
        match Paging::after(page.paging) {
            Some(next) => after = next,
            None => return Ok(all),
        }
    }
}

/// All of them each time: they are few, and HubSpot does not tell which have changed.
pub async fn owners(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    let after = asked.position.and_then(Value::as_str).unwrap_or_default();
    let found = page_of_owners(api, after).await?;
    let people = found.results.into_iter().map(|owner| SourcePerson {
        name: owner.name(),
        source_id: owner.id,
        email: owner.email,
    });
    Ok(Page {
        people: people.collect(),
        ..Page::ending(match Paging::after(found.paging) {
            Some(after) => Next::More(json!(after)),
            None => Next::End(Value::Null),
        })
    })
}

#[derive(Deserialize)]
struct Pipelines {
    results: Vec<WirePipeline>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WirePipeline {
    pub id: String,
    pub label: String,
    #[serde(default)]
    pub display_order: i32,
    pub stages: Vec<Stage>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    pub id: String,
    pub label: String,
    #[serde(default)]
    pub display_order: i32,
    #[serde(default)]
    metadata: StageMeta,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct StageMeta {
    is_closed: String,
    probability: String,
}

pub async fn all_pipelines(api: &JsonApi) -> Result<Vec<WirePipeline>, ConnectorError> {
    let found: Pipelines = api.get("/crm/v3/pipelines/deals", &[]).await?;
    Ok(found.results)
}

/// What there was when the pipelines were last read: HubSpot does not tell what it deletes.
#[derive(Default, Serialize, Deserialize)]
struct Known {
    pipelines: BTreeSet<String>,
    stages: BTreeSet<String>,
}

impl Known {
    fn of(found: &[WirePipeline]) -> Self {
        let stages = found.iter().flat_map(|it| &it.stages);
        Self {
            pipelines: found.iter().map(|it| it.id.clone()).collect(),
            stages: stages.map(|it| it.id.clone()).collect(),
        }
    }

    /// What of these is not there any more.
    fn without(self, now: &Self) -> Vec<Gone> {
        let stages = self.stages.difference(&now.stages);
        let stages = stages.map(|id| ("pipeline_stages", id));
        let pipelines = self.pipelines.difference(&now.pipelines);
        let all = stages.chain(pipelines.map(|id| ("pipelines", id)));
        all.map(|(table, id)| Gone {
            table,
            source_id: id.clone(),
        })
        .collect()
    }
}

pub async fn pipelines(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    let found = all_pipelines(api).await?;
    let now = Known::of(&found);
    let before: Option<Known> = match asked.position {
        None => None,
        Some(saved) => Deserialize::deserialize(saved).map_err(odd)?,
    };
    let gone = before.unwrap_or_default().without(&now);
    let known = serde_json::to_value(now).map_err(odd)?;
    let first = found.iter().map(|it| it.display_order).min();
    let mut rows = Batch::default();
    for pipeline in found {
        let id = asked.ids.of("pipelines", &pipeline.id);
        rows.pipelines.push(Pipeline {
            pipeline_id: id,
            name: pipeline.label,
            is_default: Some(pipeline.display_order) == first,
            origin: origin(
                asked,
                &pipeline.id,
                pipeline.created_at,
                pipeline.updated_at,
            ),
        });
        let mut stages = pipeline.stages;
        stages.sort_by_key(|stage| stage.display_order);
        for (place, stage) in (1..).zip(stages) {
            let probability = stage.metadata.probability.parse().unwrap_or(0.0_f64);
            let is_closed = stage.metadata.is_closed == "true";
            rows.pipeline_stages.push(PipelineStage {
                stage_id: asked.ids.of("pipeline_stages", &stage.id),
                pipeline_id: id,
                name: stage.label,
                position: place,
                outcome: outcome(is_closed, probability),
                win_probability: probability.clamp(0.0, 1.0),
                origin: origin(asked, &stage.id, stage.created_at, stage.updated_at),
            });
        }
    }
    Ok(Page {
        rows,
        gone,
        ..Page::ending(Next::End(known))
    })
}

fn odd(error: serde_json::Error) -> ConnectorError {
    ConnectorError::Unexpected(error.to_string())
}

/// HubSpot knows closed and open; won is closed with certainty.
fn outcome(is_closed: bool, probability: f64) -> &'static str {
    match (is_closed, probability >= 1.0) {
        (false, _) => "open",
        (true, true) => "won",
        (true, false) => "lost",
    }
}

fn origin(
    asked: &Asked<'_>,
    source_id: &str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
) -> Origin {
    Origin {
        visibility: Visibility::Org,
        owner_id: None,
        channel_id: None,
        shareable: false,
        source: asked.ids.source,
        source_id: source_id.to_owned(),
        source_url: None,
        raw: None,
        created_at,
        updated_at,
    }
}
