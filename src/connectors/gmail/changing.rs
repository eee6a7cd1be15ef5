//! Carrying out what was approved. Gmail takes no idempotency key, so a mail carries it as a
//! header, and what became of one without an answer is found out in [`super::finding`].

use super::looking::{answers, text, texts};
use super::message::Outgoing;
use super::operations::{FILE, REPLY};
use super::wire::{ME, Reference};
use super::{filing, queries, rows};
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::connectors::ConnectorError;
use crate::connectors::operation::LookError;
use crate::net::json_api::{JsonApi, WriteError};
use http::Method;
use serde_json::json;

pub async fn perform(api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
    let content = action.content();
    if content.operation.name == FILE {
        return filing::perform(api, content).await;
    }
    let arguments = &content.arguments;
    let account = account(content);
    let key = action.idempotency_key();
    let mut mail = Outgoing {
        from: account,
        to: texts(arguments, "to"),
        cc: texts(arguments, "cc"),
        subject: text(arguments, "subject"),
        body: text(arguments, "body"),
        key: &key,
        answers: None,
    };
    let mut body = json!({});
    if content.operation.name == REPLY {
        let answered = queries::mail(api, text(arguments, "id"), "metadata").await;
        let answered = answered.map_err(not_sent)?;
        mail.answers = answers(&answered);
        body["threadId"] = answered.thread_id.into();
    }
    body["raw"] = mail.encoded().into();
    let path = format!("{ME}/messages/send");
    let sent: Reference = api.write(Method::POST, &path, &[], &body).await?;
    Ok(effect(account, &sent.id))
}

pub fn effect(account: &str, id: &str) -> Effect {
    Effect {
        id: Some(id.to_owned()),
        link: Some(rows::link(Some(account), id)),
        after: None,
    }
}

/// The mailbox's own address.
pub fn account(content: &Content) -> &str {
    let connection = content.connection.as_ref();
    connection.map_or("", |it| it.account.as_str())
}

fn not_sent(error: LookError) -> WriteError {
    match error {
        LookError::Connector(ConnectorError::Api(error)) => WriteError::NotSent(error),
        other => WriteError::Refused(other.to_string()),
    }
}
