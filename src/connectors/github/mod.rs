//! GitHub: people, repositories, issues, pull requests and commits, read and changed over its
//! REST API, with a fine-grained token or as an OAuth app.

mod commits;
mod deliveries;
mod files;
mod finding;
mod http;
mod issues;
mod looking;
mod manifest;
mod operations;
mod people;
mod pulls;
mod queries;
mod readers;
mod repositories;
mod rows;
mod searching;
mod undoing;
mod walk;
mod wire;
mod writing;

pub use self::deliveries::SIGNATURE;

use super::deliveries::{Heard, Part, Said, VerifiedDelivery};
use super::field::Arguments;
use super::operation::{Look, LookError, Operation, Query, Undo};
use super::{Account, Asked, Connector, ConnectorError, Manifest, Page, Readable};
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::net::json_api::{Dialect, JsonApi, WriteError};
use async_trait::async_trait;
use serde_json::Value;

pub struct GitHub;

#[async_trait]
impl Connector for GitHub {
    fn manifest(&self) -> &'static Manifest {
        &manifest::MANIFEST
    }

    fn dialect(&self) -> Dialect {
        http::DIALECT
    }

    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError> {
        let user: wire::User = api.get("/user", &[]).await?;
        Ok(Account {
            id: user.source_id(),
            name: user.login,
        })
    }

    async fn page(&self, api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
        match asked.stream {
            "people" => people::page(api, asked).await,
            "readers" => readers::page(api, asked).await,
            "repositories" => repositories::page(api, asked).await,
            "issues" | "pull_requests" | "commits" => walk::page(api, asked).await,
            stream => Err(super::undeclared(stream)),
        }
    }

    async fn query(
        &self,
        api: &JsonApi,
        query: &'static Query,
        arguments: &Arguments,
        readable: &Readable,
    ) -> Result<Value, LookError> {
        queries::answer(api, query, arguments, readable).await
    }

    async fn look(
        &self,
        api: &JsonApi,
        operation: &'static Operation,
        arguments: &Arguments,
        readable: &Readable,
    ) -> Result<Look, LookError> {
        looking::look(api, operation.name, arguments, readable).await
    }

    async fn perform(&self, api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
        writing::perform(api, action.content()).await
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
        undoing::undo(content, effect)
    }
}
