//! `chat.*`: messages of the app.

use super::content::{Content, face};
use super::{Answered, Call};
use crate::base::ids::ChannelId;
use crate::playground::refusal::Refusal;
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use crate::playground::validate;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The thread's root for a `thread_ts`; a reply's own ts leads to its root.
pub fn root_of(call: &Call<'_>, channel: &ChannelId, ts: Stamp) -> Result<Stamp, Refusal> {
    let message = call
        .world
        .message(channel, ts)
        .map_err(|_| Refusal::code("thread_not_found"))?;
    Ok(message.thread())
}

/// `channel` may also be a person: then the DM with that person is meant.
fn target(call: &mut Call<'_>) -> Result<ChannelId, Refusal> {
    let named = call.args.user("channel")?;
    if call.world.people.contains_key(&named) {
        let bot = call.bot()?;
        return Ok(call.world.direct_channel(BTreeSet::from([named, bot])));
    }
    call.writable_channel("channel")
}

pub fn post_message(call: &mut Call<'_>) -> Answered {
    let content = Content::read(call)?;
    if content.is_empty() {
        return Err(Refusal::code("no_text"));
    }
    let face = face(call)?;
    let channel = target(call)?;
    let root = match call.args.ts("thread_ts", "invalid_thread_ts")? {
        Some(ts) => Some(root_of(call, &channel, ts)?),
        None => None,
    };
    let mut message = own_message(call, &channel)?;
    message.root = root;
    message.face = face;
    message.broadcast = root.is_some() && call.args.flag("reply_broadcast");
    content.into_message(&mut message);
    let ts = message.ts;
    call.shows_in(&channel, message.thread());
    let shown = message.as_api(call.world, true);
    call.world.post(&channel, message)?;
    call.world.announce_message(&channel, ts);
    Ok(json!({"channel": channel, "ts": ts.to_string(), "message": shown}))
}

/// An empty message of the calling app.
pub fn own_message(call: &mut Call<'_>, channel: &ChannelId) -> Result<Message, Refusal> {
    let (bot, bot_id) = (call.bot()?, call.bot_id()?);
    let team = call.world.channel(channel)?.team.clone();
    let ts = call.world.fresh_ts();
    let mut message = Message::new(ts, bot, team, "");
    message.bot_id = Some(bot_id);
    Ok(message)
}

pub fn post_ephemeral(call: &mut Call<'_>) -> Answered {
    let content = Content::read(call)?;
    if content.is_empty() {
        return Err(Refusal::code("no_text"));
    }
    let channel = call.writable_channel("channel")?;
    let user = call.args.user("user")?;
    if !call.world.channel(&channel)?.members.contains(&user) {
        return Err(Refusal::code("user_not_in_channel"));
    }
    let root = call.args.ts("thread_ts", "invalid_thread_ts")?;
    let mut message = own_message(call, &channel)?;
    message.root = root;
    message.face = face(call)?;
    message.only_for = Some(user);
    content.into_message(&mut message);
    let ts = message.ts;
    call.shows_in(&channel, message.thread());
    call.world.post(&channel, message)?;
    Ok(json!({"message_ts": ts.to_string()}))
}

/// The app's own message, or Slack's refusal to touch another's.
fn own(
    call: &Call<'_>,
    channel: &ChannelId,
    ts: Stamp,
    refusal: &'static str,
) -> Result<Message, Refusal> {
    let message = call.world.message(channel, ts)?;
    if message.bot_id.as_ref() != Some(&call.caller()?.bot_id) {
        return Err(Refusal::code(refusal));
    }
    Ok(message.clone())
}

pub fn update(call: &mut Call<'_>) -> Answered {
    let content = Content::read(call)?;
    if content.text.is_none() && content.blocks.is_none() && content.attachments.is_none() {
        return Err(Refusal::code("no_text"));
    }
    let channel = call.visible_channel("channel")?.id.clone();
    let ts = call.args.need_ts("ts", "message_not_found")?;
    let before = own(call, &channel, ts, "cant_update_message")?;
    if before.is_streaming(call.world.now) {
        return Err(Refusal::code("streaming_state_conflict"));
    }
    let edited = call.world.fresh_ts();
    let message = call.world.message_mut(&channel, ts)?;
    let blocks_left = before.shown_blocks();
    message.stream = None;
    message.edited = content.blocks.is_none().then_some(edited);
    // Slack keeps what an update does not name; an empty list removes.
    message.text = content.text.unwrap_or(before.shown_text());
    message.blocks = content.blocks.unwrap_or(blocks_left);
    if let Some(attachments) = content.attachments {
        message.attachments = attachments;
    }
    if content.metadata.is_some() {
        message.metadata = content.metadata;
    }
    if message.text.is_empty() && message.blocks.is_empty() && message.attachments.is_empty() {
        *message = before;
        return Err(Refusal::code("no_text"));
    }
    let (shown, text) = (message.clone(), message.text.clone());
    call.shows_in(&channel, before.thread());
    if call.world.echo {
        call.world.announce_edit(&channel, ts, &before);
    }
    let shown = shown.as_api(call.world, true);
    Ok(json!({"channel": channel, "ts": ts.to_string(), "text": text, "message": shown}))
}

pub fn delete(call: &mut Call<'_>) -> Answered {
    let channel = call.visible_channel("channel")?.id.clone();
    let ts = call.args.need_ts("ts", "message_not_found")?;
    let message = own(call, &channel, ts, "cant_delete_message")?;
    if message.is_streaming(call.world.now) {
        return Err(Refusal::code("cant_delete_message"));
    }
    call.shows_in(&channel, message.thread());
    call.world.delete_message(&channel, ts)?;
    Ok(json!({"channel": channel, "ts": ts.to_string()}))
}

pub fn permalink(call: &mut Call<'_>) -> Answered {
    let channel = call.visible_channel("channel")?.id.clone();
    let ts = call.args.need_ts("message_ts", "message_not_found")?;
    call.world.message(&channel, ts)?;
    let team = call.world.channel(&channel)?.team.clone();
    let domain = call
        .world
        .teams
        .get(&team)
        .map_or("playground", |team| team.domain.as_str());
    let digits = ts.to_string().replace('.', "");
    Ok(json!({
        "channel": channel,
        "permalink": format!("https://{domain}.slack.com/archives/{channel}/p{digits}"),
    }))
}

pub fn validate_blocks(call: &mut Call<'_>) -> Answered {
    let (error, problems) = if let Some(blocks) = call.args.json("blocks")? {
        ("invalid_blocks", validate::problems_of_blocks(&blocks))
    } else if let Some(message) = call.args.json("message")? {
        (
            "invalid_message",
            validate::problems_of_blocks(&message["blocks"]),
        )
    } else if let Some(view) = call.args.json("view")? {
        ("invalid_view", validate::problems_of_view(&view))
    } else {
        return Err(Refusal::bad_argument(
            "one of blocks, message or view is required",
        ));
    };
    if problems.is_empty() {
        return Ok(json!({}));
    }
    let mut refusal = Refusal::code(error);
    let errors: Vec<Value> = problems.iter().map(|problem| problem.as_value()).collect();
    refusal
        .fields
        .insert("errors".to_owned(), Value::Array(errors));
    Err(refusal)
}
