//! Carrying out what was approved. HubSpot takes no idempotency key (its property for such, the
//! unique creation key, cannot be written), so each call is made once, and what became of one
//! without an answer is found out in [`super::finding`].

use super::account::Details;
use super::forms::as_properties;
use super::looking::TIES;
use super::operations::OPERATIONS;
use super::subject::{self, Act, NOTE, Properties, Subject, TIMESTAMP};
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::connectors::field::{Arguments, Problem};
use crate::connectors::operation::Undo;
use crate::net::json_api::{JsonApi, WriteError};
use chrono::SecondsFormat;
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Written {
    id: String,
}

pub async fn perform(api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
    let content = action.content();
    let (act, subject) = named(content)?;
    match act {
        Act::Create => create(api, subject, content).await,
        Act::Update => {
            let id = own_id(subject, content)?;
            let body = json!({"properties": as_properties(subject, &content.arguments)});
            let done: Written = api
                .write(Method::PATCH, &subject.path(id), &[], &body)
                .await?;
            Ok(effect(
                subject,
                content,
                &done.id,
                content.target.link.clone(),
            ))
        }
        Act::Archive => {
            let id = own_id(subject, content)?;
            let path = subject.path(id);
            api.write::<Value>(Method::DELETE, &path, &[], &Value::Null)
                .await?;
            Ok(effect(subject, content, id, None))
        }
    }
}

async fn create(
    api: &JsonApi,
    subject: &'static Subject,
    content: &Content,
) -> Result<Effect, WriteError> {
    let ties = ties(content).map_err(|problem| WriteError::Refused(problem.said))?;
    let associations: Vec<Value> = ties
        .iter()
        .filter_map(|(to, id)| association(subject, to, id))
        .collect();
    let mut body = json!({"properties": new_properties(subject, content)});
    if !associations.is_empty() {
        body["associations"] = associations.into();
    }
    let path = format!("/crm/v3/objects/{}", subject.kind);
    let made: Written = api.write(Method::POST, &path, &[], &body).await?;
    let link = link(api, subject, content, &made.id).await;
    Ok(effect(subject, content, &made.id, link))
}

/// Where people see something new. That it was made is true without it.
pub async fn link(api: &JsonApi, subject: &Subject, content: &Content, id: &str) -> Option<String> {
    if subject.name == NOTE.name {
        return content.target.link.clone();
    }
    Details::read(api).await.ok()?.link(subject, id)
}

/// A note stands at the very millisecond in which it was proposed, by which it can be told from
/// any other one.
pub fn new_properties(subject: &Subject, content: &Content) -> Properties {
    let mut properties = as_properties(subject, &content.arguments);
    if subject.name == NOTE.name {
        let at = content.proposal.made_at();
        let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        properties.insert(TIMESTAMP.to_owned(), at.into());
    }
    properties
}

/// The records that something new belongs to, by HubSpot's own ids.
pub fn ties(content: &Content) -> Result<Vec<(&'static Subject, &str)>, Problem> {
    let given = TIES.into_iter().filter_map(|(argument, to)| {
        let id = content.arguments.get(argument)?.as_str()?;
        Some(to.own_id(argument, id).map(|id| (to, id)))
    });
    given.collect()
}

/// HubSpot's numbers of the types of associations, without a label; a company that a deal or a
/// contact begins with is its primary one.
fn association(from: &Subject, to: &Subject, id: &str) -> Option<Value> {
    let number = match (from.name, to.name) {
        ("contact", "company") => 1,
        ("deal", "company") => 5,
        ("deal", "contact") => 3,
        ("note", "deal") => 214,
        ("note", "contact") => 202,
        ("note", "company") => 190,
        _ => return None,
    };
    let kind = json!({"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number});
    Some(json!({"to": {"id": id}, "types": [kind]}))
}

/// What is there now. Of a record that is gone, nothing.
pub fn effect(subject: &Subject, content: &Content, id: &str, link: Option<String>) -> Effect {
    let gone = content.operation.name.starts_with("delete_");
    let fields = content
        .arguments
        .iter()
        .filter(|(name, _)| subject.property(name).is_some())
        .map(|(name, value)| (name.clone(), value.clone()));
    Effect {
        id: Some(subject.source_id(id)),
        link,
        after: (!gone).then(|| fields.collect::<Map<_, _>>()),
    }
}

/// An update is taken back by the values from before, something new by deleting it. What was
/// deleted comes back through nobody but a person over there.
pub fn undo(content: &Content, effect: &Effect) -> Option<Undo> {
    let (act, subject) = subject::read(&content.operation.name).ok()?;
    match act {
        Act::Archive => None,
        Act::Update => {
            let mut arguments: Arguments = content.before.clone()?;
            arguments.insert("id".to_owned(), content.arguments.get("id")?.clone());
            let operation = OPERATIONS
                .iter()
                .find(|it| it.name == content.operation.name)?;
            Some(Undo {
                operation: operation.name,
                arguments,
            })
        }
        Act::Create => Some(Undo {
            operation: subject.deleted_by,
            arguments: Map::from_iter([("id".to_owned(), effect.id.clone()?.into())]),
        }),
    }
}

fn named(content: &Content) -> Result<(Act, &'static Subject), WriteError> {
    subject::read(&content.operation.name).map_err(|error| WriteError::Refused(error.to_string()))
}

fn own_id<'a>(subject: &Subject, content: &'a Content) -> Result<&'a str, WriteError> {
    subject
        .sealed_id(content)
        .map_err(|problem| WriteError::Refused(problem.said))
}
