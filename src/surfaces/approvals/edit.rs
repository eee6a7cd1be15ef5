//! Edit: the fields of a change in a window, and the next version of it once that is submitted.
//! What was filled in is checked before the window closes, with a look at the record itself, so
//! that an objection appears under its field.

use super::answer::Answer;
use super::{At, facts, words};
use crate::approvals::{self, Error};
use crate::connectors::changes::{self, Unfit};
use crate::connectors::field::{Arguments, Field, Kind, NONE, is_none, name_of};
use crate::connectors::operation::Operation;
use crate::connectors::registry;
use crate::jobs::Services;
use crate::jobs::cards::{bring_later, redraw_later};
use crate::slack::blocks::approval::form::{Input, Inputs, TEXT_CHARS};
use crate::slack::blocks::approval::windows;
use crate::slack::blocks::approval::words::too_long_to_edit;
use crate::slack::ids::FIELD;
use crate::slack::inbound::{Source, View, ViewSubmission};
use crate::surfaces::scene::{Scene, Surfaced};
use serde_json::{Map, Value, json};

/// The value of the one box of a yes-or-no field.
const TICKED: &str = "yes";

pub async fn open(scene: &Scene<'_>, source: &Source, at: &At, answer: &Answer<'_>) -> Surfaced {
    let Some(operation) = operation_of(at) else {
        return answer.tell(scene, words::CANNOT_EDIT).await;
    };
    let given = &at.content().arguments;
    let (mut inputs, mut too_long) = (Vec::new(), Vec::new());
    for field in operation.fields.iter().filter(|it| it.kind != Kind::Id) {
        match input(field, given.get(field.name)) {
            Some(input) => inputs.push(input),
            None => too_long.push(field.label),
        }
    }
    if inputs.is_empty() {
        let sentence = match too_long.is_empty() {
            true => words::CANNOT_EDIT.to_owned(),
            false => too_long_to_edit(&too_long),
        };
        return answer.tell(scene, &sentence).await;
    }
    let window = windows::edit(&at.shown(), &inputs, &too_long);
    scene.open_modal_or_tell(source, &window).await
}

fn operation_of(at: &At) -> Option<&'static Operation> {
    let operation = &at.content().operation;
    registry::find(&operation.system)?
        .manifest()
        .operation(&operation.name)
}

/// None: what stands there is too long to be put into an input, and stays as it is.
fn input(field: &Field, given: Option<&Value>) -> Option<Input> {
    let given = given.filter(|value| !is_none(value));
    let text = given.map(as_typed);
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > TEXT_CHARS)
    {
        return None;
    }
    let input = match field.kind {
        Kind::Text | Kind::Json | Kind::Lines | Kind::Mails => Inputs::Text(text),
        Kind::Id | Kind::Line | Kind::Named(_) => Inputs::Line(text),
        Kind::Count => Inputs::Number(text),
        Kind::Money => Inputs::Decimal(text),
        Kind::Date => Inputs::Date(text),
        Kind::Choice(options) => Inputs::Choice {
            options: options
                .iter()
                .map(|it| (it.to_string(), it.to_string()))
                .collect(),
            chosen: text,
        },
        Kind::Flag => Inputs::Boxes {
            options: vec![(field.label.to_owned(), TICKED.to_owned())],
            chosen: match given.and_then(Value::as_bool) {
                Some(true) => vec![TICKED.to_owned()],
                _ => Vec::new(),
            },
        },
    };
    let is_box = matches!(field.kind, Kind::Flag);
    Some(Input {
        name: field.name.to_owned(),
        label: field.label.to_owned(),
        hint: hint(field, given),
        is_optional: is_box || !field.is_required || field.may_be_none,
        input,
    })
}

/// What was not asked for stays as it is when its input stays empty, which needs no words.
fn hint(field: &Field, given: Option<&Value>) -> Option<String> {
    let said = match field.kind {
        Kind::Lines => words::ONE_A_LINE,
        Kind::Mails => words::ONE_ADDRESS_A_LINE,
        _ if field.may_be_none && given.is_some() => words::EMPTY_EMPTIES,
        _ => return None,
    };
    Some(said.to_owned())
}

/// A value as somebody would type it.
fn as_typed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let lines: Vec<String> = items.iter().map(as_typed).collect();
            lines.join("\n")
        }
        Value::Object(_) => name_of(value).map_or_else(|| value.to_string(), str::to_owned),
        other => other.to_string(),
    }
}

/// The arguments as the window says them, on top of those that it does not show.
fn arguments(view: &View, operation: &Operation, given: &Arguments) -> Arguments {
    let mut arguments = given.clone();
    for field in operation.fields {
        let Some(element) = view.element(field.name, FIELD) else {
            continue;
        };
        let before = given.get(field.name);
        match typed(field, element, before) {
            Some(value) => {
                arguments.insert(field.name.to_owned(), value);
            }
            None => {
                arguments.remove(field.name);
            }
        }
    }
    arguments
}

/// None: the field is left out.
fn typed(field: &Field, element: &Value, before: Option<&Value>) -> Option<Value> {
    let text = |name: &str| element.get(name).and_then(Value::as_str);
    let value = match field.kind {
        Kind::Flag => {
            let ticked = element["selected_options"]
                .as_array()
                .is_some_and(|it| !it.is_empty());
            // Not ticked, where nothing was said of it, goes on saying nothing.
            return (ticked || before.is_some()).then(|| json!(ticked));
        }
        Kind::Date => text("selected_date"),
        Kind::Choice(_) => element["selected_option"]["value"].as_str(),
        _ => text("value"),
    };
    let value = value
        .map(str::trim_end)
        .filter(|value| !value.trim().is_empty());
    let Some(value) = value else {
        let was_there = before.is_some_and(|before| !is_none(before));
        return match (was_there && field.may_be_none, field.kind) {
            (true, Kind::Lines | Kind::Mails) => Some(json!([])),
            (true, _) => Some(json!(NONE)),
            // What was to be emptied still is.
            (false, _) => before.filter(|before| is_none(before)).cloned(),
        };
    };
    // What nobody touched stays exactly as it was, with the id that its name stands for.
    if let Some(before) = before
        && as_typed(before).trim_end() == value
    {
        return Some(before.clone());
    }
    Some(match field.kind {
        Kind::Lines | Kind::Mails => {
            let lines = value.lines().map(str::trim).filter(|line| !line.is_empty());
            json!(lines.collect::<Vec<_>>())
        }
        Kind::Count => value
            .parse::<i64>()
            .map_or_else(|_| json!(value), |it| json!(it)),
        _ => json!(value),
    })
}

/// What is wrong with what was filled in, by field; none if the window may close. Nothing is
/// changed by asking.
pub async fn objections(services: &Services, at: &At, view: &View) -> Option<Map<String, Value>> {
    let operation = operation_of(at)?;
    let wanted = arguments(view, operation, &at.content().arguments);
    let connections = &services.connections;
    let said = match changes::reword(connections, at.content(), &wanted).await {
        Ok(_) => return None,
        Err(Unfit::Problems { problems, .. }) => {
            let shown = problems
                .into_iter()
                .filter(|it| view.element(&it.field, FIELD).is_some());
            shown.map(|it| (it.field, json!(it.said))).collect()
        }
        Err(Unfit::NothingChanges) => {
            let first = operation
                .fields
                .iter()
                .find(|it| view.element(it.name, FIELD).is_some())?;
            Map::from_iter([(first.name.to_owned(), json!(words::NOTHING_CHANGES))])
        }
        Err(_) => return None,
    };
    Some(said).filter(|said| !said.is_empty())
}

pub async fn submitted(
    scene: &Scene<'_>,
    submitted: &ViewSubmission,
    at: &At,
    answer: &Answer<'_>,
) -> Surfaced {
    let Some(operation) = operation_of(at) else {
        return answer.tell(scene, words::CANNOT_EDIT).await;
    };
    let user = &submitted.source.user;
    let facts = facts::about(scene, user, at).await?;
    let wanted = arguments(&submitted.view, operation, &at.content().arguments);
    let connections = &scene.services.connections;
    let wording = match changes::reword(connections, at.content(), &wanted).await {
        Ok(wording) => wording,
        Err(unfit) => return answer.tell(scene, &words::unfit(&unfit.to_string())).await,
    };
    let mut tx = scene.tx().await?;
    match approvals::revise(&mut tx, at.ticket, wording, &facts).await {
        Ok(_) => {}
        Err(Error::Refused(refusal)) => {
            drop(tx);
            let sentence = words::refused(&refusal, &at.shown().deciders);
            return answer.tell(scene, &sentence).await;
        }
        Err(error) => return Err(error.into()),
    }
    redraw_later(&mut tx, at.ticket.key.proposal).await?;
    bring_later(&mut tx, at.ticket.key.proposal).await?;
    Ok(tx.commit().await?)
}
