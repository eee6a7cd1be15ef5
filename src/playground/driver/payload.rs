//! The interaction payloads that Slack posts: who, where, with which trigger.

use crate::base::ids::{ChannelId, UserId};
use crate::playground::events::{FORM, INTERACTIONS, Outgoing};
use crate::playground::state::message::Message;
use crate::playground::state::world::World;
use axum::body::Bytes;
use serde_json::{Value, json};
use url::form_urlencoded;

/// What every interaction begins with. `team` is null on org-wide installations.
pub fn base(world: &World, user: &UserId, kind: &str) -> Value {
    let person = world.people.get(user);
    let team = person.and_then(|person| world.teams.get(&person.team));
    let org_wide = team
        .and_then(|team| world.installation_of(&team.id))
        .is_some_and(|installation| installation.team.is_none());
    let enterprise = world
        .enterprise
        .as_ref()
        .map(|org| json!({"id": org.id, "name": org.name}));
    json!({
        "type": kind,
        "team": team.filter(|_| !org_wide).map(|team| json!({"id": team.id, "domain": team.domain})),
        "enterprise": enterprise,
        "is_enterprise_install": org_wide,
        "user": {
            "id": user,
            "username": person.map(|person| &person.handle),
            "name": person.map(|person| &person.handle),
            "team_id": person.map(|person| &person.team),
        },
        "api_app_id": world.app.id,
        "token": "playground-verification-token",
    })
}

pub fn channel(world: &World, id: &ChannelId) -> Value {
    let name = world
        .channels
        .get(id)
        .map_or("", |channel| match channel.kind {
            crate::playground::state::channel::Kind::Im => "directmessage",
            _ => channel.name.as_str(),
        });
    json!({"id": id, "name": name})
}

pub fn message(world: &World, message: &Message) -> Value {
    message.as_api(world, true)
}

/// The signed form that carries a payload.
pub fn request(world: &mut World, path: &'static str, payload: &Value) -> Outgoing {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    Outgoing {
        path,
        id: world.fresh_id("In"),
        content_type: FORM,
        body: Bytes::from(body),
    }
}

pub fn interaction(world: &mut World, payload: &Value) -> Outgoing {
    request(world, INTERACTIONS, payload)
}
