//! `users.*`, and the few words about the bot and the workspace that clients ask for.

use super::pages::{Paging, cursor};
use super::{Answered, Call};
use crate::base::ids::UserId;
use crate::playground::people::Person;
use crate::playground::refusal::Refusal;
use serde_json::{Value, json};
use std::ops::Bound;

fn as_user(call: &Call<'_>, person: &Person) -> Value {
    let stranger = !call.world.is_ours(&person.team);
    let mut user = person.as_user(call.world.now, stranger);
    if call.require_scope(&["users:read.email"]).is_err()
        && let Some(profile) = user["profile"].as_object_mut()
    {
        profile.remove("email");
    }
    if let Some(enterprise) = &call.world.enterprise {
        let teams: Vec<_> = [&person.team].into_iter().chain(&person.also_in).collect();
        user["enterprise_user"] =
            json!({"id": person.id, "enterprise_id": enterprise.id, "teams": teams});
    }
    user
}

pub fn info(call: &mut Call<'_>) -> Answered {
    let user = call.args.user("user")?;
    let person = call
        .world
        .people
        .get(&user)
        .ok_or_else(|| Refusal::code("user_not_found"))?;
    Ok(json!({"user": as_user(call, person)}))
}

pub fn list(call: &mut Call<'_>) -> Answered {
    let team = call.team()?;
    let paging = Paging::of(call.args, 200, 1000)?;
    let start = match &paging.after {
        Some(after) => Bound::Excluded(UserId::new(after.as_str())),
        None => Bound::Unbounded,
    };
    let mut rest = call
        .world
        .people
        .range((start, Bound::Unbounded))
        .map(|(_, person)| person)
        .filter(|person| person.team == team);
    let shown: Vec<&Person> = rest.by_ref().take(paging.limit).collect();
    let more = rest.next().is_some();
    let next = shown
        .last()
        .filter(|_| more)
        .map(|last| cursor(last.id.as_str()))
        .unwrap_or_default();
    let members: Vec<Value> = shown
        .into_iter()
        .map(|person| as_user(call, person))
        .collect();
    Ok(json!({
        "members": members,
        "cache_ts": call.world.now.timestamp(),
        "response_metadata": {"next_cursor": next},
    }))
}

pub fn lookup_by_email(call: &mut Call<'_>) -> Answered {
    let email = call.args.need("email")?;
    let known = call
        .world
        .person_by_email(email)
        .filter(|person| call.world.is_ours(&person.team));
    let person = known.ok_or_else(|| Refusal::code("users_not_found"))?;
    Ok(json!({"user": as_user(call, person)}))
}

pub fn bot_info(call: &mut Call<'_>) -> Answered {
    let installation = call.caller()?;
    if call
        .args
        .text("bot")
        .is_some_and(|bot| bot != installation.bot_id)
    {
        return Err(Refusal::code("bot_not_found"));
    }
    let app = &call.world.app;
    Ok(json!({"bot": {
        "id": installation.bot_id,
        "app_id": app.id,
        "user_id": installation.bot_user,
        "name": app.name,
        "deleted": !installation.active,
        "icons": {},
    }}))
}

pub fn team_info(call: &mut Call<'_>) -> Answered {
    let team = call.team()?;
    let known = call
        .world
        .teams
        .get(&team)
        .ok_or_else(|| Refusal::code("team_not_found"))?;
    Ok(json!({"team": {"id": known.id, "name": known.name, "domain": known.domain, "icon": {}}}))
}

pub fn groups(call: &mut Call<'_>) -> Answered {
    let groups: Vec<Value> = call
        .world
        .groups
        .iter()
        .map(|group| json!({"id": group.id, "handle": group.handle, "date_delete": 0}))
        .collect();
    Ok(json!({"usergroups": groups}))
}

pub fn group_members(call: &mut Call<'_>) -> Answered {
    let wanted = call.args.need("usergroup")?;
    let group = call.world.groups.iter().find(|it| it.id.as_str() == wanted);
    let group = group.ok_or_else(|| Refusal::code("no_such_subteam"))?;
    Ok(json!({"users": group.members}))
}
