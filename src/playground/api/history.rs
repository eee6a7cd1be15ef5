//! `conversations.history` (newest first, roots only) and `conversations.replies` (one thread).

use super::pages::{Paging, cursor};
use super::{Answered, Call};
use crate::playground::refusal::Refusal;
use crate::playground::state::channel::{Channel, Kind};
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use serde_json::{Value, json};
use std::ops::Bound;

struct Window {
    from: Bound<Stamp>,
    to: Bound<Stamp>,
}

impl Window {
    fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        let edge = |name: &'static str, refusal| -> Result<Bound<Stamp>, Refusal> {
            let ts = call.args.ts(name, refusal)?;
            let inclusive = call.args.flag("inclusive");
            Ok(match ts {
                None | Some(Stamp::ZERO) => Bound::Unbounded,
                Some(ts) if inclusive => Bound::Included(ts),
                Some(ts) => Bound::Excluded(ts),
            })
        };
        Ok(Self {
            from: edge("oldest", "invalid_ts_oldest")?,
            to: edge("latest", "invalid_ts_latest")?,
        })
    }

    fn is_empty(&self) -> bool {
        let edge = |bound: &Bound<Stamp>| match bound {
            Bound::Included(ts) | Bound::Excluded(ts) => Some(*ts),
            Bound::Unbounded => None,
        };
        match (edge(&self.from), edge(&self.to)) {
            (Some(from), Some(to)) => {
                from > to || (from == to && matches!(self.from, Bound::Excluded(_)))
            }
            _ => false,
        }
    }

    fn contains(&self, ts: Stamp) -> bool {
        use std::ops::RangeBounds;
        (self.from, self.to).contains(&ts)
    }
}

fn readable<'a>(call: &'a Call<'_>) -> Result<&'a Channel, Refusal> {
    let channel = call.visible_channel("channel")?;
    let scope = match channel.kind {
        Kind::Public => "channels:history",
        Kind::Private => "groups:history",
        Kind::Im => "im:history",
        Kind::Mpim => "mpim:history",
    };
    call.require_scope(&[scope])?;
    if !channel.members.contains(&call.caller()?.bot_user) {
        return Err(Refusal::code("not_in_channel"));
    }
    Ok(channel)
}

/// A message with what its thread adds to a root.
fn in_channel(call: &Call<'_>, channel: &Channel, message: &Message) -> Value {
    let mut object = message.as_api(call.world, call.args.flag("include_all_metadata"));
    let thread = channel
        .threads
        .get(&message.ts)
        .filter(|thread| !thread.replies.is_empty());
    if let Some(thread) = thread {
        object["thread_ts"] = json!(message.ts.to_string());
        object["reply_count"] = json!(thread.replies.len());
        object["reply_users"] = json!(thread.repliers);
        object["reply_users_count"] = json!(thread.repliers.len());
        object["latest_reply"] = json!(thread.latest().map(|ts| ts.to_string()));
        object["is_locked"] = json!(false);
        object["subscribed"] = json!(false);
    }
    if let Some(parent) = message.root.and_then(|root| channel.messages.get(&root)) {
        object["parent_user_id"] = json!(parent.user);
    }
    object
}

fn after(paging: &Paging) -> Result<Option<Stamp>, Refusal> {
    let parse = |key: &String| key.parse().map_err(|_| Refusal::code("invalid_cursor"));
    paging.after.as_ref().map(parse).transpose()
}

/// The first page of what comes, and the cursor to the rest.
fn page<'a>(
    call: &Call<'_>,
    channel: &Channel,
    limit: usize,
    mut messages: impl Iterator<Item = &'a Message>,
) -> Value {
    let shown: Vec<&Message> = messages.by_ref().take(limit).collect();
    let more = messages.next().is_some();
    let next = shown
        .last()
        .filter(|_| more)
        .map(|message| cursor(&message.ts.to_string()));
    let listed: Vec<Value> = shown
        .into_iter()
        .map(|message| in_channel(call, channel, message))
        .collect();
    let mut answer = json!({"messages": listed, "has_more": more});
    if let Some(next) = next {
        answer["response_metadata"] = json!({"next_cursor": next});
    }
    answer
}

pub fn history(call: &mut Call<'_>) -> Answered {
    let paging = Paging::of(call.args, 100, 999)?;
    let mut window = Window::of(call)?;
    if let Some(after) = after(&paging)? {
        window.to = Bound::Excluded(after);
    }
    let channel = readable(call)?;
    if window.is_empty() {
        return Ok(json!({"messages": [], "has_more": false}));
    }
    let roots = channel.roots.range((window.from, window.to)).rev();
    let messages = roots.filter_map(|ts| channel.messages.get(ts));
    let mut answer = page(call, channel, paging.limit, messages);
    answer["pin_count"] = json!(0);
    Ok(answer)
}

pub fn replies(call: &mut Call<'_>) -> Answered {
    let paging = Paging::of(call.args, 100, 1000)?;
    let window = Window::of(call)?;
    let after = after(&paging)?;
    let ts = call.args.need_ts("ts", "thread_not_found")?;
    let channel = readable(call)?;
    let root = channel
        .messages
        .get(&ts)
        .ok_or_else(|| Refusal::code("thread_not_found"))?
        .thread();
    let fits = |message: &&Message| {
        let fresh = after.is_none_or(|after| message.ts > after);
        // The root comes with the first page whatever the window says.
        fresh && (message.ts == root || window.contains(message.ts))
    };
    let messages = channel.thread_messages(root).filter(fits);
    Ok(page(call, channel, paging.limit, messages))
}
