//! `response_url`: five answers within half an hour, without a token.

use super::content::name_blocks_of;
use crate::playground::refusal::Refusal;
use crate::playground::slack::Slack;
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use crate::playground::state::view::ResponseUrl;
use crate::playground::state::world::{Change, World};
use crate::playground::validate;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

pub async fn handle(State(slack): State<Slack>, Path(id): Path<String>, body: Bytes) -> Response {
    let Ok(payload) = serde_json::from_slice::<Value>(&body) else {
        return (StatusCode::BAD_REQUEST, "invalid_payload").into_response();
    };
    let outcome = slack.edit(|world| {
        let entry = world.use_response_url(&id)?;
        respond(world, &entry, &payload)
    });
    match outcome {
        Ok(()) => json!({"ok": true}).to_string().into_response(),
        Err(refusal) => {
            let status = match refusal.code.as_ref() {
                "used_url" | "expired_url" => StatusCode::NOT_FOUND,
                _ => StatusCode::BAD_REQUEST,
            };
            (status, refusal.into_body().to_string()).into_response()
        }
    }
}

/// Does what the payload says: delete or replace the message with the button, or answer anew.
/// The immediate answer to a slash command is the same thing.
pub fn respond(world: &mut World, entry: &ResponseUrl, payload: &Value) -> Result<(), Refusal> {
    if payload["delete_original"] == true {
        return match entry.source {
            Some(ts) => remove(world, entry, ts),
            None => Err(Refusal::code("no_original")),
        };
    }
    let text = payload["text"].as_str().unwrap_or_default();
    let mut blocks = payload["blocks"].as_array().cloned().unwrap_or_default();
    validate::message_blocks(&blocks)?;
    name_blocks_of(world, &mut blocks);
    if text.is_empty() && blocks.is_empty() {
        return Err(Refusal::code("no_text"));
    }
    if let (true, Some(ts)) = (payload["replace_original"] == true, entry.source) {
        return replace(world, entry, ts, text, blocks);
    }
    let installation = world
        .installation_of(&entry.team)
        .ok_or_else(|| Refusal::code("token_revoked"))?;
    let (bot, bot_id) = (installation.bot_user.clone(), installation.bot_id.clone());
    let ts = world.fresh_ts();
    let mut message = Message::new(ts, bot, entry.team.clone(), text);
    message.bot_id = Some(bot_id);
    message.blocks = blocks;
    message.root = payload["thread_ts"]
        .as_str()
        .and_then(|ts| ts.parse().ok())
        .or(entry.root);
    let in_channel = payload["response_type"] == "in_channel";
    message.only_for = (!in_channel).then(|| entry.user.clone());
    world.post(&entry.channel, message)?;
    if in_channel {
        world.announce_message(&entry.channel, ts);
    }
    Ok(())
}

fn remove(world: &mut World, entry: &ResponseUrl, ts: Stamp) -> Result<(), Refusal> {
    if world
        .channel_mut(&entry.channel)?
        .ephemerals
        .remove(&ts)
        .is_some()
    {
        let change = Change::MessageRemoved {
            channel: entry.channel.clone(),
            ts,
        };
        world.changes.push(change);
        return Ok(());
    }
    world.delete_message(&entry.channel, ts)
}

fn replace(
    world: &mut World,
    entry: &ResponseUrl,
    ts: Stamp,
    text: &str,
    blocks: Vec<Value>,
) -> Result<(), Refusal> {
    let channel = world.channel_mut(&entry.channel)?;
    let message = match channel.ephemerals.get_mut(&ts) {
        Some(message) => message,
        None => channel
            .messages
            .get_mut(&ts)
            .ok_or_else(|| Refusal::code("message_not_found"))?,
    };
    message.text = text.to_owned();
    message.blocks = blocks;
    message.stream = None;
    let change = Change::Message {
        channel: entry.channel.clone(),
        ts,
    };
    world.changes.push(change);
    Ok(())
}
