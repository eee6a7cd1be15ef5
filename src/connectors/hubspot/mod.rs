//! HubSpot: companies, contacts, deals with their pipelines, and what happened with them, read
//! and changed through a private app's key or by consent.

mod account;
mod changing;
mod deliveries;
mod finding;
mod forms;
mod goals;
mod linking;
mod looking;
mod meetings;
mod objects;
mod operations;
mod queries;
mod reading;
mod rows;
mod setup;
mod subject;

pub use self::deliveries::SIGNATURE;

use self::account::Details;
use super::deliveries::{Heard, Part, Said, VerifiedDelivery};
use super::field::Arguments;
use super::operation::{Look, LookError, Operation, Query, Undo};
use super::{
    Account, Asked, Connector, ConnectorError, Key, Manifest, OAuth, Page, Reach, Readable,
    Revocation, Stream, Table,
};
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::base::topic::Topic;
use crate::net::json_api::{Answered, ApiError, Dialect, JsonApi, Limit, WriteError, shortened};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

pub struct HubSpot;

static MANIFEST: Manifest = Manifest {
    slug: "hubspot",
    name: "HubSpot",
    key: Some(Key {
        label: "Access token of a private app",
        hint: "In HubSpot: Settings → Integrations → Private apps → Create. Give it the read and \
            write scopes of companies, contacts and deals, the read scopes of owners and \
            goals and sales-email-read, then copy its access token (it begins with pat-).",
    }),
    oauth: Some(OAuth {
        authorize_url: "https://app.hubspot.com/oauth/authorize",
        token_url: "https://api.hubapi.com/oauth/v1/token",
        scopes: &[
            "oauth",
            "crm.objects.companies.read",
            "crm.objects.companies.write",
            "crm.objects.contacts.read",
            "crm.objects.contacts.write",
            "crm.objects.deals.read",
            "crm.objects.deals.write",
            "crm.objects.owners.read",
            "sales-email-read",
        ],
        separator: " ",
        has_pkce: false,
        // An account that has no goals is let in without.
        extra: &[("optional_scope", "crm.objects.goals.read")],
        revocation: Some(Revocation::Posted(
            "https://api.hubapi.com/oauth/2026-03/token/revoke",
        )),
    }),
    reach: Reach::Org,
    base_url: "https://api.hubapi.com",
    streams: &[
        Stream::new("owners", "people", &[]),
        Stream::new(
            "pipelines",
            "pipelines",
            &[Table::Pipeline, Table::PipelineStage],
        ),
        Stream::new("companies", "companies", &[Table::Account]),
        Stream::new("contacts", "contacts", &[Table::Contact]),
        Stream::new("deals", "deals", &[Table::Deal]),
        Stream::new("emails", "mails", &[Table::Activity]),
        Stream::new("calls", "calls", &[Table::Activity]),
        Stream::new("notes", "notes", &[Table::Activity]),
        Stream::new("tasks", "tasks", &[Table::Activity]),
        Stream::new("meetings", "meetings", &[Table::Meeting]),
        Stream::new(goals::NAME, "goals", &[Table::Goal]),
    ],
    limits: &[Limit::new(100, 10), Limit::new(5, 1).of("/search")],
    topics: &[Topic::Deals, Topic::Meetings],
    queries: &queries::QUERIES,
    operations: &operations::OPERATIONS,
    listen: Some(&deliveries::LISTEN),
    guide: include_str!("guide.md"),
};

#[async_trait]
impl Connector for HubSpot {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn dialect(&self) -> Dialect {
        Dialect {
            meaning,
            ..Dialect::PLAIN
        }
    }

    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError> {
        let details = Details::read(api).await?;
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
                match stream {
                    goals::NAME => goals::page(api, asked, kind).await,
                    _ => reading::page(api, asked, kind).await,
                }
            }
        }
    }

    async fn named(
        &self,
        api: &JsonApi,
        asked: &Asked<'_>,
        source_ids: &[String],
    ) -> Result<Page, ConnectorError> {
        reading::named(api, asked, source_ids).await
    }

    async fn query(
        &self,
        api: &JsonApi,
        query: &'static Query,
        arguments: &Arguments,
        _readable: &Readable,
    ) -> Result<Value, LookError> {
        queries::answer(api, query, arguments).await
    }

    async fn look(
        &self,
        api: &JsonApi,
        operation: &'static Operation,
        arguments: &Arguments,
        _readable: &Readable,
    ) -> Result<Look, LookError> {
        looking::look(api, operation, arguments).await
    }

    async fn perform(&self, api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
        changing::perform(api, action).await
    }

    async fn find_effect(
        &self,
        api: &JsonApi,
        content: &Content,
        _idempotency_key: &str,
    ) -> Result<Option<Effect>, ConnectorError> {
        finding::find_effect(api, content).await
    }

    fn addressed(&self, delivery: &VerifiedDelivery) -> Result<Vec<Part>, ConnectorError> {
        deliveries::addressed(delivery.body())
    }

    fn hear(&self, said: &Said<'_>) -> Result<Vec<Heard>, ConnectorError> {
        deliveries::hear(said)
    }

    fn undo(&self, content: &Content, effect: &Effect) -> Option<Undo> {
        changing::undo(content, effect)
    }
}

/// HubSpot asks for at least as much.
const LOCKED: Duration = Duration::from_secs(2);
/// It may take a day, and mostly HubSpot says how long.
const MOVING: Duration = Duration::from_secs(60 * 60);

/// What HubSpot says about values that it does not take is a list inside of a text; what people
/// can use stands beside it.
fn meaning(answered: &Answered<'_>) -> Option<ApiError> {
    match answered.status {
        400 => {}
        // Many calls for one record, or an account on its way to another data centre.
        423 => return Some(ApiError::Limited(answered.retry_after().unwrap_or(LOCKED))),
        477 => return Some(ApiError::Limited(answered.retry_after().unwrap_or(MOVING))),
        _ => return None,
    }
    let refusal: Refusal = serde_json::from_slice(answered.body).ok()?;
    let said: Vec<String> = refusal.errors.into_iter().map(|one| one.message).collect();
    (!said.is_empty()).then(|| ApiError::Refused {
        status: 400,
        said: shortened(&said.join(" ")),
    })
}

#[derive(Deserialize)]
struct Refusal {
    errors: Vec<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    message: String,
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

// They need the stand-in.
#[cfg(test)]
#[cfg(feature = "playground")]
mod tests;
