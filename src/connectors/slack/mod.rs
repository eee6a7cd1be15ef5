//! Slack outside the conversation: Penny posts under her own name where she is a member. There is
//! nothing to connect, since it is the workspace that she is installed in.

mod posting;
mod wire;

use super::field::{Arguments, Field, Kind};
use super::operation::{Look, LookError, Operation, Undo};
use super::own::Requester;
use super::{Account, Connector, ConnectorError, Manifest, Reach, Readable, SeenBy, Stream, Table};
use crate::approvals::policy::Stakes;
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::connectors::operation::Repeat;
use crate::net::json_api::{Dialect, JsonApi, WriteError};
use async_trait::async_trait;

pub struct Slack;

pub const SLUG: &str = "slack";
const POST: &str = "post_message";
const DELETE: &str = "delete_message";

const CHANNEL: Field = Field::required(
    "channel",
    "Channel",
    Kind::Named("the name or id of a channel that Penny is a member of"),
);

static OPERATIONS: [Operation; 2] = [
    Operation {
        name: POST,
        title: "Post a message",
        hint: "In another channel than this conversation's. Text is Markdown; references in it \
            reach nobody. To call somebody's attention, name them in `mention` by their \
            slack_user_id; @channel, @here and groups are not possible.",
        fields: &[
            CHANNEL,
            Field::optional("mention", "Mentions", Kind::Lines),
            Field::required("text", "Text", Kind::Text),
        ],
        stakes: Stakes::Reversible,
        repeat: Repeat::Never,
        can_be_undone: true,
    },
    Operation {
        name: DELETE,
        title: "Delete a message in Slack",
        hint: "Only one that post_message has posted.",
        fields: &[CHANNEL, Field::required("id", "Message", Kind::Id)],
        stakes: Stakes::Reversible,
        repeat: Repeat::Harmless,
        can_be_undone: false,
    },
];

static MANIFEST: Manifest = Manifest {
    slug: SLUG,
    name: "Slack",
    key: None,
    oauth: None,
    reach: Reach::Penny,
    base_url: "https://slack.com/api",
    // Nobody asks for its pages: `jobs/listening` hears what is said.
    streams: &[Stream::new(
        "messages",
        "messages of the channels that an administrator chose",
        &[Table::ChannelMessage],
    )
    .seen_by(SeenBy::Readers)],
    // Slack's are by method and channel; what it turns away is waited out.
    limits: &[],
    topics: &[],
    queries: &[],
    operations: &OPERATIONS,
    listen: None,
    guide: include_str!("guide.md"),
};

#[async_trait]
impl Connector for Slack {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn dialect(&self) -> Dialect {
        Dialect {
            meaning: wire::meaning,
            ..Dialect::PLAIN
        }
    }

    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError> {
        Ok(wire::account(api).await?)
    }

    async fn look(
        &self,
        api: &JsonApi,
        operation: &'static Operation,
        arguments: &Arguments,
        _readable: &Readable,
    ) -> Result<Look, LookError> {
        match operation.name {
            POST => posting::look(api, arguments).await,
            _ => posting::look_at(api, arguments).await,
        }
    }

    async fn admit(
        &self,
        api: &JsonApi,
        look: &Look,
        requester: &Requester,
    ) -> Result<(), LookError> {
        posting::admit(api, look, requester).await
    }

    async fn perform(&self, api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
        match action.content().operation.name.as_str() {
            POST => posting::post(api, action).await,
            _ => posting::delete(api, action.content()).await,
        }
    }

    async fn find_effect(
        &self,
        api: &JsonApi,
        content: &Content,
        idempotency_key: &str,
    ) -> Result<Option<Effect>, ConnectorError> {
        match content.operation.name.as_str() {
            POST => posting::find(api, content, idempotency_key).await,
            _ => posting::find_deletion(api, content).await,
        }
    }

    fn undo(&self, content: &Content, effect: &Effect) -> Option<Undo> {
        if content.operation.name != POST {
            return None;
        }
        let mut arguments = Arguments::new();
        arguments.insert(
            "channel".to_owned(),
            content.arguments.get("channel")?.clone(),
        );
        arguments.insert("id".to_owned(), effect.id.clone()?.into());
        Some(Undo {
            operation: DELETE,
            arguments,
        })
    }
}
