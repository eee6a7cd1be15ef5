//! The page's side of the server: snapshot, stream of changes, actions (see `PROTOCOL.md`).

pub mod act;
pub mod stream;
pub mod systems;
pub mod wire;

use super::slack::Slack;
use super::state::stamp::Stamp;
use crate::base::ids::{ChannelId, UserId};
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
pub struct Who {
    pub person: String,
}

/// A sentence for the person, with a status that says whose fault it is.
pub fn refused(sentence: &str) -> Response {
    (
        StatusCode::UNPROCESSABLE_ENTITY,
        Json(json!({"ok": false, "error": sentence})),
    )
        .into_response()
}

/// Whom one may act as.
pub async fn people(State(slack): State<Slack>) -> Json<Value> {
    Json(slack.look(|world| {
        let humans = world
            .people
            .values()
            .filter(|person| !person.is_bot && !person.deleted);
        let people: Vec<Value> = humans.map(|person| wire::person(world, person)).collect();
        // Who runs the workspace sees most of what Penny can do.
        let admin = people.iter().find(|person| person["is_admin"] == true);
        let suggested = admin.or(people.first()).map(|person| &person["id"]);
        json!({"ok": true, "people": people, "suggested": suggested})
    }))
}

#[derive(Debug, Deserialize)]
pub struct Older {
    person: String,
    channel: String,
    before: String,
}

/// Roots that are older than what the page has.
pub async fn history(State(slack): State<Slack>, Query(older): Query<Older>) -> Response {
    let (user, channel) = (UserId::new(older.person), ChannelId::new(older.channel));
    let Ok(before) = older.before.parse::<Stamp>() else {
        return refused("That is not a place in the conversation.");
    };
    let page = slack.look(|world| {
        let known = world
            .channels
            .get(&channel)
            .filter(|known| world.can_see(&user, known))?;
        let (messages, has_more) = wire::messages(world, known, &user, Some(before));
        Some(json!({"ok": true, "messages": messages, "has_more": has_more}))
    });
    match page {
        Some(page) => Json(page).into_response(),
        None => refused("You cannot see that conversation."),
    }
}
