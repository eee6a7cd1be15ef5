//! An address of somebody's that Penny calls: any system that takes JSON over https can be told
//! something, once it was approved. The address is all there is to a connection, and is treated
//! like a key, since most of those that exist are one.

mod address;
mod calling;

use super::field::{Arguments, Field, Kind};
use super::operation::{Look, LookError, Operation};
use super::{Account, Connector, ConnectorError, Key, Manifest, Reach, Readable};
use crate::approvals::policy::Stakes;
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::connectors::operation::Repeat;
use crate::net::json_api::{JsonApi, WriteError};
use async_trait::async_trait;

pub struct OutgoingWebhook;

static OPERATIONS: [Operation; 1] = [Operation {
    name: "call",
    title: "Call the webhook",
    hint: "Posts `body` to the address that was connected; `event` says in a header what it is \
        about. What is called there acts upon it, which cannot be taken back.",
    fields: &[
        Field::optional("event", "Event", Kind::Line),
        Field::required("body", "Body", Kind::Json),
    ],
    stakes: Stakes::Outward,
    repeat: Repeat::Never,
    can_be_undone: false,
}];

static MANIFEST: Manifest = Manifest {
    slug: "outgoing_webhook",
    name: "Outgoing webhook",
    key: Some(Key {
        label: "Address, and a secret if you like",
        hint: "The address that I am to call, beginning with https://. If what is there should \
            know that it is me, write a space behind it and then a secret of your own, of 16 \
            characters or more: I sign with it, as said in my documentation. Nobody is shown more \
            of the address than its host.",
    }),
    oauth: None,
    reach: Reach::Org,
    // Calls go to the address that was given.
    base_url: "https://localhost",
    streams: &[],
    limits: &[],
    topics: &[],
    queries: &[],
    operations: &OPERATIONS,
    listen: None,
    guide: include_str!("guide.md"),
};

#[async_trait]
impl Connector for OutgoingWebhook {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError> {
        address::account(api).await
    }

    async fn look(
        &self,
        api: &JsonApi,
        _operation: &'static Operation,
        arguments: &Arguments,
        _readable: &Readable,
    ) -> Result<Look, LookError> {
        calling::look(api, arguments).await
    }

    async fn perform(&self, api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
        calling::call(api, action).await
    }

    async fn find_effect(
        &self,
        _api: &JsonApi,
        _content: &Content,
        _idempotency_key: &str,
    ) -> Result<Option<Effect>, ConnectorError> {
        Err(ConnectorError::CannotTell(
            "a webhook cannot be asked whether it was reached",
        ))
    }
}
