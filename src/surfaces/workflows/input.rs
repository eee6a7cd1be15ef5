//! What a workflow is started with by hand: read from what was typed behind its name, or asked for
//! in a window where it needs something.

use super::{may_change, start, words};
use crate::automation::workflow::{Property, Schema, given, parse};
use crate::base::ids::{OrgId, WorkflowId};
use crate::jobs::Services;
use crate::slack::blocks::workflow_input::{Asked, MOST, window};
use crate::slack::ids::FIELD;
use crate::slack::inbound::{Source, View, ViewSubmission};
use crate::store::OrgTx;
use crate::store::workflows::{self, Workflow};
use crate::surfaces::scene::{Scene, Surfaced};
use serde_json::{Map, Value, json};

const DRY: &str = "dry";

pub fn schema_of(workflow: &Workflow) -> Option<Schema> {
    parse(&workflow.definition).ok()?.input
}

/// What somebody typed for it, or why that is not enough.
pub fn typed(workflow: &Workflow, rest: &str) -> Result<Value, String> {
    let schema = schema_of(workflow);
    let input = given::read(rest, schema.as_ref())
        .map_err(|unread| words::unread(workflow, &unread.to_string()))?;
    match schema.and_then(|schema| schema.objection(&schema.filled(&input))) {
        None => Ok(input),
        Some(objection) => Err(words::does_not_fit(workflow, &objection)),
    }
}

/// Whether it cannot be started with nothing.
pub fn is_needed(workflow: &Workflow) -> bool {
    let schema = schema_of(workflow);
    schema.is_some_and(|schema| schema.objection(&schema.filled(&json!({}))).is_some())
}

/// Asks for it. False: it was too late for a window.
pub async fn ask(
    scene: &Scene<'_>,
    source: &Source,
    workflow: &Workflow,
    is_dry: bool,
) -> Surfaced<bool> {
    let Some(schema) = schema_of(workflow) else {
        return Ok(true);
    };
    let fields: Vec<Asked<'_>> = asked_for(&schema).iter().map(asked).collect();
    let how = if is_dry { DRY } else { "run" };
    let carries = format!("{} {how}", workflow.id);
    let view = window(&carries, &words::asks_for_input(workflow, is_dry), &fields);
    scene.open_modal(source, &view).await
}

/// The properties that there is room for, and whose name can name a field of the window.
fn asked_for(schema: &Schema) -> Vec<Property<'_>> {
    let all = schema.properties().into_iter();
    all.filter(|it| block(it).len() <= 255).take(MOST).collect()
}

fn block(property: &Property<'_>) -> String {
    format!("input:{}", property.name)
}

fn asked<'a>(property: &Property<'a>) -> Asked<'a> {
    let choices = property.choices();
    let initial = match property.default() {
        Some(Value::String(text)) if choices.is_empty() => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    Asked {
        block: block(property),
        label: property.label(),
        hint: property.about(),
        initial,
        choices: choices.iter().map(Value::to_string).collect(),
        is_long: property.is_structured(),
        is_optional: !property.is_required,
    }
}

/// What was filled in; what was left empty is left out.
fn filled(view: &View, schema: &Schema) -> Map<String, Value> {
    let mut input = Map::new();
    for property in asked_for(schema) {
        let typed = view.filled(&block(&property), FIELD).unwrap_or_default();
        if typed.is_empty() {
            continue;
        }
        // A choice is known by its JSON.
        let is_it = |it: &Value| serde_json::to_string(it).is_ok_and(|it| it == typed);
        let value = match property.choices().into_iter().find(is_it) {
            Some(chosen) => chosen,
            None => given::value(typed, Some(schema), property.name),
        };
        input.insert(property.name.to_owned(), value);
    }
    input
}

async fn carried(tx: &mut OrgTx, view: &View) -> Surfaced<Option<(Workflow, bool)>> {
    let (id, how) = view.private_metadata.split_once(' ').unwrap_or_default();
    let Ok(id) = id.parse::<WorkflowId>() else {
        return Ok(None);
    };
    let found = workflows::get(tx, id).await?;
    Ok(found.map(|workflow| (workflow, how == DRY)))
}

pub async fn objections(
    services: &Services,
    org: OrgId,
    submitted: &ViewSubmission,
) -> Surfaced<Map<String, Value>> {
    let mut tx = services.db.org(org).await?;
    let found = carried(&mut tx, &submitted.view).await?;
    drop(tx);
    let Some(schema) = found.and_then(|(workflow, _)| schema_of(&workflow)) else {
        return Ok(Map::new());
    };
    let input = filled(&submitted.view, &schema);
    let mut wrong = Map::new();
    for property in asked_for(&schema) {
        let objection = input
            .get(property.name)
            .and_then(|value| property.objection(value));
        if let Some(objection) = objection {
            wrong.insert(
                block(&property),
                json!(words::field_does_not_fit(&objection)),
            );
        }
    }
    Ok(wrong)
}

pub async fn submitted(scene: &Scene<'_>, submitted: &ViewSubmission) -> Surfaced {
    let user = &submitted.source.user;
    let person = scene.person(user).await?;
    let mut tx = scene.tx().await?;
    let found = carried(&mut tx, &submitted.view).await?;
    drop(tx);
    let Some((workflow, is_dry)) = found else {
        return scene.tell_directly(user, words::GONE).await;
    };
    if !may_change(&person, user, &workflow) {
        let said = words::not_yours(&workflow);
        return scene.tell_directly(user, &said).await;
    }
    let schema = schema_of(&workflow);
    let input = schema
        .as_ref()
        .map(|schema| filled(&submitted.view, schema));
    let input = Value::Object(input.unwrap_or_default());
    // It may take something else since the window was opened.
    let objection = schema.and_then(|schema| schema.objection(&schema.filled(&input)));
    if let Some(objection) = objection {
        let said = words::does_not_fit(&workflow, &objection);
        return scene.tell_directly(user, &said).await;
    }
    start(scene, &workflow, &input, is_dry).await?;
    let said = words::on_it(&workflow, is_dry);
    scene.tell_directly(user, &said).await
}
