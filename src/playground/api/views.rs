//! `views.*`: modals by trigger, App Home by person.

use super::{Answered, Call};
use crate::playground::calls::Subject;
use crate::playground::refusal::Refusal;
use crate::playground::state::world::World;
use crate::playground::validate;
use serde_json::{Value, json};

/// The view of a call, checked and with its blocks named.
fn view(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let view = call
        .args
        .json("view")?
        .ok_or_else(|| Refusal::missing("view"))?;
    prepare(call.world, view)
}

pub fn prepare(world: &mut World, mut view: Value) -> Result<Value, Refusal> {
    validate::view(&view)?;
    if let Some(blocks) = view["blocks"].as_array_mut() {
        crate::playground::elements::assign_ids(blocks, &mut || world.fresh_id("b"));
    }
    Ok(view)
}

fn must_be(view: &Value, kind: &str) -> Result<(), Refusal> {
    if view["type"] == kind {
        return Ok(());
    }
    Err(Refusal::bad_argument(format!(
        "unsupported type: {} [json-pointer:/view/type]",
        view["type"]
    )))
}

fn shown(call: &Call<'_>, id: &str) -> Answered {
    let view = call
        .world
        .views
        .get(id)
        .ok_or_else(|| Refusal::code("not_found"))?;
    Ok(json!({"view": view.as_api(call.world)}))
}

fn open_modal(call: &mut Call<'_>, on_top: bool) -> Answered {
    let trigger = call.args.need("trigger_id")?.to_owned();
    let view = view(call)?;
    must_be(&view, "modal")?;
    let trigger = call.world.use_trigger(&trigger)?;
    if on_top && !trigger.in_modal {
        return Err(Refusal::code("invalid_trigger_id"));
    }
    call.subject = Some(Subject::Modal(trigger.user.clone()));
    let id = call
        .world
        .open_view(&trigger.user, &trigger.team, view, on_top)?;
    shown(call, &id)
}

pub fn open(call: &mut Call<'_>) -> Answered {
    open_modal(call, false)
}

pub fn push(call: &mut Call<'_>) -> Answered {
    open_modal(call, true)
}

pub fn update(call: &mut Call<'_>) -> Answered {
    let view = view(call)?;
    let by_external = || {
        let external = call.args.text("external_id")?;
        call.world.external_views.get(external).cloned()
    };
    let id = call
        .args
        .text("view_id")
        .map(str::to_owned)
        .or_else(by_external);
    let id = id.ok_or_else(|| Refusal::code("not_found"))?;
    let known = call
        .world
        .views
        .get(&id)
        .ok_or_else(|| Refusal::code("not_found"))?;
    let (user, is_modal) = (known.user.clone(), known.is_modal());
    must_be(&view, if is_modal { "modal" } else { "home" })?;
    call.subject = Some(if is_modal {
        Subject::Modal(user)
    } else {
        Subject::Home(user)
    });
    let hash = call.args.text("hash").map(str::to_owned);
    call.world.update_view(&id, view, hash.as_deref())?;
    shown(call, &id)
}

pub fn publish(call: &mut Call<'_>) -> Answered {
    let user = call.args.user("user_id")?;
    let view = view(call)?;
    must_be(&view, "home")?;
    let person = call
        .world
        .people
        .get(&user)
        .ok_or_else(|| Refusal::code("user_not_found"))?;
    let team = person.team.clone();
    call.subject = Some(Subject::Home(user.clone()));
    let hash = call.args.text("hash").map(str::to_owned);
    let id = call
        .world
        .publish_home(&user, &team, view, hash.as_deref())?;
    shown(call, &id)
}
