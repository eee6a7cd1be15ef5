//! What became of a write whose answer was lost.
//!
//! What is certain: a record is read as it is, so an update and a deletion are there or not. A
//! contact is known by its mail address. What hangs on another record is listed there, at once
//! and whole, so a note, a deal or a contact that was to be tied to one is there or not. What
//! hangs on nothing can only be searched for, and HubSpot's search is behind by seconds or
//! minutes: what it finds is there, what it does not find may still be.

use super::changing::{effect, link, new_properties, ties};
use super::forms::{as_properties, holds};
use super::linking::linked;
use super::looking::{contact_with, read};
use super::objects::Record;
use super::subject::{self, Act, Properties, Subject, TIMESTAMP, text};
use crate::approvals::{Content, Effect};
use crate::connectors::ConnectorError;
use crate::connectors::field::Arguments;
use crate::net::json_api::{ApiError, JsonApi};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

/// How far HubSpot's clock and ours may be apart.
const CLOCKS: TimeDelta = TimeDelta::minutes(2);
const A_BATCH: usize = 100;

#[derive(Deserialize)]
struct Found {
    results: Vec<Record>,
}

pub async fn find_effect(
    api: &JsonApi,
    content: &Content,
) -> Result<Option<Effect>, ConnectorError> {
    let (act, subject) = subject::read(&content.operation.name)?;
    match act {
        Act::Create => created(api, subject, content).await,
        Act::Update => updated(api, subject, content).await,
        Act::Archive => archived(api, subject, content).await,
    }
}

async fn updated(
    api: &JsonApi,
    subject: &Subject,
    content: &Content,
) -> Result<Option<Effect>, ConnectorError> {
    let id = own_id(subject, content)?;
    let Some(record) = read(api, subject, id).await? else {
        return Err(untold("the record is gone"));
    };
    let is_as = |values: &Arguments| is_as(subject, values, &record.properties);
    if is_as(&content.arguments) {
        let link = content.target.link.clone();
        return Ok(Some(effect(subject, content, id, link)));
    }
    match content.before.as_ref().is_some_and(is_as) {
        true => Ok(None),
        false => Err(untold("somebody else has changed the record meanwhile")),
    }
}

async fn archived(
    api: &JsonApi,
    subject: &Subject,
    content: &Content,
) -> Result<Option<Effect>, ConnectorError> {
    let id = own_id(subject, content)?;
    if read(api, subject, id).await?.is_some() {
        return Ok(None);
    }
    let gone: Result<Record, _> = api.get(&subject.path(id), &[("archived", "true")]).await;
    match gone {
        Ok(_) => Ok(Some(effect(subject, content, id, None))),
        Err(ApiError::NotFound) => Err(untold("the record is neither there nor archived")),
        Err(error) => Err(error.into()),
    }
}

async fn created(
    api: &JsonApi,
    subject: &'static Subject,
    content: &Content,
) -> Result<Option<Effect>, ConnectorError> {
    let ties = ties(content).map_err(|problem| ConnectorError::Unexpected(problem.said))?;
    let email = content.arguments.get("email").and_then(Value::as_str);
    let (candidates, is_certain) = match (subject.name, email, ties.as_slice()) {
        ("contact", Some(email), _) => {
            (contact_with(api, email).await?.into_iter().collect(), true)
        }
        (_, _, [(to, id), ..]) => (hanging_on(api, subject, (to, id)).await?, true),
        _ => (searched(api, subject, content).await?, false),
    };
    let found: Vec<&Record> = candidates
        .iter()
        .filter(|record| is_it(subject, content, record))
        .collect();
    match found.as_slice() {
        [one] => {
            let link = link(api, subject, content, &one.id).await;
            Ok(Some(effect(subject, content, &one.id, link)))
        }
        [] if is_certain => Ok(None),
        [] => Err(untold("its search may not know yet of what was just made")),
        _ => Err(untold("several records fit what was to be made")),
    }
}

/// Whether a record is the one that was to be made: the same values, and not there before. A note
/// also stands at its very millisecond.
fn is_it(subject: &Subject, content: &Content, record: &Record) -> bool {
    let wanted = new_properties(subject, content);
    let at = |properties| text(properties, TIMESTAMP).and_then(moment);
    record.created_at >= content.proposal.made_at() - CLOCKS
        && is_as(subject, &content.arguments, &record.properties)
        && at(&wanted).is_none_or(|at_wanted| at(&record.properties) == Some(at_wanted))
}

/// The records of a kind that hang on another one, from the records themselves.
async fn hanging_on(
    api: &JsonApi,
    subject: &Subject,
    (to, id): (&Subject, &str),
) -> Result<Vec<Record>, ConnectorError> {
    let mut links = linked(api, to.kind, subject.kind, &[id]).await?;
    let ids = links.remove(id).unwrap_or_default();
    let path = format!("/crm/v3/objects/{}/batch/read", subject.kind);
    let mut all = Vec::new();
    for batch in ids.chunks(A_BATCH) {
        let inputs: Vec<Value> = batch.iter().map(|it| json!({"id": it.id})).collect();
        let body = json!({"inputs": inputs, "properties": asked(subject)});
        let found: Found = api.search(&path, &body).await?;
        all.extend(found.results);
    }
    Ok(all)
}

/// By everything that a search can compare exactly.
async fn searched(
    api: &JsonApi,
    subject: &Subject,
    content: &Content,
) -> Result<Vec<Record>, ConnectorError> {
    let since = content.proposal.made_at() - CLOCKS;
    let mut filters = vec![json!({
        "propertyName": "createdate",
        "operator": "GTE",
        "value": since.timestamp_millis().to_string(),
    })];
    let named = ["dealname", "name", "firstname", "lastname"];
    for (name, value) in as_properties(subject, &content.arguments) {
        if named.contains(&name.as_str()) {
            filters.push(json!({"propertyName": name, "operator": "EQ", "value": value}));
        }
    }
    let body = json!({
        "filterGroups": [{"filters": filters}],
        "properties": asked(subject),
        "limit": A_BATCH,
    });
    let path = format!("/crm/v3/objects/{}/search", subject.kind);
    Ok(api.search::<Found>(&path, &body).await?.results)
}

fn asked(subject: &Subject) -> Vec<&'static str> {
    let names = subject.properties.iter().map(|property| property.name);
    names.chain([TIMESTAMP]).collect()
}

/// Whether a record has all of these values.
fn is_as(subject: &Subject, values: &Arguments, properties: &Properties) -> bool {
    subject.properties.iter().all(|property| {
        values
            .get(property.argument)
            .is_none_or(|value| holds(property.form, value, properties, property.name))
    })
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

fn own_id<'a>(subject: &Subject, content: &'a Content) -> Result<&'a str, ConnectorError> {
    subject
        .sealed_id(content)
        .map_err(|problem| ConnectorError::Unexpected(problem.said))
}

fn untold(why: &str) -> ConnectorError {
    ConnectorError::Unexpected(format!(
        "it cannot be told whether the change was made: {why}"
    ))
}
