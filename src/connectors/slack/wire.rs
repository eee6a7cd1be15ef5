//! Slack's Web API as far as posting needs it: its answers, and what its errors mean.

use crate::connectors::Account;
use crate::net::json_api::{Answered, ApiError, JsonApi, shortened};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// The pause where Slack names none.
const LIMITED: Duration = Duration::from_secs(1);
const LISTED: &str = "200";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub is_member: bool,
    pub is_private: bool,
    pub is_archived: bool,
    pub is_ext_shared: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    pub ts: String,
    pub text: String,
    pub metadata: Metadata,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Metadata {
    pub event_type: String,
    pub event_payload: Value,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct User {
    pub id: String,
    pub name: String,
    pub real_name: String,
    pub deleted: bool,
    pub is_bot: bool,
}

/// Says no with a 200 and a code.
pub fn meaning(answered: &Answered<'_>) -> Option<ApiError> {
    if answered.status == 429 {
        return Some(ApiError::Limited(answered.retry_after().unwrap_or(LIMITED)));
    }
    let body: Value = serde_json::from_slice(answered.body).ok()?;
    if body.get("ok")?.as_bool()? {
        return None;
    }
    let code = body
        .get("error")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some(match code {
        "ratelimited" | "rate_limited" => ApiError::Limited(LIMITED),
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" => {
            ApiError::Unauthorized
        }
        "missing_scope" => ApiError::Forbidden(code.to_owned()),
        "channel_not_found" | "message_not_found" | "user_not_found" => ApiError::NotFound,
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" => {
            ApiError::Away(code.to_owned())
        }
        code => ApiError::Refused {
            status: answered.status,
            said: shortened(code),
        },
    })
}

pub async fn account(api: &JsonApi) -> Result<Account, ApiError> {
    #[derive(Deserialize)]
    struct Identity {
        team_id: String,
        team: String,
    }
    let identity: Identity = api.get("/auth.test", &[]).await?;
    Ok(Account {
        id: identity.team_id,
        name: identity.team,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Paging {
    next_cursor: String,
}

#[derive(Deserialize)]
struct Answer<T> {
    #[serde(flatten)]
    content: T,
    #[serde(default)]
    response_metadata: Paging,
}

impl<T> Answer<T> {
    fn next(&self) -> Option<String> {
        Some(self.response_metadata.next_cursor.clone()).filter(|cursor| !cursor.is_empty())
    }
}

pub async fn channel(api: &JsonApi, id: &str) -> Result<Channel, ApiError> {
    #[derive(Deserialize)]
    struct Info {
        channel: Channel,
    }
    let info: Info = api.get("/conversations.info", &[("channel", id)]).await?;
    Ok(info.channel)
}

/// The channel of this name among those that Penny is a member of.
pub async fn channel_named(api: &JsonApi, name: &str) -> Result<Option<Channel>, ApiError> {
    #[derive(Deserialize)]
    struct Channels {
        channels: Vec<Channel>,
    }
    let mut cursor: Option<String> = None;
    loop {
        let mut query = vec![
            ("types", "public_channel,private_channel"),
            ("exclude_archived", "true"),
            ("limit", LISTED),
        ];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page: Answer<Channels> = api.get("/users.conversations", &query).await?;
        cursor = page.next();
        let found = page.content.channels.into_iter().find(|it| it.name == name);
        if found.is_some() || cursor.is_none() {
            return Ok(found);
        }
    }
}

pub async fn is_member(api: &JsonApi, channel: &str, user: &str) -> Result<bool, ApiError> {
    #[derive(Deserialize)]
    struct Members {
        members: Vec<String>,
    }
    let mut cursor: Option<String> = None;
    loop {
        let mut query = vec![("channel", channel), ("limit", LISTED)];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page: Answer<Members> = api.get("/conversations.members", &query).await?;
        cursor = page.next();
        let is_there = page.content.members.iter().any(|member| member == user);
        if is_there || cursor.is_none() {
            return Ok(is_there);
        }
    }
}

pub async fn user(api: &JsonApi, id: &str) -> Result<User, ApiError> {
    #[derive(Deserialize)]
    struct Info {
        user: User,
    }
    let info: Info = api.get("/users.info", &[("user", id)]).await?;
    Ok(info.user)
}

/// A page of what was said in a channel from a moment on, and where it goes on.
pub async fn history(
    api: &JsonApi,
    channel: &str,
    oldest: &str,
    latest: Option<&str>,
    cursor: Option<&str>,
) -> Result<(Vec<Said>, Option<String>), ApiError> {
    #[derive(Deserialize)]
    struct Messages {
        messages: Vec<Said>,
    }
    let mut query = vec![
        ("channel", channel),
        ("oldest", oldest),
        ("inclusive", "true"),
        ("include_all_metadata", "true"),
        ("limit", LISTED),
    ];
    query.extend(latest.map(|latest| ("latest", latest)));
    query.extend(cursor.map(|cursor| ("cursor", cursor)));
    let page: Answer<Messages> = api.get("/conversations.history", &query).await?;
    let next = page.next();
    Ok((page.content.messages, next))
}

pub async fn permalink(api: &JsonApi, channel: &str, ts: &str) -> Result<String, ApiError> {
    #[derive(Deserialize)]
    struct Link {
        permalink: String,
    }
    let query = [("channel", channel), ("message_ts", ts)];
    let link: Link = api.get("/chat.getPermalink", &query).await?;
    Ok(link.permalink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use serde_json::json;

    fn meaning_of(status: u16, body: &Value) -> Option<ApiError> {
        meaning(&Answered {
            status,
            headers: &HeaderMap::new(),
            body: body.to_string().as_bytes(),
            now: chrono::Utc::now(),
        })
    }

    #[test]
    fn a_no_is_understood_although_it_comes_as_a_success() {
        let no = |code: &str| meaning_of(200, &json!({"ok": false, "error": code}));
        assert_eq!(meaning_of(200, &json!({"ok": true})), None);
        assert_eq!(no("token_revoked"), Some(ApiError::Unauthorized));
        assert_eq!(no("channel_not_found"), Some(ApiError::NotFound));
        assert_eq!(no("ratelimited"), Some(ApiError::Limited(LIMITED)));
        assert!(matches!(no("fatal_error"), Some(ApiError::Away(_))));
        assert!(matches!(no("is_archived"), Some(ApiError::Refused { .. })));
        assert!(matches!(
            meaning_of(429, &json!({})),
            Some(ApiError::Limited(_))
        ));
    }
}
