//! Why a call of Slack failed, in the terms in which the caller has to act: surely not done,
//! perhaps done, or refused for a reason.

use slack_morphism::errors::SlackClientError;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlackError {
    /// The request never reached Slack, so it may be made again.
    #[error("Slack could not be reached")]
    NotSent,
    /// It may or may not have been carried out: look before repeating it.
    #[error("Slack's answer did not arrive ({0})")]
    Ambiguous(&'static str),
    /// Slack, or our own limiter in its place, asks for patience.
    #[error("Slack's rate limit is reached")]
    RateLimited { retry_after: Duration },
    #[error("Slack refused the call: {code}{}", .detail.as_deref().map(|text| format!(" ({text})")).unwrap_or_default())]
    Refused {
        code: ApiCode,
        detail: Option<String>,
    },
    /// There is no token to call with: the installation is gone or cannot be refreshed.
    #[error("there is no token for this workspace")]
    NoToken,
    /// An address that a token or a file must not be sent to.
    #[error("that address is not one of Slack's")]
    ForeignAddress,
    #[error("the file is larger than {limit} bytes")]
    TooLarge { limit: usize },
    /// Slack answers a download without permission with its log-in page.
    #[error("Slack did not hand the file out")]
    NotAFile,
}

impl SlackError {
    pub fn code(&self) -> Option<&ApiCode> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    pub(super) fn refused(code: &str, detail: Option<String>) -> Self {
        match code {
            "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" => {
                Self::Ambiguous("Slack had an internal error")
            }
            "ratelimited" | "rate_limited" => Self::RateLimited {
                retry_after: DEFAULT_RETRY_AFTER,
            },
            _ => Self::Refused {
                code: ApiCode::from(code),
                detail,
            },
        }
    }

    /// The label of the metric.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Ambiguous(_) => "ambiguous",
            Self::RateLimited { .. } => "rate_limited",
            _ => "refused",
        }
    }
}

/// For a 429 that does not say how long.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);
/// Nothing that Slack sends may hold us for longer than this.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(600);

macro_rules! api_codes {
    ($($name:ident = $code:literal),+ $(,)?) => {
        /// Slack's error codes, as far as something depends on them.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum ApiCode { $($name,)+ Other(String) }

        impl From<&str> for ApiCode {
            fn from(code: &str) -> Self {
                match code { $($code => Self::$name,)+ other => Self::Other(other.to_owned()) }
            }
        }

        impl ApiCode {
            pub fn as_str(&self) -> &str {
                match self { $(Self::$name => $code,)+ Self::Other(code) => code }
            }
        }
    };
}

api_codes! {
    AccountInactive = "account_inactive",
    CannotReplyToMessage = "cannot_reply_to_message",
    CantUpdateMessage = "cant_update_message",
    ChannelNotFound = "channel_not_found",
    InvalidAuth = "invalid_auth",
    InvalidBlocks = "invalid_blocks",
    IsArchived = "is_archived",
    MessageNotFound = "message_not_found",
    MessageNotInStreamingState = "message_not_in_streaming_state",
    MissingScope = "missing_scope",
    MsgBlocksTooLong = "msg_blocks_too_long",
    MsgTooLong = "msg_too_long",
    NotAuthed = "not_authed",
    NotInChannel = "not_in_channel",
    RestrictedAction = "restricted_action",
    StoppedByUser = "stopped_by_user",
    StreamingStateConflict = "streaming_state_conflict",
    TeamNotFound = "team_not_found",
    ThreadNotFound = "thread_not_found",
    TokenExpired = "token_expired",
    TokenRevoked = "token_revoked",
    UnknownMethod = "unknown_method",
    UserNotFound = "user_not_found",
}

impl ApiCode {
    /// The token will not work again by itself.
    pub fn is_about_the_token(&self) -> bool {
        matches!(
            self,
            Self::AccountInactive
                | Self::InvalidAuth
                | Self::NotAuthed
                | Self::TokenExpired
                | Self::TokenRevoked
                | Self::TeamNotFound
        )
    }

    /// Nothing can be written in that channel or thread any more.
    pub fn is_about_the_channel(&self) -> bool {
        matches!(
            self,
            Self::ChannelNotFound
                | Self::IsArchived
                | Self::NotInChannel
                | Self::RestrictedAction
                | Self::ThreadNotFound
                | Self::CannotReplyToMessage
        )
    }
}

impl std::fmt::Display for ApiCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<SlackClientError> for SlackError {
    fn from(error: SlackClientError) -> Self {
        match error {
            SlackClientError::ApiError(it) => {
                Self::refused(&it.code, detail_of(it.http_response_body.as_deref()))
            }
            SlackClientError::RateLimitError(it) => Self::RateLimited {
                retry_after: it
                    .retry_after
                    .unwrap_or(DEFAULT_RETRY_AFTER)
                    .min(MAX_RETRY_AFTER),
            },
            SlackClientError::HttpError(it) => of_status(it.status_code),
            SlackClientError::HttpProtocolError(it) => {
                let never_connected = it
                    .cause
                    .as_ref()
                    .and_then(|cause| cause.downcast_ref::<hyper_util::client::legacy::Error>())
                    .is_some_and(hyper_util::client::legacy::Error::is_connect);
                if never_connected {
                    Self::NotSent
                } else {
                    Self::Ambiguous("the connection broke")
                }
            }
            _ => Self::Ambiguous("Slack's answer could not be read"),
        }
    }
}

pub(super) fn of_status(status: http::StatusCode) -> SlackError {
    match status.as_u16() {
        // A server that does not know the method at all.
        404 | 405 | 501 => SlackError::refused("unknown_method", None),
        401 => SlackError::refused("invalid_auth", None),
        429 => SlackError::RateLimited {
            retry_after: DEFAULT_RETRY_AFTER,
        },
        500.. => SlackError::Ambiguous("Slack had an internal error"),
        other => SlackError::refused(&format!("http_{other}"), None),
    }
}

/// What Slack says beside the code: where a block is wrong, or which scope is missing.
fn detail_of(body: Option<&str>) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(body?).ok()?;
    if let Some(needed) = body.get("needed").and_then(|needed| needed.as_str()) {
        return Some(format!("needs {needed}"));
    }
    let messages = body.get("response_metadata")?.get("messages")?.as_array()?;
    let messages: Vec<&str> = messages
        .iter()
        .filter_map(|message| message.as_str())
        .take(3)
        .collect();
    (!messages.is_empty()).then(|| messages.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_keep_their_spelling_and_unknown_ones_their_text() {
        for code in ["is_archived", "token_revoked", "invented_yesterday"] {
            assert_eq!(ApiCode::from(code).as_str(), code);
        }
        assert!(matches!(
            SlackError::refused("internal_error", None),
            SlackError::Ambiguous(_)
        ));
    }

    #[test]
    fn a_server_without_a_method_looks_like_slack_without_it() {
        let unknown = of_status(http::StatusCode::NOT_FOUND);
        assert_eq!(unknown.code(), Some(&ApiCode::UnknownMethod));
        assert!(matches!(
            of_status(http::StatusCode::BAD_GATEWAY),
            SlackError::Ambiguous(_)
        ));
    }
}
