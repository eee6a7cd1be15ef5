//! Which records belong together: as lists name them, and read in batches.

use super::kinds::Kind;
use super::records::World;
use super::refusal::Refusal;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const MOST_INPUTS: usize = 1_000;
/// Of one record in a batch; the rest is on further pages.
const MOST_OF_ONE: usize = 500;
/// Of one record in a list.
const MOST_LISTED: usize = 100;

#[derive(Debug, Deserialize)]
pub struct Batch {
    inputs: Vec<BatchInput>,
}

#[derive(Debug, Deserialize)]
struct BatchInput {
    id: String,
    #[serde(default)]
    after: Option<String>,
}

/// With their places. Nobody may rely on the primary company to be the first.
fn in_any_order<'l>(
    linked: impl Iterator<Item = (usize, &'l u64)>,
    to: &Kind,
) -> impl Iterator<Item = (usize, &'l u64)> {
    let mut linked: Vec<_> = linked.collect();
    if to.singular == "company" {
        linked.reverse();
    }
    linked.into_iter()
}

/// As a list says it: an id once for each type of its association. Kinds that nothing is linked
/// with are left out.
pub fn listed(world: &World, kind: &Kind, id: u64, asked: &[&'static Kind]) -> Option<Value> {
    let mut all = Map::new();
    for to in asked {
        let linked = world.linked(kind, id, to);
        let results: Vec<Value> = in_any_order(linked.iter().take(MOST_LISTED).enumerate(), to)
            .flat_map(|(place, other)| {
                let name = format!("{}_to_{}", kind.singular, to.singular);
                let names = match kind.association(to) {
                    (_, Some(_)) if place == 0 => vec![name.clone(), format!("{name}_unlabeled")],
                    (_, Some(_)) => vec![format!("{name}_unlabeled")],
                    (_, None) => vec![name],
                };
                let id = other.to_string();
                names
                    .into_iter()
                    .map(move |name| json!({"id": id, "type": name}))
            })
            .collect();
        if results.is_empty() {
            continue;
        }
        let mut list = json!({ "results": results });
        if linked.len() > MOST_LISTED {
            list["paging"] = json!({"next": {"after": linked[MOST_LISTED].to_string()}});
        }
        all.insert(to.plural.to_owned(), list);
    }
    (!all.is_empty()).then_some(Value::Object(all))
}

/// What has no associations is not among the results: it is an error, and the answer is 207.
pub fn batch(
    world: &World,
    from: &Kind,
    to: &Kind,
    batch: &Batch,
    now: &str,
) -> Result<(StatusCode, Value), Refusal> {
    if batch.inputs.len() > MOST_INPUTS {
        let message = format!("a batch has at most {MOST_INPUTS} inputs");
        return Err(Refusal::invalid(message));
    }
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for input in &batch.inputs {
        let id: u64 = input
            .id
            .parse()
            .map_err(|_| Refusal::invalid(format!("{:?} is no id", input.id)))?;
        let linked = world.linked(from, id, to);
        if linked.is_empty() {
            errors.push(nothing(from, to, &input.id));
            continue;
        }
        let begin = input.after.as_deref().and_then(|it| it.parse().ok());
        results.push(one(from, to, &input.id, &linked, begin.unwrap_or(0)));
    }
    let mut body = json!({
        "status": "COMPLETE",
        "results": results,
        "startedAt": now,
        "completedAt": now,
    });
    if errors.is_empty() {
        return Ok((StatusCode::OK, body));
    }
    body["numErrors"] = errors.len().into();
    body["errors"] = errors.into();
    Ok((StatusCode::MULTI_STATUS, body))
}

fn one(from: &Kind, to: &Kind, id: &str, linked: &[u64], begin: usize) -> Value {
    let (plain, primary) = from.association(to);
    let typed = |number: Option<u64>, label: Option<&str>| json!({"category": "HUBSPOT_DEFINED", "typeId": number, "label": label});
    let page = linked.iter().enumerate().skip(begin).take(MOST_OF_ONE);
    let to: Vec<Value> = in_any_order(page, to)
        .map(|(place, other)| {
            let mut types = vec![typed(plain, None)];
            if place == 0 && primary.is_some() {
                types.push(typed(primary, Some("Primary")));
            }
            json!({"toObjectId": other, "associationTypes": types})
        })
        .collect();
    let mut result = json!({"from": {"id": id}, "to": to});
    let end = begin + MOST_OF_ONE;
    if end < linked.len() {
        result["paging"] = json!({"next": {"after": end.to_string()}});
    }
    result
}

fn nothing(from: &Kind, to: &Kind, id: &str) -> Value {
    let message = format!(
        "No {} is associated with {} {id}.",
        to.singular, from.singular
    );
    json!({
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": message,
        "context": {
            "fromObjectId": [id],
            "fromObjectType": [from.singular],
            "toObjectType": [to.singular],
        },
    })
}
