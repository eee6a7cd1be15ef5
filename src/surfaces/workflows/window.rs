//! The window in which a workflow is written. What is wrong is said under the field that it is
//! about, with its place in the definition, before the window closes; nothing typed is lost.

use super::{may_change, rule_of, words};
use crate::approvals;
use crate::automation::rule::{Asked, Rule, zone_or_utc};
use crate::automation::spoken::{self, Unclear};
use crate::automation::workflow::templates::{self, Template};
use crate::automation::workflow::{self as definitions, Problem, Trigger};
use crate::base::clock::SharedClock;
use crate::base::ids::{ChannelId, OrgId, UserId, WorkflowId};
use crate::jobs::Services;
use crate::jobs::workflows::{ON, check, unknown_workflows};
use crate::slack::blocks::workflows::{CHANNEL, Form, NAME, PARTS, TRIGGER, fits, window};
use crate::slack::ids::FIELD;
use crate::slack::inbound::{BlockActions, View, ViewSubmission};
use crate::slack::text;
use crate::store::workflows::{self, Plan, Workflow};
use crate::store::{OrgTx, grants, people};
use crate::surfaces::approvals::facts;
use crate::surfaces::call::Call;
use crate::surfaces::posting::may_post;
use crate::surfaces::scene::{Scene, Surfaced};
use serde_json::{Map, Value, json};

/// `/penny workflow new`
pub async fn open(scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
    open_with(scene, call, "", definitions::example()).await
}

/// `/penny templates new-lead-alert`
pub async fn open_template(scene: &Scene<'_>, call: &Call<'_>, template: &Template) -> Surfaced {
    open_with(scene, call, template.slug, template.definition()).await
}

async fn open_with(scene: &Scene<'_>, call: &Call<'_>, name: &str, definition: Value) -> Surfaced {
    if scene.person(call.user()).await?.is_restricted {
        return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
    }
    let view = beginning(Some(call.channel), name, definition);
    match scene.open_modal(call.source, &view).await? {
        true => Ok(()),
        false => call.answer(scene, text::MODAL_TOO_LATE, Vec::new()).await,
    }
}

/// The button under the list.
pub async fn fresh(scene: &Scene<'_>, clicked: &BlockActions) -> Surfaced {
    fresh_with(scene, clicked, "", definitions::example()).await
}

/// The button beside a template.
pub async fn from_template(scene: &Scene<'_>, clicked: &BlockActions, slug: &str) -> Surfaced {
    match templates::find(slug) {
        Some(template) => fresh_with(scene, clicked, slug, template.definition()).await,
        None => Ok(()),
    }
}

async fn fresh_with(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    name: &str,
    definition: Value,
) -> Surfaced {
    if scene.person(&clicked.source.user).await?.is_restricted {
        return Ok(());
    }
    let view = beginning(clicked.channel.as_ref(), name, definition);
    scene.open_modal_or_tell(&clicked.source, &view).await
}

/// It reports where it is asked for, if that is a channel.
fn beginning(here: Option<&ChannelId>, name: &str, mut definition: Value) -> Value {
    let trigger = taken_out(&mut definition);
    let here = here.map(ChannelId::as_str);
    window(&Form {
        name,
        trigger: &trigger,
        channel: here.filter(|it| it.starts_with(['C', 'G'])),
        definition: &pretty(&definition),
        ..Form::default()
    })
}

/// What starts it has a field of its own.
fn taken_out(definition: &mut Value) -> String {
    let fields = definition.as_object_mut();
    let on = fields.and_then(|fields| fields.remove("on"));
    on.and_then(|on| on.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Indented where there is room for that.
fn pretty(definition: &Value) -> String {
    let pretty = serde_json::to_string_pretty(definition).unwrap_or_default();
    match fits(&pretty) {
        true => pretty,
        false => definition.to_string(),
    }
}

pub async fn edit(scene: &Scene<'_>, clicked: &BlockActions, workflow: &Workflow) -> Surfaced {
    let mut definition = workflow.definition.clone();
    let written = taken_out(&mut definition);
    // Our own words name the zone, so that another administrator does not change it.
    let trigger = rule_of(workflow).map_or(written, |rule| rule.words());
    let view = window(&Form {
        carries: &workflow.id.to_string(),
        name: &workflow.name,
        trigger: &trigger,
        channel: workflow.channel.as_ref().map(ChannelId::as_str),
        definition: &pretty(&definition),
        is_paused: workflow.is_paused,
    });
    scene.open_modal_or_tell(&clicked.source, &view).await
}

fn channel(view: &View) -> Option<ChannelId> {
    let chosen = view.element(CHANNEL, FIELD)?.get("selected_conversation")?;
    chosen.as_str().map(ChannelId::from)
}

/// The workflow that is changed, unless it is a new one, or gone.
async fn changed(tx: &mut OrgTx, view: &View) -> Surfaced<Option<Workflow>> {
    Ok(match view.private_metadata.parse::<WorkflowId>() {
        Ok(id) => workflows::get(tx, id).await?,
        Err(_) => None,
    })
}

/// What starts it, and when that is if a time does. Words that were left as the window showed them
/// mean what they meant to whoever wrote them: in their zone, and counted from their day.
fn started_by(
    typed: &str,
    asked: Asked,
    changed: Option<&Workflow>,
) -> Result<(Trigger, Option<Rule>), Unclear> {
    let known = changed.and_then(|workflow| Some((workflow, rule_of(workflow)?)));
    if let Some((workflow, rule)) = known
        && typed.trim() == rule.words()
    {
        let written = workflow.definition["on"].as_str().unwrap_or(typed);
        return Ok((Trigger::read(written), Some(rule)));
    }
    let trigger = Trigger::read(typed);
    let rule = match &trigger {
        Trigger::Schedule(said) => Some(spoken::when(said, asked)?),
        _ => None,
    };
    Ok((trigger, rule))
}

/// What was filled in, or what is wrong, by field.
fn read(view: &View, asked: Asked, changed: Option<&Workflow>) -> Result<Plan, Map<String, Value>> {
    let mut wrong = Map::new();
    let filled = |block: &str| view.filled(block, FIELD).unwrap_or_default();
    let name = definitions::name(filled(NAME));
    if name.is_none() {
        wrong.insert(NAME.to_owned(), json!(words::BAD_NAME));
    }
    let (trigger, rule) = match started_by(filled(TRIGGER), asked, changed) {
        Ok(found) => found,
        Err(unclear) => {
            let said = words::unclear(&unclear.to_string());
            wrong.insert(TRIGGER.to_owned(), json!(said));
            // What is wrong with the steps is said at once.
            (Trigger::read(filled(TRIGGER)), None)
        }
    };
    let typed: String = PARTS.iter().map(|part| filled(part)).collect();
    let definition = match definition(&typed, &trigger) {
        Ok(definition) => Some(definition),
        Err(said) => {
            wrong.extend(said);
            None
        }
    };
    let (Some(name), Some(definition), true) = (name, definition, wrong.is_empty()) else {
        return Err(wrong);
    };
    Ok(Plan {
        name,
        channel: channel(view),
        definition,
        trigger_kind: trigger.kind(),
        trigger_on: trigger.named().map(str::to_owned),
        next_run_at: rule.as_ref().and_then(|rule| rule.next(asked.at)),
        rule: rule.and_then(|rule| serde_json::to_value(&rule).ok()),
    })
}

/// The definition with what starts it, once nothing is wrong with it; or what is, by field.
fn definition(typed: &str, trigger: &Trigger) -> Result<Value, Map<String, Value>> {
    let mut definition: Value = serde_json::from_str(typed)
        .map_err(|error| Map::from_iter([(PARTS[0].to_owned(), json!(words::no_json(&error)))]))?;
    if let Some(fields) = definition.as_object_mut() {
        fields.insert("on".to_owned(), trigger.words().into());
    }
    match check(&definition) {
        Ok(_) => Ok(definition),
        Err(problems) => Err(by_field(problems)),
    }
}

/// What starts it is objected to where it stands.
fn by_field(problems: Vec<Problem>) -> Map<String, Value> {
    let (start, steps): (Vec<_>, Vec<_>) = problems.into_iter().partition(|it| it.at == ON);
    let fields = [(TRIGGER, start), (PARTS[0], steps)];
    let wrong = fields
        .into_iter()
        .filter(|(_, problems)| !problems.is_empty());
    wrong
        .map(|(field, problems)| (field.to_owned(), json!(words::problems(&problems))))
        .collect()
}

async fn asked(services: &Services, org: OrgId, submitted: &ViewSubmission) -> Surfaced<Asked> {
    let clock: &SharedClock = &services.clock;
    let mut tx = services.db.org(org).await?;
    let person = people::by_slack_user(&mut tx, &submitted.source.user).await?;
    Ok(Asked {
        at: clock.now(),
        zone: zone_or_utc(person.as_ref().map(|person| person.time_zone.as_str())),
    })
}

pub async fn objections(
    services: &Services,
    org: OrgId,
    submitted: &ViewSubmission,
) -> Surfaced<Map<String, Value>> {
    let asked = asked(services, org, submitted).await?;
    let mut tx = services.db.org(org).await?;
    let changed = changed(&mut tx, &submitted.view).await?;
    drop(tx);
    let plan = match read(&submitted.view, asked, changed.as_ref()) {
        Ok(plan) => plan,
        Err(wrong) => return Ok(wrong),
    };
    let workspaces = services.workspaces.all();
    let Some(workspace) = workspaces.into_iter().find(|it| it.org == org) else {
        return Ok(Map::new());
    };
    let mut tx = services.db.org(org).await?;
    let user = &submitted.source.user;
    let same = workflows::named(&mut tx, &workspace.id, &plan.name).await?;
    let owner = changed.as_ref().map_or(user, |workflow| &workflow.owner);
    let mut names = workflows::names_of(&mut tx, &workspace.id, owner).await?;
    drop(tx);
    let id = changed.as_ref().map(|workflow| workflow.id);
    if same.is_some_and(|same| Some(same.id) != id) {
        return Ok(Map::from_iter([(
            NAME.to_owned(),
            json!(words::name_taken(&plan.name)),
        )]));
    }
    names.retain(|name| changed.as_ref().is_none_or(|it| it.name != *name));
    if let Ok(workflow) = definitions::parse(&plan.definition) {
        let problems = unknown_workflows(&workflow, &plan.name, &names);
        if !problems.is_empty() {
            return Ok(by_field(problems));
        }
    }
    let Some(channel) = &plan.channel else {
        return Ok(Map::new());
    };
    let objection = may_post(&workspace, channel, user).await?;
    Ok(objection
        .map(|objection| (CHANNEL.to_owned(), json!(objection.replace('`', ""))))
        .into_iter()
        .collect())
}

pub async fn submitted(scene: &Scene<'_>, submitted: &ViewSubmission) -> Surfaced {
    let user = &submitted.source.user;
    let person = scene.person(user).await?;
    let asked = asked(scene.services, scene.workspace.org, submitted).await?;
    let mut tx = scene.tx().await?;
    let changed = changed(&mut tx, &submitted.view).await?;
    drop(tx);
    let plan = match read(&submitted.view, asked, changed.as_ref()) {
        Ok(plan) if !person.is_restricted => plan,
        _ => return scene.tell_directly(user, words::NOT_STORED).await,
    };
    // Who may post there may have changed since the window was looked at.
    if let Some(channel) = &plan.channel
        && let Some(objection) = may_post(&scene.workspace, channel, user).await?
    {
        return scene.tell_directly(user, objection).await;
    }
    if !submitted.view.private_metadata.is_empty() && changed.is_none() {
        return scene.tell_directly(user, words::GONE).await;
    }
    let mut tx = scene.tx().await?;
    let mut was = words::Was::default();
    let is_stored = match changed {
        Some(workflow) if may_change(&person, user, &workflow) => {
            if workflow.definition != plan.definition {
                void_envelopes(scene, &mut tx, user, workflow.id).await?;
            }
            was = words::Was {
                is_paused: workflow.is_paused,
                // They were made of what could be seen where it reported.
                had_notes_elsewhere: workflow.channel != plan.channel
                    && workflow.notes != json!([]),
            };
            workflows::change(&mut tx, workflow.id, &plan).await?
        }
        Some(workflow) => {
            let said = words::not_yours(&workflow);
            return scene.tell_directly(user, &said).await;
        }
        None => {
            let made =
                workflows::create(&mut tx, scene.event_key, &scene.workspace.id, user, &plan);
            made.await?.is_some()
        }
    };
    tx.commit().await?;
    let said = match is_stored {
        true => words::saved(&plan, was, asked.at),
        false => words::name_taken(&plan.name),
    };
    scene.tell_directly(user, &said).await
}

/// What somebody agreed to beforehand was agreed to for the steps as they were.
async fn void_envelopes(
    scene: &Scene<'_>,
    tx: &mut OrgTx,
    user: &UserId,
    workflow: WorkflowId,
) -> Surfaced {
    let usable = grants::usable(tx).await?;
    let envelopes = usable
        .iter()
        .filter(|grant| grant.workflow == Some(workflow));
    for envelope in envelopes {
        let facts = facts::of(scene, user).await?;
        match approvals::revoke(tx, envelope.id, &facts).await {
            // Somebody else has just taken it back.
            Ok(()) | Err(approvals::Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
