//! `conversations.*` apart from messages, and `users.conversations`.

use super::pages::{Paging, cursor};
use super::{Answered, Call};
use crate::base::ids::{ChannelId, UserId};
use crate::playground::refusal::Refusal;
use crate::playground::state::channel::{Channel, Kind};
use crate::playground::state::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::Bound;

/// The channel object, as the given app user sees it.
pub fn as_api(world: &World, channel: &Channel, viewer: &UserId) -> Value {
    let shared = channel.is_shared();
    let mut object = json!({
        "id": channel.id,
        "created": channel.created,
        "creator": channel.creator,
        "context_team_id": channel.team,
        "updated": channel.created * 1000,
        "is_archived": channel.is_archived,
        "is_channel": channel.kind == Kind::Public,
        "is_group": channel.kind == Kind::Private,
        "is_im": channel.kind == Kind::Im,
        "is_mpim": channel.kind == Kind::Mpim,
        "is_private": channel.kind != Kind::Public,
        "is_general": channel.name == "general",
        "is_shared": shared,
        "is_ext_shared": shared,
        "is_org_shared": false,
        "is_pending_ext_shared": false,
    });
    if channel.kind == Kind::Im {
        let other = channel.members.iter().find(|member| *member != viewer);
        object["user"] = json!(other);
        object["is_user_deleted"] = json!(false);
        return object;
    }
    let wording = |value: &str| json!({"value": value, "creator": channel.creator, "last_set": channel.created});
    object["name"] = json!(channel.name);
    object["name_normalized"] = json!(channel.name);
    object["is_member"] = json!(channel.members.contains(viewer));
    object["num_members"] = json!(channel.members.len());
    object["topic"] = wording(&channel.topic);
    object["purpose"] = wording(&channel.purpose);
    object["shared_team_ids"] = json!(
        std::iter::once(&channel.team)
            .chain(&channel.shared_with)
            .collect::<Vec<_>>()
    );
    if let Some(enterprise) = &world.enterprise {
        object["enterprise_id"] = json!(enterprise.id);
    }
    object
}

fn scope_for(kind: Kind) -> &'static str {
    match kind {
        Kind::Public => "channels:read",
        Kind::Private => "groups:read",
        Kind::Im => "im:read",
        Kind::Mpim => "mpim:read",
    }
}

pub fn info(call: &mut Call<'_>) -> Answered {
    let channel = call.visible_channel("channel")?;
    call.require_scope(&[scope_for(channel.kind)])?;
    Ok(json!({"channel": as_api(call.world, channel, &call.bot()?)}))
}

fn wanted_kinds(call: &Call<'_>) -> Result<Vec<Kind>, Refusal> {
    let names = call.args.names("types");
    if names.is_empty() {
        return Ok(vec![Kind::Public]);
    }
    let all = [Kind::Public, Kind::Private, Kind::Im, Kind::Mpim];
    let known = |name: &String| all.into_iter().find(|kind| kind.list_name() == name);
    let kinds = names
        .iter()
        .map(|name| known(name).ok_or_else(|| Refusal::code("invalid_types")));
    let kinds: Vec<Kind> = kinds.collect::<Result<_, _>>()?;
    for kind in &kinds {
        call.require_scope(&[scope_for(*kind)])?;
    }
    Ok(kinds)
}

/// One page of channels out of an ordered range; `keep` decides what the caller sees.
fn page<'a>(
    call: &Call<'_>,
    paging: &Paging,
    channels: impl Iterator<Item = &'a Channel>,
    viewer: &UserId,
) -> Value {
    let mut shown: Vec<Value> = Vec::new();
    let mut last = None;
    let mut more = false;
    for channel in channels {
        if shown.len() == paging.limit {
            more = true;
            break;
        }
        last = Some(channel.id.clone());
        shown.push(as_api(call.world, channel, viewer));
    }
    let next = last
        .filter(|_| more)
        .map(|id| cursor(id.as_str()))
        .unwrap_or_default();
    json!({"channels": shown, "response_metadata": {"next_cursor": next}})
}

fn start_of(paging: &Paging) -> Bound<ChannelId> {
    match &paging.after {
        Some(after) => Bound::Excluded(ChannelId::new(after.as_str())),
        None => Bound::Unbounded,
    }
}

pub fn list(call: &mut Call<'_>) -> Answered {
    let team = call.team()?;
    let kinds = wanted_kinds(call)?;
    let bot = call.bot()?;
    let skip_archived = call.args.flag("exclude_archived");
    let paging = Paging::of(call.args, 100, 1000)?;
    let seen = |channel: &&Channel| {
        kinds.contains(&channel.kind)
            && channel.is_in_team(&team)
            && !(skip_archived && channel.is_archived)
            && (channel.kind == Kind::Public || channel.members.contains(&bot))
    };
    let range = call
        .world
        .channels
        .range((start_of(&paging), Bound::Unbounded));
    let channels = range.map(|(_, channel)| channel).filter(seen);
    Ok(page(call, &paging, channels, &bot))
}

/// `users.conversations`: where a person (or the app itself) is a member.
pub fn of_user(call: &mut Call<'_>) -> Answered {
    let kinds = wanted_kinds(call)?;
    let bot = call.bot()?;
    let user = call
        .args
        .text("user")
        .map_or_else(|| bot.clone(), UserId::from);
    if !call.world.people.contains_key(&user) {
        return Err(Refusal::code("user_not_found"));
    }
    let skip_archived = call.args.flag("exclude_archived");
    let paging = Paging::of(call.args, 100, 1000)?;
    let joined: BTreeSet<ChannelId> = call
        .world
        .memberships
        .get(&user)
        .cloned()
        .unwrap_or_default();
    let channels = joined
        .range((start_of(&paging), Bound::Unbounded))
        .filter_map(|id| call.world.channels.get(id))
        .filter(|channel| kinds.contains(&channel.kind) && !(skip_archived && channel.is_archived))
        .filter(|channel| channel.kind == Kind::Public || channel.members.contains(&bot));
    Ok(page(call, &paging, channels, &user))
}

pub fn members(call: &mut Call<'_>) -> Answered {
    let paging = Paging::of(call.args, 100, 1000)?;
    let channel = call.visible_channel("channel")?;
    let start = match &paging.after {
        Some(after) => Bound::Excluded(UserId::new(after.as_str())),
        None => Bound::Unbounded,
    };
    let mut rest = channel.members.range((start, Bound::Unbounded));
    let shown: Vec<&UserId> = rest.by_ref().take(paging.limit).collect();
    let more = rest.next().is_some();
    let next = shown
        .last()
        .filter(|_| more)
        .map(|last| cursor(last.as_str()))
        .unwrap_or_default();
    Ok(json!({"members": shown, "response_metadata": {"next_cursor": next}}))
}

pub fn open(call: &mut Call<'_>) -> Answered {
    let bot = call.bot()?;
    if call.args.has("channel") {
        let channel = call.visible_channel("channel")?;
        return Ok(json!({"channel": as_api(call.world, channel, &bot)}));
    }
    let users: BTreeSet<UserId> = call
        .args
        .names("users")
        .into_iter()
        .map(UserId::new)
        .collect();
    if users.is_empty() {
        return Err(Refusal::code("users_list_not_supplied"));
    }
    if users.len() > 8 {
        return Err(Refusal::code("too_many_users"));
    }
    if users
        .iter()
        .any(|user| !call.world.people.contains_key(user))
    {
        return Err(Refusal::code("user_not_found"));
    }
    let mut members = users;
    members.insert(bot.clone());
    let id = call.world.direct_channel(members);
    let channel = call.world.channel(&id)?;
    if call.args.flag("return_im") {
        return Ok(json!({"channel": as_api(call.world, channel, &bot)}));
    }
    Ok(json!({"channel": {"id": id}}))
}

pub fn join(call: &mut Call<'_>) -> Answered {
    let bot = call.bot()?;
    let channel = call.visible_channel("channel")?;
    if channel.is_archived {
        return Err(Refusal::code("is_archived"));
    }
    if channel.kind != Kind::Public {
        return Err(Refusal::code("method_not_supported_for_channel_type"));
    }
    let id = channel.id.clone();
    if call.world.add_member(&id, &bot) {
        call.world.announce_member(&id, &bot, None);
    }
    let channel = call.world.channel(&id)?;
    Ok(json!({"channel": as_api(call.world, channel, &bot)}))
}
