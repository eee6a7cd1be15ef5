//! Other systems, one folder each. A connector says in its manifest what it is, reads its system
//! page by page, answers live questions and carries out what was approved; everything else (keys,
//! cursors, crashes, limits, rows, cards, decisions) is done around it. A new one is a folder and
//! a line in [`registry`].

mod at_nango;
mod calling;
pub mod changes;
pub mod connections;
mod credentials;
pub mod deliveries;
pub mod field;
pub mod github;
pub mod gmail;
mod html;
pub mod hubspot;
pub mod linear;
pub mod nango;
pub mod oauth;
pub mod operation;
pub mod outgoing_webhook;
mod own;
mod paces;
mod page;
mod parting;
pub mod reaching;
pub mod registry;
pub mod slack;
mod stream;
mod tokens;
mod tracker;
pub mod twilio;
pub mod webhook;

pub use page::{Batch, Gone, GoneIn, GoneWithin, Next, Page, SourcePerson, Table, Unlisted};
pub use parting::Parting;
pub use stream::{SeenBy, Stream};

pub use crate::store::sync::{Area, Readable, Readers};

use crate::approvals::{ApprovedAction, Content, Effect};
use crate::base::ids::{OrgId, PersonId};
use crate::base::topic::Topic;
use crate::net::json_api::{ApiError, Dialect, JsonApi, Limit, WriteError};
use crate::store::company;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use deliveries::{Heard, Listen, Part, Said, VerifiedDelivery};
use field::Arguments;
use operation::{Look, LookError, Operation, Query, Undo};
use own::Requester;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// What a connector is, for people, for the agent and for the machinery around it.
#[derive(Debug)]
pub struct Manifest {
    /// Its short name in commands, tables and settings, such as hubspot.
    pub slug: &'static str,
    /// The name that people know it by.
    pub name: &'static str,
    /// How to let Penny in: at least one of the two.
    pub key: Option<Key>,
    pub oauth: Option<OAuth>,
    pub reach: Reach,
    pub base_url: &'static str,
    /// What is read, in this order.
    pub streams: &'static [Stream],
    /// How often its provider lets one account call it, where it says so: calls are paced by it.
    pub limits: &'static [Limit],
    /// What somebody may ask about once it is connected.
    pub topics: &'static [Topic],
    pub queries: &'static [Query],
    pub operations: &'static [Operation],
    /// How it is listened to; none where it says nothing by itself.
    pub listen: Option<&'static Listen>,
    /// How the agent best uses it, in Markdown; it reads this when it needs to.
    pub guide: &'static str,
}

impl Manifest {
    /// Whose a connection that this person makes is: nobody's in particular, or theirs.
    pub fn owner(&self, person: PersonId) -> Option<PersonId> {
        (self.reach == Reach::Person).then_some(person)
    }

    pub fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|it| it.name == name)
    }

    pub fn query(&self, name: &str) -> Option<&'static Query> {
        self.queries.iter().find(|it| it.name == name)
    }
}

/// Whose account a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The company's: one for all.
    Org,
    /// One person's own, such as a mailbox: each connects theirs, and it serves nobody else.
    Person,
    /// Penny's own: there is nothing to connect, and she does there what whoever asks might do.
    Penny,
}

/// Letting Penny in with a key that somebody pastes.
#[derive(Debug)]
pub struct Key {
    /// What the key is called over there.
    pub label: &'static str,
    /// Where to find it, in one sentence.
    pub hint: &'static str,
}

/// Letting Penny in by consent in the browser. The client's id and secret come from the variables
/// `<SLUG>_CLIENT_ID` and `<SLUG>_CLIENT_SECRET`; without them it is not offered.
#[derive(Debug)]
pub struct OAuth {
    pub authorize_url: &'static str,
    pub token_url: &'static str,
    pub scopes: &'static [&'static str],
    /// What stands between scopes: a space nearly everywhere.
    pub separator: &'static str,
    pub has_pkce: bool,
    /// Further parameters of the first page, such as `access_type=offline`.
    pub extra: &'static [(&'static str, &'static str)],
    /// How access is given back; none where only people can take it away.
    pub revocation: Option<Revocation>,
}

/// How a system is told that a token is not wanted any more.
#[derive(Debug)]
pub enum Revocation {
    /// As RFC 7009 has it: posted to this address.
    Posted(&'static str),
    /// The client deletes it at this address, in which `{client}` stands for its id.
    DeletedByClient(&'static str),
}

/// The account that a key opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The system's own id of it, which another account never has.
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("it sent something unexpected: {0}")]
    Unexpected(String),
    /// Nothing over there says what became of a change.
    #[error("{0}")]
    CannotTell(&'static str),
    /// A sentence for whoever pasted the key.
    #[error("{0}")]
    Key(String),
}

/// What a connector needs to know to read its next page.
#[derive(Debug)]
pub struct Asked<'a> {
    pub stream: &'static str,
    /// Where the last page of this stream left off; none at the very beginning.
    pub position: Option<&'a Value>,
    pub ids: Ids,
    /// Whose own account it is; none for the company's.
    pub owner: Option<PersonId>,
    /// Who the system's users are here.
    pub people: &'a HashMap<String, PersonId>,
    pub now: DateTime<Utc>,
}

impl Asked<'_> {
    pub fn person(&self, source_id: Option<&str>) -> Option<PersonId> {
        self.people.get(source_id?).copied()
    }
}

/// Ids of rows follow from where they come from, so rows can name each other before they are here.
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    pub org: OrgId,
    pub source: &'static str,
}

impl Ids {
    pub fn of(&self, table: &str, source_id: &str) -> Uuid {
        company::id_of(self.org, self.source, table, source_id)
    }
}

#[async_trait]
pub trait Connector: Send + Sync {
    fn manifest(&self) -> &'static Manifest;

    /// How its HTTP differs from that of most systems.
    fn dialect(&self) -> Dialect {
        Dialect::PLAIN
    }

    /// Whose account the key opens: asked before a key is kept.
    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError>;

    /// The next page of a stream. Called again with the same position after a crash, and never
    /// where the manifest names no stream.
    async fn page(&self, _api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
        Err(undeclared(asked.stream))
    }

    /// Reads these records by their ids, as they are at this moment: those that a delivery has
    /// named ([`Heard::Named`]), and those that were changed by approval. For systems whose lists
    /// and searches do not show that, or only later. What is not there any more is gone.
    async fn named(
        &self,
        _api: &JsonApi,
        _asked: &Asked<'_>,
        _source_ids: &[String],
    ) -> Result<Page, ConnectorError> {
        Ok(Page::ending(Next::End(Value::Null)))
    }

    /// Answers one of the manifest's queries, with data for the model. Of areas with readers of
    /// their own it shows nothing that is not in `readable`.
    async fn query(
        &self,
        _api: &JsonApi,
        query: &'static Query,
        _arguments: &Arguments,
        _readable: &Readable,
    ) -> Result<Value, LookError> {
        Err(undeclared(query.name).into())
    }

    /// Reads what an operation would change as it is now, and resolves its arguments; the same
    /// areas are closed to it.
    async fn look(
        &self,
        _api: &JsonApi,
        operation: &'static Operation,
        _arguments: &Arguments,
        _readable: &Readable,
    ) -> Result<Look, LookError> {
        Err(undeclared(operation.name).into())
    }

    /// Whether whoever asks may have this done with Penny's own account ([`Reach::Penny`]).
    async fn admit(
        &self,
        _api: &JsonApi,
        _look: &Look,
        _requester: &Requester,
    ) -> Result<(), LookError> {
        Ok(())
    }

    /// Carries out what was approved, once. It sends with the action's idempotency key wherever
    /// the system takes one, or writes it into a field that [`Self::find_effect`] can search.
    async fn perform(&self, _api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
        let name = &action.content().operation.name;
        Err(WriteError::Refused(undeclared(name).to_string()))
    }

    /// Whether an earlier attempt took effect although nobody heard of it. None: it certainly did
    /// not. An error: that cannot be told.
    async fn find_effect(
        &self,
        _api: &JsonApi,
        content: &Content,
        _idempotency_key: &str,
    ) -> Result<Option<Effect>, ConnectorError> {
        Err(undeclared(&content.operation.name))
    }

    /// How long a delivery may be that it hears. A longer one is not taken.
    fn longest_delivery(&self) -> usize {
        usize::MAX
    }

    /// Whom a genuine delivery is for. It is asked only where `listen` names a proof that all
    /// connections share.
    fn addressed(&self, _delivery: &VerifiedDelivery) -> Result<Vec<Part>, ConnectorError> {
        Err(undeclared("listening"))
    }

    /// What a delivery means. Of kinds that it does not know it hears nothing, without an error.
    fn hear(&self, _said: &Said<'_>) -> Result<Vec<Heard>, ConnectorError> {
        Err(undeclared("listening"))
    }

    /// Asks the system to tell of changes through this topic; returns until when it will. For
    /// systems that push through Pub/Sub.
    async fn watch(&self, _api: &JsonApi, _topic: &str) -> Result<DateTime<Utc>, ConnectorError> {
        Err(undeclared("watching"))
    }

    /// What would take an effect back.
    fn undo(&self, _content: &Content, _effect: &Effect) -> Option<Undo> {
        None
    }
}

/// Something in a manifest that its connector does not do, or the other way round.
fn undeclared(name: &str) -> ConnectorError {
    ConnectorError::Unexpected(format!("there is no {name}"))
}
