//! What the page shows of the connected systems' stand-ins, live.

use super::refused;
use crate::playground::slack::Slack;
use crate::playground::systems::Shown;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;

/// Which ones there are.
pub async fn all(State(slack): State<Slack>) -> Json<Value> {
    let systems = slack.systems();
    let systems: Vec<Value> = systems
        .iter()
        .map(|it| json!({"slug": it.slug(), "name": it.name(), "home": it.home()}))
        .collect();
    Json(json!({"ok": true, "systems": systems}))
}

/// The tables of one: at once, and again after each change.
pub async fn watch(State(slack): State<Slack>, Path(slug): Path<String>) -> Response {
    let mut systems = slack.systems().into_iter();
    let Some(system) = systems.find(|it| it.slug() == slug) else {
        return refused("There is no such system here.");
    };
    let mut changes = system.changes();
    changes.mark_changed();
    let events = stream::unfold((system, changes), |(system, mut changes)| async move {
        changes.changed().await.ok()?;
        let event = Event::default().event("tables").data(told(&system));
        Some((Ok::<_, Infallible>(event), (system, changes)))
    });
    Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response()
}

fn told(system: &Arc<dyn Shown>) -> String {
    json!({"tables": system.tables()}).to_string()
}
