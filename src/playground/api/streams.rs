//! `chat.startStream`, `chat.appendStream`, `chat.stopStream`.

use super::chat::{own_message, root_of};
use super::content::{face, metadata, name_blocks};
use super::{Answered, Call};
use crate::base::ids::{ChannelId, UserId};
use crate::playground::refusal::Refusal;
use crate::playground::state::channel::{Kind, Session};
use crate::playground::state::stamp::Stamp;
use crate::playground::state::stream::{Content, Stream};
use crate::playground::validate;
use serde_json::json;

const MAX_MARKDOWN: usize = 12_000;

fn content(call: &mut Call<'_>) -> Result<Content, Refusal> {
    let text = call
        .args
        .text("markdown_text")
        .filter(|text| !text.is_empty())
        .map(str::to_owned);
    let chunks = call.args.list("chunks")?;
    match (text, chunks) {
        (Some(_), Some(_)) => Err(Refusal::bad_argument(
            "markdown_text and chunks exclude each other",
        )),
        (Some(text), None) if text.chars().count() > MAX_MARKDOWN => {
            Err(Refusal::code("msg_too_long"))
        }
        (Some(text), None) => Ok(Content::Text(text)),
        (None, Some(mut chunks)) => {
            validate::chunks(&chunks)?;
            for chunk in &mut chunks {
                if let Some(blocks) = chunk
                    .get_mut("blocks")
                    .and_then(|blocks| blocks.as_array_mut())
                {
                    name_blocks(call, blocks);
                }
            }
            Ok(Content::Chunks(chunks))
        }
        (None, None) => Ok(Content::Nothing),
    }
}

/// In channels Slack wants to know for whom the stream is.
fn recipient(call: &Call<'_>, channel: &ChannelId) -> Result<Option<UserId>, Refusal> {
    let user = call.args.text("recipient_user_id").map(UserId::from);
    let direct = call.world.channel(channel)?.kind == Kind::Im;
    match (&user, direct) {
        (None, false) => return Err(Refusal::code("missing_recipient_user_id")),
        (Some(user), _) if !call.world.people.contains_key(user) => {
            return Err(Refusal::code("user_not_found"));
        }
        _ => {}
    }
    if !direct && call.args.text("recipient_team_id").is_none() {
        return Err(Refusal::code("missing_recipient_team_id"));
    }
    Ok(user)
}

pub fn start(call: &mut Call<'_>) -> Answered {
    let channel = call.writable_channel("channel")?;
    let thread_ts = call.args.need("thread_ts")?;
    let thread_ts: Stamp = thread_ts
        .parse()
        .map_err(|_| Refusal::code("invalid_thread_ts"))?;
    let root = root_of(call, &channel, thread_ts)?;
    let recipient = recipient(call, &channel)?;
    let as_plan = match call.args.text("task_display_mode") {
        None | Some("timeline") => false,
        Some("plan") => true,
        Some(_) => {
            return Err(Refusal::bad_argument(
                "must be a valid enum value [json-pointer:/task_display_mode]",
            ));
        }
    };
    let content = content(call)?;
    let mut stream = Stream::start(call.world.now, as_plan, recipient);
    stream.take(content)?;
    if let Some(appends) = call.doom {
        stream.doom(appends);
    }
    let mut message = own_message(call, &channel)?;
    message.face = face(call)?;
    message.root = Some(root);
    message.stream = Some(Box::new(stream));
    let ts = message.ts;
    call.shows_in(&channel, root);
    call.world.post(&channel, message)?;
    Ok(json!({"channel": channel, "ts": ts.to_string()}))
}

/// The stream that the call writes to; it must be the app's own.
fn stream_of<'a>(
    call: &'a mut Call<'_>,
    channel: &ChannelId,
    ts: Stamp,
) -> Result<&'a mut Stream, Refusal> {
    let bot_id = call.bot_id()?;
    let message = call.world.message(channel, ts)?;
    if message.bot_id.as_ref() != Some(&bot_id) {
        return Err(Refusal::code("message_not_owned_by_app"));
    }
    let root = message.thread();
    call.shows_in(channel, root);
    let message = call.world.message_mut(channel, ts)?;
    message
        .stream
        .as_deref_mut()
        .ok_or_else(|| Refusal::code("message_not_in_streaming_state"))
}

fn check_room(stream: &Stream, content: &Content) -> Result<(), Refusal> {
    match content {
        Content::Chunks(chunks) if !stream.has_room_for_tasks(chunks) => Err(
            Refusal::bad_argument("no more than 50 items allowed [json-pointer:/chunks]"),
        ),
        _ => Ok(()),
    }
}

pub fn append(call: &mut Call<'_>) -> Answered {
    let channel = call.visible_channel("channel")?.id.clone();
    let ts = call.args.need_ts("ts", "message_not_found")?;
    let content = content(call)?;
    if matches!(content, Content::Nothing) {
        return Err(Refusal::missing("markdown_text"));
    }
    let now = call.world.now;
    let stream = stream_of(call, &channel, ts)?;
    check_room(stream, &content)?;
    stream.append(now, content)?;
    Ok(json!({"channel": channel, "ts": ts.to_string()}))
}

pub fn stop(call: &mut Call<'_>) -> Answered {
    let channel = call.visible_channel("channel")?.id.clone();
    let ts = call.args.need_ts("ts", "message_not_found")?;
    let content = content(call)?;
    let mut blocks = call.args.list("blocks")?.unwrap_or_default();
    validate::message_blocks(&blocks)?;
    name_blocks(call, &mut blocks);
    let metadata = metadata(call)?;
    let session = match call.args.text("session_status") {
        None => None,
        Some(name) => Some(Session::named(name).ok_or_else(|| {
            Refusal::bad_argument("must be a valid enum value [json-pointer:/session_status]")
        })?),
    };
    let now = call.world.now;
    let stream = stream_of(call, &channel, ts)?;
    check_room(stream, &content)?;
    stream.stop(now, content, blocks)?;
    let message = call.world.message_mut(&channel, ts)?;
    if metadata.is_some() {
        message.metadata = metadata;
    }
    let root = message.thread();
    let shown = message.clone().as_api(call.world, true);
    if let Some(session) = session {
        call.world.thread_mut(&channel, root)?.session = Some(session);
    }
    Ok(json!({"channel": channel, "ts": ts.to_string(), "message": shown}))
}
