//! What makes the app an agent: status under a thread, titles, sessions, suggested prompts.

use super::chat::root_of;
use super::content::face;
use super::{Answered, Call};
use crate::base::ids::{ChannelId, UserId};
use crate::playground::refusal::Refusal;
use crate::playground::state::channel::{Kind, Prompts, Session, Status};
use crate::playground::state::stamp::Stamp;
use crate::playground::state::world::Change;
use chrono::Duration;
use serde_json::{Value, json};

/// A status that the app forgets to clear disappears by itself.
pub const STATUS_LIFE_SECONDS: i64 = 120;
const MAX_LOADING_MESSAGES: usize = 10;
const MAX_LOADING_MESSAGE: usize = 50;
const MAX_TITLE: usize = 200;
const MAX_PROMPTS: usize = 4;

fn thread(call: &Call<'_>) -> Result<(ChannelId, Stamp), Refusal> {
    let channel = call.visible_channel("channel_id")?.id.clone();
    let ts = call.args.need_ts("thread_ts", "invalid_thread_ts")?;
    let root = root_of(call, &channel, ts)?;
    Ok((channel, root))
}

fn too_long(limit: usize, pointer: &str) -> Refusal {
    Refusal::bad_argument(format!(
        "must be less than {} characters [json-pointer:{pointer}]",
        limit + 1
    ))
}

fn loading_messages(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    let given = call.args.list("loading_messages")?.unwrap_or_default();
    if given.len() > MAX_LOADING_MESSAGES {
        return Err(Refusal::bad_argument(
            "no more than 10 items allowed [json-pointer:/loading_messages]",
        ));
    }
    let read = |(place, message): (usize, &Value)| {
        let pointer = format!("/loading_messages/{place}");
        let text = message.as_str().ok_or_else(|| {
            Refusal::bad_argument(format!("must provide a string [json-pointer:{pointer}]"))
        })?;
        if text.chars().count() > MAX_LOADING_MESSAGE {
            return Err(too_long(MAX_LOADING_MESSAGE, &pointer));
        }
        Ok(text.to_owned())
    };
    given.iter().enumerate().map(read).collect()
}

pub fn set_status(call: &mut Call<'_>) -> Answered {
    let (channel, root) = thread(call)?;
    let text = call
        .args
        .text("status")
        .ok_or_else(|| Refusal::missing("status"))?
        .to_owned();
    let loading_messages = loading_messages(call)?;
    let icon = face(call)?.icon_emoji;
    let until = call.world.now + Duration::seconds(STATUS_LIFE_SECONDS);
    let status = Status {
        text,
        loading_messages,
        icon,
        until,
    };
    call.world.thread_mut(&channel, root)?.status =
        Some(status).filter(|status| !status.text.is_empty());
    Ok(json!({}))
}

fn title(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    match call.args.text("title") {
        Some(title) if title.chars().count() > MAX_TITLE => Err(too_long(MAX_TITLE, "/title")),
        title => Ok(title.map(str::to_owned)),
    }
}

pub fn set_title(call: &mut Call<'_>) -> Answered {
    let (channel, root) = thread(call)?;
    let title = title(call)?.ok_or_else(|| Refusal::missing("title"))?;
    call.world.thread_mut(&channel, root)?.title = title;
    Ok(json!({}))
}

pub fn set_session_status(call: &mut Call<'_>) -> Answered {
    let (channel, root) = thread(call)?;
    let session = Session::named(call.args.need("status")?).ok_or_else(|| {
        Refusal::bad_argument("must be a valid enum value [json-pointer:/status]")
    })?;
    let title = title(call)?;
    let initiator = call.args.text("initiator_user_id").map(UserId::from);
    if initiator
        .as_ref()
        .is_some_and(|user| !call.world.people.contains_key(user))
    {
        return Err(Refusal::code("user_not_found"));
    }
    face(call)?;
    let thread = call.world.thread_mut(&channel, root)?;
    thread.session = Some(session);
    thread.initiator = initiator.or(thread.initiator.take());
    if let Some(title) = title {
        thread.title = title;
    }
    Ok(json!({}))
}

pub fn rename_session(call: &mut Call<'_>) -> Answered {
    let (channel, root) = thread(call)?;
    let title = title(call)?
        .filter(|title| !title.is_empty())
        .ok_or_else(|| Refusal::missing("title"))?;
    call.world.thread_mut(&channel, root)?.title = title;
    Ok(json!({}))
}

pub fn set_suggested_prompts(call: &mut Call<'_>) -> Answered {
    let channel = call.visible_channel("channel_id")?;
    let (id, kind) = (channel.id.clone(), channel.kind);
    let prompts = call
        .args
        .list("prompts")?
        .ok_or_else(|| Refusal::missing("prompts"))?;
    if prompts.is_empty() || prompts.len() > MAX_PROMPTS {
        return Err(Refusal::bad_argument(
            "between 1 and 4 items allowed [json-pointer:/prompts]",
        ));
    }
    for (place, prompt) in prompts.iter().enumerate() {
        for field in ["title", "message"] {
            if prompt[field].as_str().is_none_or(str::is_empty) {
                return Err(Refusal::bad_argument(format!(
                    "missing required field: {field} [json-pointer:/prompts/{place}]"
                )));
            }
        }
    }
    if call.args.has("thread_ts") {
        // An app with `agent_view` that names a thread gets an ok, and nothing is shown.
        return Ok(json!({}));
    }
    if kind != Kind::Im {
        return Err(Refusal::code("method_not_supported_for_channel_type"));
    }
    let title = call.args.text("title").map(str::to_owned);
    call.world.channel_mut(&id)?.prompts = Some(Prompts { title, prompts });
    call.world.changes.push(Change::Prompts(id));
    Ok(json!({}))
}
