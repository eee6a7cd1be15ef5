//! Twilio, for text messages from the company's own number. There is nothing to read there for the
//! tables, so all that its connection does is to send what was approved.

mod key;
mod sending;
mod wire;

use super::field::{Arguments, Field, Kind};
use super::operation::{Look, LookError, Operation};
use super::{Account, Connector, ConnectorError, Key, Manifest, Reach, Readable};
use crate::approvals::policy::Stakes;
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::connectors::operation::Repeat;
use crate::net::json_api::{Dialect, JsonApi, Keys, WriteError};
use async_trait::async_trait;

pub struct Twilio;

static OPERATIONS: [Operation; 1] = [Operation {
    name: "send_sms",
    title: "Send a text message",
    hint: "To one phone number, in international form (+491701234567); never invent one. It is \
        plain text of at most 1600 characters and cannot be taken back. Without `from` it comes \
        from the account's first number that can send.",
    fields: &[
        Field::required("to", "To", Kind::Line),
        Field::required("text", "Text", Kind::Text),
        Field::optional("from", "From", Kind::Line),
    ],
    stakes: Stakes::Outward,
    repeat: Repeat::Never,
    can_be_undone: false,
}];

static MANIFEST: Manifest = Manifest {
    slug: "twilio",
    name: "Twilio",
    key: Some(Key {
        label: "Account SID and auth token",
        hint: "On the first page of the Twilio console, under Account Info. Write the account \
            SID, a colon, and the auth token: AC…:token. With an API key in its place, write all \
            three: AC…:SK…:secret.",
    }),
    oauth: None,
    reach: Reach::Org,
    base_url: "https://api.twilio.com",
    streams: &[],
    limits: &[],
    topics: &[],
    queries: &[],
    operations: &OPERATIONS,
    listen: None,
    guide: include_str!("guide.md"),
};

#[async_trait]
impl Connector for Twilio {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn dialect(&self) -> Dialect {
        Dialect {
            keys: Keys::Login(key::login),
            ..Dialect::PLAIN
        }
    }

    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError> {
        wire::account(api).await
    }

    async fn look(
        &self,
        api: &JsonApi,
        _operation: &'static Operation,
        arguments: &Arguments,
        _readable: &Readable,
    ) -> Result<Look, LookError> {
        sending::look(api, arguments).await
    }

    async fn perform(&self, api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
        sending::send(api, action.content()).await
    }

    async fn find_effect(
        &self,
        api: &JsonApi,
        content: &Content,
        _idempotency_key: &str,
    ) -> Result<Option<Effect>, ConnectorError> {
        sending::find(api, content).await
    }
}
