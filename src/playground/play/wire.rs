//! The state as the page receives it.

use crate::base::ids::UserId;
use crate::playground::people::{Guest, Person};
use crate::playground::state::channel::{Channel, Kind, Prompts, Thread};
use crate::playground::state::file::File;
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use crate::playground::state::view::View;
use crate::playground::state::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::Bound;

const ROOTS_AT_ONCE: usize = 200;

pub fn snapshot(world: &World, me: &UserId) -> Value {
    let mine = world.people.get(me);
    let team = mine.and_then(|person| world.teams.get(&person.team));
    let visible = world
        .channels
        .values()
        .filter(|channel| world.can_see(me, channel));
    json!({
        "me": me,
        "team": team.map(|team| json!({
            "id": team.id, "name": team.name, "domain": team.domain, "icon_emoji": team.icon_emoji,
        })),
        "enterprise": world.enterprise.as_ref().map(|org| json!({"id": org.id, "name": org.name})),
        "app": app(world, me),
        "people": world.people.values().map(|known| person(world, known)).collect::<Vec<_>>(),
        "channels": visible.map(|channel| whole_channel(world, channel, me)).collect::<Vec<_>>(),
        "home": home(world, me),
        "views": stack(world, me),
    })
}

pub fn person(world: &World, person: &Person) -> Value {
    json!({
        "id": person.id,
        "name": person.handle,
        "real_name": person.real_name,
        "display_name": person.display_name,
        "title": person.title,
        "email": person.email,
        "tz": person.tz.name(),
        "color": person.color,
        "emoji": person.emoji,
        "is_bot": person.is_bot,
        "is_admin": person.is_admin,
        "is_guest": person.guest != Guest::No,
        "is_external": !world.is_ours(&person.team),
        "team": person.team,
        "deleted": person.deleted,
    })
}

pub fn app(world: &World, me: &UserId) -> Value {
    let app = &world.app;
    let team = world.people.get(me).map(|person| &person.team);
    let bot = team.and_then(|team| world.bot_of(team));
    json!({
        "id": app.id,
        "name": app.name,
        "bot_user": bot,
        "emoji": app.emoji,
        "color": app.color,
        "installed": bot.is_some(),
        "commands": app.commands,
        "shortcuts": app.shortcuts,
        "prompts": app.prompts,
    })
}

/// A channel without its messages.
pub fn channel(channel: &Channel, me: &UserId) -> Value {
    let kind = match channel.kind {
        Kind::Public => "public",
        Kind::Private => "private",
        Kind::Im => "im",
        Kind::Mpim => "mpim",
    };
    json!({
        "id": channel.id,
        "name": channel.name,
        "kind": kind,
        "topic": channel.topic,
        "is_archived": channel.is_archived,
        "is_shared": channel.is_shared(),
        "members": channel.members,
        "is_member": channel.members.contains(me),
        "prompts": channel.prompts.as_ref().map(prompts),
    })
}

fn whole_channel(world: &World, known: &Channel, me: &UserId) -> Value {
    let mut whole = channel(known, me);
    let (messages, has_more) = messages(world, known, me, None);
    let shown: BTreeSet<&str> = messages
        .iter()
        .filter_map(|message| message["ts"].as_str())
        .collect();
    let listed = known
        .threads
        .iter()
        .filter(|(root, _)| shown.contains(root.to_string().as_str()));
    whole["threads"] = listed
        .map(|(root, known)| thread(world, *root, known))
        .collect();
    whole["messages"] = Value::Array(messages);
    whole["has_more"] = json!(has_more);
    whole
}

/// The newest roots before a point, their replies, and what only this person sees; oldest first.
pub fn messages(
    world: &World,
    channel: &Channel,
    me: &UserId,
    before: Option<Stamp>,
) -> (Vec<Value>, bool) {
    let end = before.map_or(Bound::Unbounded, Bound::Excluded);
    let mut newest_first = channel.roots.range((Bound::Unbounded, end)).rev();
    let roots: Vec<Stamp> = newest_first.by_ref().take(ROOTS_AT_ONCE).copied().collect();
    let has_more = newest_first.next().is_some();
    let mut shown: Vec<&Message> = roots
        .iter()
        .rev()
        .flat_map(|root| channel.thread_messages(*root))
        .collect();
    if before.is_none() {
        let mine = |message: &&Message| message.only_for.as_ref() == Some(me);
        shown.extend(channel.ephemerals.values().filter(mine));
    }
    shown.sort_by_key(|message| message.ts);
    (
        shown
            .into_iter()
            .map(|known| message(world, known, me))
            .collect(),
        has_more,
    )
}

pub fn message(world: &World, message: &Message, me: &UserId) -> Value {
    let reactions = message
        .reactions
        .iter()
        .map(|(name, users)| json!({"name": name, "users": users}));
    let files = message
        .files
        .iter()
        .filter_map(|id| world.files.get(id))
        .map(file);
    json!({
        "ts": message.ts.to_string(),
        "thread_ts": message.root.map(|root| root.to_string()),
        "user": message.user,
        "username": message.face.username,
        "icon_emoji": message.face.icon_emoji,
        "icon_url": message.face.icon_url,
        "bot": message.bot_id.is_some(),
        "text": message.shown_text(),
        "blocks": message.shown_blocks(),
        "files": files.collect::<Vec<_>>(),
        "reactions": reactions.collect::<Vec<_>>(),
        "edited": message.edited.is_some(),
        "ephemeral": message.only_for.is_some(),
        "streaming": message.is_streaming(world.now),
        "reply_broadcast": message.broadcast,
        "subtype": message.subtype,
        "mine": message.user == *me,
    })
}

pub fn file(file: &File) -> Value {
    json!({
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "size": file.size(),
        "user": file.user,
    })
}

pub fn thread(world: &World, root: Stamp, thread: &Thread) -> Value {
    let status = thread.status_at(world.now);
    json!({
        "ts": root.to_string(),
        "title": thread.title,
        "status": status.map_or("", |status| status.text.as_str()),
        "loading_messages": status.map_or(&[][..], |status| &status.loading_messages),
        "status_icon": status.and_then(|status| status.icon.as_ref()),
        "session": thread.session.map(|session| session.name()),
        "reply_count": thread.replies.len(),
        "reply_users": thread.repliers,
        "latest_reply": thread.latest().map(|ts| ts.to_string()),
    })
}

pub fn prompts(prompts: &Prompts) -> Value {
    json!({"title": prompts.title, "prompts": prompts.prompts})
}

pub fn home(world: &World, me: &UserId) -> Option<Value> {
    let view = world.homes.get(me).and_then(|id| world.views.get(id))?;
    Some(self::view(world, view))
}

pub fn stack(world: &World, me: &UserId) -> Vec<Value> {
    let open = world.stacks.get(me).into_iter().flatten();
    open.filter_map(|id| world.views.get(id))
        .map(|known| view(world, known))
        .collect()
}

fn view(world: &World, view: &View) -> Value {
    let mut shown = view.as_api(world);
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("private_metadata");
    }
    shown
}
