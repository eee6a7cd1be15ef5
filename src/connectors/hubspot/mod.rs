//! HubSpot: companies, contacts, deals with their pipelines, and what happened with them, read
//! with the key of a private app.

mod objects;
mod reading;
mod rows;
mod setup;

use super::{Account, Asked, Connector, ConnectorError, Key, Manifest, Page, Reach, Stream};
use crate::net::json_api::JsonApi;
use async_trait::async_trait;
use serde::Deserialize;

pub struct HubSpot;

const fn stream(name: &'static str, title: &'static str) -> Stream {
    Stream { name, title }
}

static MANIFEST: Manifest = Manifest {
    slug: "hubspot",
    name: "HubSpot",
    key: Some(Key {
        label: "Access token of a private app",
        hint: "In HubSpot: Settings → Integrations → Private apps → Create. Give it the read \
            scopes of CRM objects and owners and sales-email-read, then copy its access token \
            (it begins with pat-).",
    }),
    oauth: None,
    reach: Reach::Org,
    base_url: "https://api.hubapi.com",
    streams: &[
        stream("owners", "people"),
        stream("pipelines", "pipelines"),
        stream("companies", "companies"),
        stream("contacts", "contacts"),
        stream("deals", "deals"),
        stream("emails", "mails"),
        stream("calls", "calls"),
        stream("notes", "notes"),
        stream("tasks", "tasks"),
    ],
    queries: &[],
    operations: &[],
    guide: "",
};

#[async_trait]
impl Connector for HubSpot {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError> {
        let details: Details = api.get("/account-info/v3/details", &[]).await?;
        Ok(Account {
            id: details.portal_id.to_string(),
            name: format!("account {}", details.portal_id),
        })
    }

    async fn page(&self, api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
        match asked.stream {
            "owners" => setup::owners(api, asked).await,
            "pipelines" => setup::pipelines(api, asked).await,
            stream => {
                let kind = objects::Kind::of(stream).ok_or_else(|| {
                    ConnectorError::Unexpected(format!("there is no stream {stream}"))
                })?;
                reading::page(api, asked, kind).await
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    portal_id: u64,
}

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
struct Paging {
    next: Option<After>,
}

#[derive(Debug, Deserialize)]
struct After {
    after: String,
}

impl Paging {
    fn after(paging: Option<Self>) -> Option<String> {
        Some(paging?.next?.after)
    }
}
