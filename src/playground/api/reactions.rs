//! `reactions.*` of the app.

use super::{Answered, Call};
use crate::base::ids::ChannelId;
use crate::playground::refusal::Refusal;
use crate::playground::state::stamp::Stamp;
use serde_json::json;

const MAX_KINDS: usize = 23;

fn target(call: &Call<'_>) -> Result<(ChannelId, Stamp), Refusal> {
    let channel = call.visible_channel("channel")?.id.clone();
    let ts = call.args.need_ts("timestamp", "bad_timestamp")?;
    call.world.message(&channel, ts)?;
    Ok((channel, ts))
}

fn emoji_name(call: &Call<'_>) -> Result<String, Refusal> {
    let name = call.args.need("name")?.trim_matches(':');
    let plain = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_+-':".contains(letter)
    };
    if name.is_empty() || name.len() > 100 || !name.chars().all(plain) {
        return Err(Refusal::code("invalid_name"));
    }
    Ok(name.to_owned())
}

pub fn add(call: &mut Call<'_>) -> Answered {
    let (channel, ts) = target(call)?;
    let name = emoji_name(call)?;
    let bot = call.bot()?;
    if call.world.channel(&channel)?.is_archived {
        return Err(Refusal::code("is_archived"));
    }
    let root = call.world.message(&channel, ts)?.thread();
    call.shows_in(&channel, root);
    let message = call.world.message_mut(&channel, ts)?;
    if message.reactions.len() >= MAX_KINDS {
        return Err(Refusal::code("too_many_emoji"));
    }
    if !message.add_reaction(&name, &bot) {
        return Err(Refusal::code("already_reacted"));
    }
    Ok(json!({}))
}

pub fn remove(call: &mut Call<'_>) -> Answered {
    let (channel, ts) = target(call)?;
    let name = emoji_name(call)?;
    let bot = call.bot()?;
    let root = call.world.message(&channel, ts)?.thread();
    call.shows_in(&channel, root);
    if !call
        .world
        .message_mut(&channel, ts)?
        .remove_reaction(&name, &bot)
    {
        return Err(Refusal::code("no_reaction"));
    }
    Ok(json!({}))
}

pub fn get(call: &mut Call<'_>) -> Answered {
    let (channel, ts) = target(call)?;
    let message = call.world.message(&channel, ts)?;
    let mut shown = message.as_api(call.world, false);
    shown["reactions"] = message.reactions_as_api();
    Ok(json!({"type": "message", "channel": channel, "message": shown}))
}
