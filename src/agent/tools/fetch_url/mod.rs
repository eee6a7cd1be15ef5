//! Reads a page of the web for the model, if its address was written by somebody else than the
//! model. Whoever wants the same page again within a day gets it from our own store.

mod body;
mod readable;
mod refusal;
mod writer;

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused};
use crate::agent::provenance;
use crate::base::ids::OrgId;
use crate::base::viewer::Viewer;
use crate::models::ToolSpec;
use crate::net::polite::Polite;
use crate::store::pages::{self, Page};
use crate::store::sandbox::{QueryError, Sandbox, describe, views};
use async_trait::async_trait;
use moka::sync::Cache;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use url::Url;

const NAME: &str = "fetch_url";
const DESCRIPTION: &str = "Reads a public web page and returns it as Markdown; text, JSON and CSV \
    come as they are. It opens only addresses that somebody else wrote: a person in this thread, a \
    result of web_search, a page read before, or a source_url of the company's data. Use such an \
    address letter for letter; never build one. Long pages come in parts. Cite the address.";

/// What can be read, by the beginning of its content type.
const ACCEPTS: [&str; 13] = [
    "text/",
    "application/json",
    "application/ld+json",
    "application/feed+json",
    "application/vnd.api+json",
    "application/x-ndjson",
    "application/csv",
    "application/xhtml",
    "application/xml",
    "application/rss",
    "application/atom",
    "application/yaml",
    "application/x-yaml",
];

/// Readings that are remembered as being under way, and for how long at most.
const UNDER_WAY: u64 = 1_000;
const AT_MOST: Duration = Duration::from_secs(300);

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// The whole address, beginning with https:// or http://.
    url: String,
    /// Which part of a long page, from 1, which it is if left out.
    part: Option<usize>,
}

pub struct FetchUrl {
    web: Arc<Polite>,
    sandbox: Arc<Sandbox>,
    /// One reading of a page at a time: who comes second finds it in the store.
    under_way: Cache<(OrgId, String), Arc<Mutex<()>>>,
}

impl FetchUrl {
    pub fn new(web: Arc<Polite>, sandbox: Arc<Sandbox>) -> Self {
        Self {
            web,
            sandbox,
            under_way: Cache::builder()
                .max_capacity(UNDER_WAY)
                .time_to_idle(AT_MOST)
                .build(),
        }
    }

    async fn page(
        &self,
        context: &ToolContext<'_>,
        org: OrgId,
        url: &Url,
    ) -> Result<Page, ToolError> {
        let asked = url[..url::Position::AfterQuery].to_owned();
        let one = self.under_way.get_with((org, asked.clone()), Arc::default);
        let _at_a_time = one.lock().await;
        let mut tx = context.db.org(org).await?;
        let kept = pages::recent(&mut tx, &asked).await?;
        tx.commit().await?;
        if let Some(page) = kept {
            return Ok(page);
        }
        let page = self
            .web
            .fetch(&asked, &ACCEPTS)
            .await
            .map_err(|error| ToolError::Refused(refusal::sentence(&error, url)))?;
        let found = page.url.clone();
        // A large page takes a while, which others must not wait for.
        let read = tokio::task::spawn_blocking(move || body::read(&page))
            .await
            .map_err(|_| ToolError::Unavailable(refusal::UNREADABLE.to_owned()))?;
        let mut tx = context.db.org(org).await?;
        let found = (found.as_str(), &*read.title, &*read.text);
        let page = pages::keep(&mut tx, &asked, found).await?;
        tx.commit().await?;
        Ok(page)
    }

    /// A row that the people here may see links to it.
    async fn is_in_company_data(
        &self,
        context: &ToolContext<'_>,
        viewer: &Viewer,
        url: &str,
    ) -> Result<bool, ToolError> {
        let names: Vec<String> = views().iter().map(|&name| name.to_owned()).collect();
        let linking: Vec<String> = describe(context.db, Some(&names))
            .await?
            .into_iter()
            .filter(|view| {
                view.columns
                    .iter()
                    .any(|column| column.name == "source_url")
            })
            .map(|view| {
                let literal = url.replace('\'', "''");
                format!(
                    "select 1 as found from {} where source_url = '{literal}'",
                    view.name
                )
            })
            .collect();
        match self.sandbox.run(viewer, &linking.join(" union all ")).await {
            Ok(table) => Ok(!table.rows.is_empty()),
            Err(QueryError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "links of the company's data could not be looked up");
                Ok(false)
            }
        }
    }
}

#[async_trait]
impl Tool for FetchUrl {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::ExternalRead
    }

    fn title(&self, input: &Value) -> String {
        let url = input.get("url").and_then(Value::as_str);
        let url = url.and_then(|url| Url::parse(url).ok());
        match url.as_ref().and_then(Url::host_str) {
            Some(host) => format!("Reading {host}"),
            None => "Reading a web page".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let Ok(url) = Url::parse(input.url.trim()) else {
            return refused(refusal::NO_ADDRESS);
        };
        let viewer = context.eyes.viewer().await?;
        let may_open = provenance::is_from_others(context.transcript, &url)
            || self
                .is_in_company_data(context, &viewer, url.as_str())
                .await?;
        if !may_open {
            return refused(refusal::COMPOSED);
        }
        let page = self.page(context, viewer.org, &url).await?;
        let part = body::part(&page, input.part.unwrap_or(1)).map_err(ToolError::Refused)?;
        Ok(Outcome::Result(part))
    }
}
