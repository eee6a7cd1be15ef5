//! Linear: people, teams, projects and issues, read and changed over GraphQL, with a personal key
//! or as an app.

mod calls;
mod deliveries;
mod doors;
mod graphql;
mod manifest;
mod naming;
mod queries;
mod reading;
mod rows;
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
use serde::Deserialize;
use serde_json::{Value, json};

pub struct Linear;

#[async_trait]
impl Connector for Linear {
    fn manifest(&self) -> &'static Manifest {
        &manifest::MANIFEST
    }

    fn dialect(&self) -> Dialect {
        graphql::DIALECT
    }

    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError> {
        #[derive(Deserialize)]
        struct Data {
            organization: wire::Named,
        }
        let document = "query Account { organization { id name } }";
        let data: Data = graphql::ask(api, document, json!({})).await?;
        Ok(Account {
            id: data.organization.id,
            name: data.organization.name,
        })
    }

    async fn page(&self, api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
        match asked.stream {
            "users" => reading::users(api, asked).await,
            "teams" => reading::teams(api, asked).await,
            "projects" => reading::projects(api, asked).await,
            "issues" => reading::issues(api, asked).await,
            stream => Err(super::undeclared(stream)),
        }
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
        writing::look(api, operation.name, arguments).await
    }

    async fn perform(&self, api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
        writing::perform(api, action.content(), &action.idempotency_key()).await
    }

    async fn find_effect(
        &self,
        api: &JsonApi,
        content: &Content,
        idempotency_key: &str,
    ) -> Result<Option<Effect>, ConnectorError> {
        writing::find_effect(api, content, idempotency_key).await
    }

    fn addressed(&self, delivery: &VerifiedDelivery) -> Result<Vec<Part>, ConnectorError> {
        deliveries::addressed(delivery.body())
    }

    fn hear(&self, said: &Said<'_>) -> Result<Vec<Heard>, ConnectorError> {
        deliveries::hear(said)
    }

    fn undo(&self, content: &Content, effect: &Effect) -> Option<Undo> {
        writing::undo(content, effect)
    }
}
