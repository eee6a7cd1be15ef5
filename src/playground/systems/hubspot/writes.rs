//! Records made, changed and archived over the API.

use super::HubSpot;
use super::kinds::{CONTACTS, KINDS, Kind};
use super::properties;
use super::records::World;
use super::refusal::Refusal;
use super::routes::{Answer, id_of, kind_of};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub struct Written {
    properties: Map<String, Value>,
    #[serde(default)]
    associations: Vec<Association>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Association {
    to: Target,
    types: Vec<AssociationType>,
}

#[derive(Deserialize)]
struct Target {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssociationType {
    association_type_id: u64,
}

impl Written {
    /// HubSpot takes numbers and booleans too, and keeps them as text; addresses in lower case.
    fn texts(&self) -> Vec<(String, String)> {
        let text = |name: &str, value: &Value| match value {
            Value::String(text) if matches!(name, "email" | "domain") => text.to_lowercase(),
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let all = self.properties.iter();
        all.map(|(name, value)| (name.clone(), text(name, value)))
            .collect()
    }

    /// What a new record is to be linked with.
    fn targets(&self, world: &World, kind: &Kind) -> Result<Vec<(&'static Kind, u64)>, Refusal> {
        let target = |association: &Association| {
            let number = association.types.first().map(|it| it.association_type_id);
            let to = KINDS.iter().find(|to| {
                let (plain, primary) = kind.association(to);
                number.is_some() && (number == plain || number == primary)
            });
            let to = to.ok_or_else(|| Refusal::invalid("there is no such type of association"))?;
            let id = id_of(&association.to.id)?;
            match world.table(to).live.contains_key(&id) {
                true => Ok((to, id)),
                false => Err(Refusal::NotFound),
            }
        };
        self.associations.iter().map(target).collect()
    }
}

/// Refuses values that HubSpot would not take, and a second contact with a mail address.
fn check(
    world: &World,
    kind: &Kind,
    texts: &[(String, String)],
    own: Option<u64>,
) -> Result<(), Refusal> {
    let invalid = properties::check(world, kind, texts);
    if !invalid.is_empty() {
        return Err(Refusal::Properties(invalid));
    }
    let email = texts.iter().find(|(name, _)| name == "email");
    if let (Some((_, email)), true) = (email, kind.at == CONTACTS.at)
        && let Some(other) = world.contact_with(email).filter(|it| Some(*it) != own)
    {
        return Err(Refusal::Exists(other));
    }
    Ok(())
}

pub async fn create(
    State(hubspot): State<HubSpot>,
    Path(kind): Path<String>,
    Json(written): Json<Written>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let kind = kind_of(&kind)?;
    let texts = written.texts();
    let missing = properties::missing(kind, &texts);
    if !missing.is_empty() {
        return Err(Refusal::Missing(kind, missing));
    }
    let made = hubspot.edit(|world, now| {
        check(world, kind, &texts, None)?;
        let targets = written.targets(world, kind)?;
        let id = world.add(kind, &borrowed(&texts), now);
        for target in targets {
            world.link((kind, id), target, now)?;
        }
        shown(world, kind, id, &names(&texts))
    })?;
    Ok((StatusCode::CREATED, Json(made)))
}

pub async fn update(
    State(hubspot): State<HubSpot>,
    Path((kind, id)): Path<(String, String)>,
    Json(written): Json<Written>,
) -> Answer {
    let (kind, id) = (kind_of(&kind)?, id_of(&id)?);
    let texts = written.texts();
    let changed = hubspot.edit(|world, now| {
        if !world.table(kind).live.contains_key(&id) {
            return Err(Refusal::NotFound);
        }
        check(world, kind, &texts, Some(id))?;
        world.change(kind, id, &borrowed(&texts), now)?;
        shown(world, kind, id, &names(&texts))
    });
    changed.map(Json)
}

/// What is not there is archived already.
pub async fn archive(
    State(hubspot): State<HubSpot>,
    Path((kind, id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let (kind, id) = (kind_of(&kind)?, id_of(&id)?);
    let _ = hubspot.edit(|world, now| world.archive(kind, id, now));
    Ok(StatusCode::NO_CONTENT)
}

fn shown(world: &World, kind: &Kind, id: u64, names: &[String]) -> Result<Value, Refusal> {
    let record = world.table(kind).live.get(&id).ok_or(Refusal::NotFound)?;
    Ok(record.shown(kind, names))
}

fn borrowed(texts: &[(String, String)]) -> Vec<(&str, &str)> {
    texts
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn names(texts: &[(String, String)]) -> Vec<String> {
    texts.iter().map(|(name, _)| name.clone()).collect()
}
