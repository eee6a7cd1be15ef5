//! Posting under Penny's name, and taking it back. A message carries its proposal's key out of
//! sight, by which it is found again when the answer to it was lost.

use super::wire::{self, Channel};
use crate::approvals::seal::Target;
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::connectors::ConnectorError;
use crate::connectors::field::{Arguments, name_of, named};
use crate::connectors::operation::{Look, LookError};
use crate::connectors::own::Requester;
use crate::net::json_api::{ApiError, JsonApi, WriteError};
use crate::slack::markdown::{clean, plain};
use chrono::TimeDelta;
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Names what was posted by approval in Slack's metadata.
const EVENT_TYPE: &str = "penny_post";
/// What one Markdown block holds.
const TEXT_CHARS: usize = 11_000;
const MOST_MENTIONED: usize = 10;
/// How far Slack's clock and ours may differ.
const SKEW: TimeDelta = TimeDelta::minutes(5);
const PAGES: usize = 10;

#[derive(Deserialize)]
struct Posted {
    ts: String,
}

pub async fn look(api: &JsonApi, arguments: &Arguments) -> Result<Look, LookError> {
    let channel = channel(api, arguments).await?;
    let text = arguments
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    // As it will stand there, so that what is approved is what is posted.
    let text = clean(text).trim().to_owned();
    if text.is_empty() || text.chars().count() > TEXT_CHARS {
        let said = format!("Text must have between 1 and {TEXT_CHARS} characters.");
        return Err(LookError::problem("text", said));
    }
    let mut resolved = arguments.clone();
    resolved.insert("text".to_owned(), text.into());
    resolved.insert("channel".to_owned(), as_argument(&channel));
    if arguments.contains_key("mention") {
        let mention = mentioned(api, &channel, arguments).await?;
        resolved.insert("mention".to_owned(), json!(mention));
    }
    Ok(Look {
        target: target(&channel, None, None),
        arguments: resolved,
        before: None,
        amount: None,
        owner: None,
    })
}

/// The people to mention, each with the name that everybody in the channel knows.
async fn mentioned(
    api: &JsonApi,
    channel: &Channel,
    arguments: &Arguments,
) -> Result<Vec<String>, LookError> {
    let given = arguments.get("mention").and_then(Value::as_array);
    let given: Vec<&str> = given
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if given.len() > MOST_MENTIONED {
        let said = format!("Mentions must be at most {MOST_MENTIONED}.");
        return Err(LookError::problem("mention", said));
    }
    let mut people = Vec::new();
    for one in given {
        let id = user_id(one);
        let unknown = || {
            let said = format!(
                "{one} is nobody in that channel. Mentions are slack_user_ids of people who are \
                 members of it."
            );
            LookError::problem("mention", said)
        };
        let id = id.ok_or_else(unknown)?;
        let user = match wire::user(api, id).await {
            Err(ApiError::NotFound) => return Err(unknown()),
            found => found?,
        };
        if user.deleted || user.is_bot || !wire::is_member(api, &channel.id, id).await? {
            return Err(unknown());
        }
        let name = [user.real_name, user.name]
            .into_iter()
            .find(|it| !it.is_empty());
        people.push(format!("{} ({id})", name.unwrap_or_default()));
    }
    Ok(people)
}

/// The id in `U0123` or in `Maya Lindt (U0123)`.
fn user_id(mention: &str) -> Option<&str> {
    let id = match mention.rsplit_once('(') {
        Some((_, rest)) => rest.strip_suffix(')')?,
        None => mention.trim(),
    };
    let is_id = id.starts_with(['U', 'W']) && id.bytes().all(|it| it.is_ascii_alphanumeric());
    is_id.then_some(id)
}

/// A message that was posted by approval, as it is now.
pub async fn look_at(api: &JsonApi, arguments: &Arguments) -> Result<Look, LookError> {
    let channel = channel(api, arguments).await?;
    let ts = text(arguments, "id");
    let (said, _) = wire::history(api, &channel.id, ts, Some(ts), None).await?;
    let found = said.into_iter().find(|said| said.ts == ts);
    let found = found.filter(|said| said.metadata.event_type == EVENT_TYPE);
    let Some(found) = found else {
        let said = "There is no such message that was posted by approval, or it is gone already.";
        return Err(LookError::problem("id", said));
    };
    let link = wire::permalink(api, &channel.id, ts).await.ok();
    let mut resolved = arguments.clone();
    resolved.insert("channel".to_owned(), as_argument(&channel));
    let before = Map::from_iter([("text".to_owned(), found.text.into())]);
    Ok(Look {
        target: target(&channel, Some(ts), link),
        arguments: resolved,
        before: Some(before),
        amount: None,
        owner: None,
    })
}

/// Whoever asks could say it there, too: in a public channel every full member, in any other one
/// only who is in it. To others such a channel is unknown.
pub async fn admit(api: &JsonApi, look: &Look, requester: &Requester) -> Result<(), LookError> {
    let channel = wire::channel(api, channel_id(&look.arguments)).await?;
    if !channel.is_private && !requester.is_restricted {
        return Ok(());
    }
    match wire::is_member(api, &channel.id, requester.user.as_str()).await? {
        true => Ok(()),
        false => Err(no_such_channel(&channel.name)),
    }
}

async fn channel(api: &JsonApi, arguments: &Arguments) -> Result<Channel, LookError> {
    let given = arguments.get("channel").unwrap_or(&Value::Null);
    let wanted = given
        .get("id")
        .and_then(Value::as_str)
        .or_else(|| name_of(given));
    let wanted = wanted.unwrap_or_default();
    let name = wanted.trim_start_matches('#');
    let is_id = name.starts_with(['C', 'G'])
        && name
            .bytes()
            .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
    let found = match is_id {
        true => match wire::channel(api, name).await {
            Err(ApiError::NotFound) => None,
            found => Some(found?),
        },
        false => wire::channel_named(api, &name.to_lowercase()).await?,
    };
    let Some(found) = found.filter(|it| is_id_of_mine(it, is_id)) else {
        return Err(no_such_channel(name));
    };
    if found.is_archived {
        let said = format!("#{} is archived.", found.name);
        return Err(LookError::problem("channel", said));
    }
    if found.is_ext_shared {
        let said = format!(
            "People from outside the company read #{} along.",
            found.name
        );
        return Err(LookError::problem("channel", said));
    }
    Ok(found)
}

/// The list of Penny's own channels does not say of each that it is one.
fn is_id_of_mine(channel: &Channel, asked_by_id: bool) -> bool {
    !asked_by_id || channel.is_member
}

fn no_such_channel(name: &str) -> LookError {
    let said = format!(
        "There is no channel {name:?} that both Penny and whoever asks are in. Somebody can \
         invite Penny there."
    );
    LookError::problem("channel", said)
}

fn as_argument(channel: &Channel) -> Value {
    named(&channel.id, &format!("#{}", channel.name))
}

fn target(channel: &Channel, ts: Option<&str>, link: Option<String>) -> Target {
    Target {
        kind: "message".to_owned(),
        id: ts.map(str::to_owned),
        name: format!("#{}", channel.name),
        link,
    }
}

fn channel_id(arguments: &Arguments) -> &str {
    let channel = arguments.get("channel").and_then(|it| it.get("id"));
    channel.and_then(Value::as_str).unwrap_or_default()
}

fn text<'a>(arguments: &'a Arguments, name: &str) -> &'a str {
    arguments
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

pub async fn post(api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
    let arguments = &action.content().arguments;
    let (channel, text) = (channel_id(arguments), text(arguments, "text"));
    let mention = arguments.get("mention").and_then(Value::as_array);
    let mention: Vec<String> = mention
        .into_iter()
        .flatten()
        .filter_map(|it| user_id(it.as_str()?))
        .map(|id| format!("<@{id}>"))
        .collect();
    let mention = mention.join(" ");
    let mut blocks = Vec::new();
    if !mention.is_empty() {
        blocks.push(json!({"type": "section", "text": {"type": "mrkdwn", "text": mention}}));
    }
    blocks.push(json!({"type": "markdown", "text": text}));
    let body = json!({
        "channel": channel,
        "text": format!("{mention} {}", plain(text)).trim(),
        "blocks": blocks,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": action.idempotency_key()}},
        "unfurl_links": false,
        "unfurl_media": false,
    });
    let posted: Posted = api
        .write(Method::POST, "/chat.postMessage", &[], &body)
        .await?;
    Ok(effect(api, channel, &posted.ts).await)
}

async fn effect(api: &JsonApi, channel: &str, ts: &str) -> Effect {
    Effect {
        id: Some(ts.to_owned()),
        // That it was posted is true without it.
        link: wire::permalink(api, channel, ts).await.ok(),
        after: None,
    }
}

pub async fn delete(api: &JsonApi, content: &Content) -> Result<Effect, WriteError> {
    let body = json!({
        "channel": channel_id(&content.arguments),
        "ts": text(&content.arguments, "id"),
    });
    let _: Value = api.write(Method::POST, "/chat.delete", &[], &body).await?;
    Ok(Effect::default())
}

/// Reads the channel back for the message with this key.
pub async fn find(
    api: &JsonApi,
    content: &Content,
    key: &str,
) -> Result<Option<Effect>, ConnectorError> {
    let channel = channel_id(&content.arguments);
    let oldest = (content.proposal.made_at() - SKEW).timestamp().to_string();
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES {
        let (said, next) = wire::history(api, channel, &oldest, None, cursor.as_deref()).await?;
        let is_it = |metadata: &wire::Metadata| {
            metadata.event_type == EVENT_TYPE && metadata.event_payload["key"] == key
        };
        if let Some(found) = said.iter().find(|said| is_it(&said.metadata)) {
            return Ok(Some(effect(api, channel, &found.ts).await));
        }
        if next.is_none() {
            return Ok(None);
        }
        cursor = next;
    }
    Err(ConnectorError::Unexpected(
        "too much was said in the channel since to tell whether it was posted".to_owned(),
    ))
}

/// Deleted is what is not there any more.
pub async fn find_deletion(
    api: &JsonApi,
    content: &Content,
) -> Result<Option<Effect>, ConnectorError> {
    let (channel, ts) = (
        channel_id(&content.arguments),
        text(&content.arguments, "id"),
    );
    let (said, _) = wire::history(api, channel, ts, Some(ts), None).await?;
    let is_there = said.iter().any(|said| said.ts == ts);
    Ok((!is_there).then(Effect::default))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_a_persons_id_with_or_without_their_name() {
        assert_eq!(user_id("U0MAYA"), Some("U0MAYA"));
        assert_eq!(user_id("Maya (she) (U0MAYA)"), Some("U0MAYA"));
        for nobody in [
            "maya",
            "!channel",
            "S0GROUP",
            "U0MAYA> <!here",
            "x (U0MAYA> <!here)",
            "",
        ] {
            assert_eq!(user_id(nobody), None, "{nobody}");
        }
    }
}
