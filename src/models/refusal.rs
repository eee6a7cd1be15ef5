//! What a provider's error means for us. Providers word it differently, and some say the same
//! thing with different status codes, so the type and the text of the error count too.

use super::ModelError;
use crate::base::secret::Secret;
use serde_json::Value;
use std::time::Duration;

/// As much of a provider's sentence as helps whoever reads the log.
const LONGEST_MESSAGE: usize = 300;

/// An error as the provider put it, out of a response or out of the middle of a stream.
#[derive(Debug, Default)]
pub(super) struct Refusal<'a> {
    pub status: Option<u16>,
    /// `error.type` or `error.code`.
    pub kind: &'a str,
    pub message: &'a str,
    pub retry_after: Option<Duration>,
}

const TOO_LONG: [&str; 6] = [
    "prompt is too long",
    // What a server comes to that takes the conversation from all the room that it has.
    "max_tokens must be at least 1",
    "maximum context length",
    "context_length_exceeded",
    "exceed context limit",
    "context window",
];

const NO_CREDIT: [&str; 3] = [
    "credit balance is too low",
    "exceeded your current quota",
    "insufficient credits",
];

impl<'a> Refusal<'a> {
    /// The error in a JSON body: `{"error": {"type", "code", "message"}}` or less of it.
    pub fn in_body(body: &'a Value) -> Self {
        let error = &body["error"];
        let text = |field: &str| error[field].as_str();
        let status = error["code"].as_u64();
        Self {
            status: status.and_then(|status| u16::try_from(status).ok()),
            kind: text("code").or_else(|| text("type")).unwrap_or_default(),
            message: text("message")
                .or(error.as_str())
                .or(body["message"].as_str())
                .unwrap_or_default(),
            retry_after: None,
        }
    }
}

impl Refusal<'_> {
    /// `key` is blanked out of the message: some providers repeat it.
    pub fn meaning(&self, key: &Secret) -> ModelError {
        let message = self.message.to_lowercase();
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
        match (self.kind, self.status.unwrap_or_default()) {
            ("billing_error" | "insufficient_quota", _) | (_, 402) => ModelError::OutOfCredit,
            _ if says(&NO_CREDIT) => ModelError::OutOfCredit,
            ("context_length_exceeded" | "request_too_large", _) | (_, 413) => {
                ModelError::ContextTooLong
            }
            (_, status) if status < 500 && status != 429 && says(&TOO_LONG) => {
                ModelError::ContextTooLong
            }
            ("authentication_error" | "permission_error" | "invalid_api_key", _)
            | (_, 401 | 403) => ModelError::Unauthorized,
            ("rate_limit_error" | "rate_limit_exceeded", _) | (_, 429) => ModelError::RateLimited {
                retry_after: self.retry_after,
            },
            ("overloaded_error", _) | (_, 503 | 529) => ModelError::Overloaded,
            ("api_error" | "timeout_error" | "server_error", _) | (_, 408 | 409 | 425 | 500..) => {
                ModelError::Unreachable(self.quoted(key))
            }
            _ => ModelError::Rejected(self.quoted(key)),
        }
    }

    fn quoted(&self, key: &Secret) -> String {
        let message = match self.message.trim() {
            "" => self.kind,
            message => message,
        };
        let message = without_key(message, key);
        match self.status {
            Some(status) => format!("{status} {message}"),
            None => message,
        }
    }
}

/// Free text from outside, fit for an error: without the key, and short.
pub(super) fn without_key(text: &str, key: &Secret) -> String {
    let text = if key.is_empty() {
        text.to_owned()
    } else {
        text.replace(key.expose(), "[redacted]")
    };
    text.chars().take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(status: Option<u16>, kind: &str, message: &str) -> String {
        let refusal = Refusal {
            status,
            kind,
            message,
            retry_after: None,
        };
        let text = format!("{:?}", refusal.meaning(&Secret::new("sk-canary")));
        text.split(['(', ' ']).next().unwrap().to_owned()
    }

    #[test]
    fn each_way_of_saying_no_is_understood() {
        let table = [
            (
                Some(400),
                "invalid_request_error",
                "Your credit balance is too low to access the API",
                "OutOfCredit",
            ),
            (Some(402), "", "", "OutOfCredit"),
            (None, "billing_error", "", "OutOfCredit"),
            (
                Some(429),
                "insufficient_quota",
                "You exceeded your current quota",
                "OutOfCredit",
            ),
            (
                Some(401),
                "authentication_error",
                "invalid x-api-key",
                "Unauthorized",
            ),
            (Some(403), "permission_error", "", "Unauthorized"),
            (
                Some(400),
                "invalid_request_error",
                "prompt is too long: 208310 tokens > 200000 maximum",
                "ContextTooLong",
            ),
            (Some(400), "context_length_exceeded", "", "ContextTooLong"),
            (Some(413), "request_too_large", "", "ContextTooLong"),
            (Some(429), "rate_limit_error", "", "RateLimited"),
            (Some(529), "overloaded_error", "", "Overloaded"),
            (None, "overloaded_error", "Overloaded", "Overloaded"),
            (Some(503), "", "no backend", "Overloaded"),
            (Some(500), "api_error", "", "Unreachable"),
            (None, "api_error", "", "Unreachable"),
            (Some(502), "", "<html>", "Unreachable"),
            (
                Some(404),
                "not_found_error",
                "model: claude-typo",
                "Rejected",
            ),
            (
                Some(400),
                "invalid_request_error",
                "tools.0: bad schema",
                "Rejected",
            ),
        ];
        for (status, kind, message, expected) in table {
            assert_eq!(
                meaning(status, kind, message),
                expected,
                "{status:?} {kind} {message}"
            );
        }
    }

    #[test]
    fn a_key_that_the_provider_repeats_does_not_get_through() {
        let refusal = Refusal {
            status: Some(400),
            message: "the key sk-canary is odd",
            ..Refusal::default()
        };
        let text = refusal.meaning(&Secret::new("sk-canary")).to_string();
        assert!(
            text.contains("[redacted]") && !text.contains("canary"),
            "{text}"
        );
    }
}
