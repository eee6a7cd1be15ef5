//! Live questions to HubSpot: a search over its records, and one record with all that it says.

use super::account::Details;
use super::linking::linked;
use super::objects::{Record, Reference};
use super::subject::{COMPANY, CONTACT, DEAL, Properties, RECORDS, Subject, text};
use crate::connectors::ConnectorError;
use crate::connectors::field::{Arguments, Field, Kind};
use crate::connectors::operation::{LookError, Query};
use crate::net::json_api::JsonApi;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const SHOWN: usize = 10;
const LONGEST_TEXT: usize = 2_000;

pub static QUERIES: [Query; 2] = [
    Query {
        name: "search_records",
        description: "Finds deals, contacts and companies by words of their names, mail \
            addresses, domains or phone numbers, as HubSpot has them right now.",
        fields: &[
            Field::required("text", "Words", Kind::Line),
            Field::optional(
                "kind",
                "Kind of record",
                Kind::Choice(&["deals", "contacts", "companies"]),
            ),
        ],
    },
    Query {
        name: "get_record",
        description: "One deal, contact or company with every property that has a value, and the \
            records that it belongs to.",
        fields: &[Field::required("id", "Record", Kind::Id)],
    },
];

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    total: u64,
    results: Vec<Record>,
}

#[derive(Deserialize)]
struct Definitions {
    results: Vec<Definition>,
}

#[derive(Deserialize)]
struct Definition {
    name: String,
    #[serde(default)]
    hidden: bool,
}

pub async fn answer(
    api: &JsonApi,
    query: &'static Query,
    arguments: &Arguments,
) -> Result<Value, LookError> {
    let given = |name: &str| arguments.get(name).and_then(Value::as_str);
    match query.name {
        "search_records" => {
            let words = given("text").unwrap_or_default();
            Ok(search(api, words, given("kind")).await?)
        }
        "get_record" => get(api, given("id").unwrap_or_default()).await,
        other => Err(ConnectorError::Unexpected(format!("there is no {other}")).into()),
    }
}

async fn search(api: &JsonApi, words: &str, kind: Option<&str>) -> Result<Value, ConnectorError> {
    let details = Details::read(api).await?;
    let mut answer = Map::new();
    let asked = RECORDS.iter();
    for subject in asked.filter(|subject| kind.is_none_or(|kind| kind == subject.kind)) {
        let path = format!("/crm/v3/objects/{}/search", subject.kind);
        let properties: Vec<&str> = subject.properties.iter().map(|it| it.name).collect();
        let body = json!({"query": words, "limit": SHOWN, "properties": properties});
        let found: Found = api.search(&path, &body).await?;
        let records = found.results.iter();
        let records: Vec<Value> = records
            .map(|record| shown(&details, subject, record))
            .collect();
        answer.insert(
            subject.kind.to_owned(),
            json!({"found": found.total, "records": records}),
        );
    }
    Ok(answer.into())
}

async fn get(api: &JsonApi, given: &str) -> Result<Value, LookError> {
    let kind = given.split_once('/').map(|(kind, _)| kind);
    let subject = RECORDS
        .into_iter()
        .find(|subject| Some(subject.kind) == kind)
        .ok_or_else(|| {
            let said = "Say the record as in the tables: deals/…, contacts/… or companies/….";
            LookError::problem("id", said)
        })?;
    let id = subject
        .own_id("id", given)
        .map_err(|problem| LookError::Problems(vec![problem]))?;
    let path = format!("/crm/v3/properties/{}", subject.kind);
    let known: Definitions = api.get(&path, &[]).await?;
    let names = known.results.into_iter().filter(|it| !it.hidden);
    let names: Vec<String> = names.map(|it| it.name).collect();
    // Hundreds of names are too long for an address.
    let path = format!("/crm/v3/objects/{}/batch/read", subject.kind);
    let body = json!({"inputs": [{"id": id}], "properties": names});
    let found: Found = api.search(&path, &body).await?;
    let Some(record) = found.results.first() else {
        let said = format!("HubSpot has no {} with the id {id}.", subject.name);
        return Err(LookError::problem("id", said));
    };
    let details = Details::read(api).await?;
    let mut answer = shown(&details, subject, record);
    for to in [&COMPANY, &CONTACT, &DEAL] {
        if to.name == subject.name {
            continue;
        }
        let mut links = linked(api, subject.kind, to.kind, &[id]).await?;
        let ids = links.remove(id).unwrap_or_default();
        if !ids.is_empty() {
            let source_id = |it: &Reference| to.source_id(&it.id);
            answer[to.kind] = ids.iter().map(source_id).collect();
        }
    }
    Ok(answer)
}

/// What has a value, for the model.
fn shown(details: &Details, subject: &Subject, record: &Record) -> Value {
    json!({
        "id": subject.source_id(&record.id),
        "name": subject.called(&record.properties),
        "link": details.link(subject, &record.id),
        "changed": record.updated_at,
        "properties": values(&record.properties),
    })
}

fn values(properties: &Properties) -> Map<String, Value> {
    let value = |name: &String| {
        let text = text(properties, name)?;
        let short: String = text.chars().take(LONGEST_TEXT).collect();
        Some((name.clone(), short.into()))
    };
    properties.keys().filter_map(value).collect()
}
