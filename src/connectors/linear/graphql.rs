//! Talking GraphQL with Linear: one address for everything, and errors that come with any status.

use crate::net::json_api::{Answered, ApiError, Dialect, JsonApi, Keys, WriteError, shortened};
use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/graphql";
/// Linear's limits are by the hour and fill up evenly, so a minute brings back some of them.
const LIMITED: Duration = Duration::from_secs(60);
const LONGEST_LIMIT: Duration = Duration::from_secs(60 * 60);

pub const DIALECT: Dialect = Dialect {
    headers: &[],
    // A personal key; the tokens of OAuth are bearer tokens.
    keys: Keys::BareFrom("lin_api_"),
    meaning,
};

#[derive(Deserialize)]
struct Reply<T> {
    data: T,
}

/// Asks for something.
pub async fn ask<T: DeserializeOwned>(
    api: &JsonApi,
    document: &str,
    variables: Value,
) -> Result<T, ApiError> {
    let body = json!({"query": document, "variables": variables});
    let reply: Reply<T> = api.search(PATH, &body).await?;
    Ok(reply.data)
}

/// Changes something, in one try.
pub async fn change<T: DeserializeOwned>(
    api: &JsonApi,
    document: &str,
    variables: Value,
) -> Result<T, WriteError> {
    let body = json!({"query": document, "variables": variables});
    let reply: Reply<T> = api.write(Method::POST, PATH, &[], &body).await?;
    Ok(reply.data)
}

#[derive(Deserialize)]
struct Failed {
    errors: Vec<Value>,
}

/// What an error says of itself, which may be nothing.
struct Failure<'a> {
    message: &'a str,
    extensions: &'a Value,
}

impl<'a> Failure<'a> {
    fn of(error: &'a Value) -> Self {
        Self {
            message: error["message"].as_str().unwrap_or_default(),
            extensions: &error["extensions"],
        }
    }

    /// Whether its code or its type is one of these.
    fn is(&self, names: &[&str]) -> bool {
        let said = [&self.extensions["code"], &self.extensions["type"]];
        let mut said = said.into_iter().filter_map(Value::as_str);
        said.any(|name| names.contains(&name))
    }

    /// Linear could not, and does not know whether it did.
    fn is_linears_own(&self) -> bool {
        let is_ours = self.extensions["userError"] == true;
        self.is(&["INTERNAL_SERVER_ERROR", "internal error", "lock timeout"])
            || !is_ours && self.is(&["unknown", "network error", "bootstrap error", "other"])
    }

    fn said(&self) -> String {
        let presentable = self.extensions["userPresentableMessage"].as_str();
        shortened(presentable.unwrap_or(self.message))
    }
}

fn meaning(answered: &Answered<'_>) -> Option<ApiError> {
    let failed: Failed = serde_json::from_slice(answered.body).ok()?;
    let failure = Failure::of(failed.errors.first()?);
    let said = failure.said();
    Some(if failure.is(&["RATELIMITED", "ratelimited"]) {
        ApiError::Limited(wait(answered))
    } else if failure.is(&["AUTHENTICATION_ERROR", "authentication error"]) {
        ApiError::Unauthorized
    } else if failure.is(&["FORBIDDEN", "forbidden"]) {
        ApiError::Forbidden(said)
    } else if failure.message.starts_with("Entity not found") {
        ApiError::NotFound
    } else if failure.is_linears_own() {
        ApiError::Away(said)
    } else {
        by_status(answered, said)
    })
}

/// What an error means that does not say it by itself. With the status of a success, or of a
/// request that was not understood, it is about what was asked.
fn by_status(answered: &Answered<'_>, said: String) -> ApiError {
    match answered.status {
        401 => ApiError::Unauthorized,
        403 => ApiError::Forbidden(said),
        429 => ApiError::Limited(wait(answered)),
        500.. => ApiError::Away(format!("{}: {said}", answered.status)),
        status => ApiError::Refused { status, said },
    }
}

/// Until the limit that was reached is filled up again.
fn wait(answered: &Answered<'_>) -> Duration {
    let reset = |limit: &str| {
        let left = answered.number(&format!("x-ratelimit-{limit}-remaining"))?;
        let at = answered.number(&format!("x-ratelimit-{limit}-reset"))?;
        let milliseconds = u64::try_from(at - answered.now.timestamp_millis()).ok()?;
        (left <= 0).then_some(Duration::from_millis(milliseconds))
    };
    answered
        .retry_after()
        .or_else(|| reset("requests").max(reset("complexity")))
        .unwrap_or(LIMITED)
        .min(LONGEST_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use http::HeaderMap;

    fn meant(status: u16, headers: &[(&'static str, String)], body: &Value) -> Option<ApiError> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        meaning(&Answered {
            status,
            headers: &headers,
            body: body.to_string().as_bytes(),
            now: "2026-11-21T10:00:00Z"
                .parse::<chrono::DateTime<Utc>>()
                .unwrap(),
        })
    }

    fn failed(message: &str, code: &str) -> Value {
        json!({"errors": [{"message": message, "extensions": {"code": code}}]})
    }

    #[test]
    fn an_error_means_what_its_code_says_whatever_the_status() {
        for status in [200, 400] {
            assert_eq!(
                meant(
                    status,
                    &[],
                    &failed("Authentication required", "AUTHENTICATION_ERROR")
                ),
                Some(ApiError::Unauthorized)
            );
            assert_eq!(
                meant(
                    status,
                    &[],
                    &failed("Entity not found: Issue", "INPUT_ERROR")
                ),
                Some(ApiError::NotFound)
            );
        }
        let nothing_wrong = json!({"data": {"viewer": {"id": "1"}}});
        assert_eq!(meant(200, &[], &nothing_wrong), None);
    }

    #[test]
    fn an_error_without_a_code_that_is_known_means_what_the_status_says() {
        let bare = json!({"errors": [{"message": "Service unavailable", "extensions": null}]});
        let odd = failed("Odd", "SOMETHING_NEW");
        let refused = |status, said: &str| ApiError::Refused {
            status,
            said: said.to_owned(),
        };
        for (status, body, means) in [
            (401, &bare, ApiError::Unauthorized),
            (403, &odd, ApiError::Forbidden("Odd".to_owned())),
            (429, &odd, ApiError::Limited(LIMITED)),
            (500, &odd, ApiError::Away("500: Odd".to_owned())),
            (
                503,
                &bare,
                ApiError::Away("503: Service unavailable".to_owned()),
            ),
            (200, &odd, refused(200, "Odd")),
            (400, &odd, refused(400, "Odd")),
        ] {
            assert_eq!(meant(status, &[], body), Some(means), "{status}");
        }
    }

    #[test]
    fn a_failure_of_linears_own_is_no_refusal_unless_it_is_about_what_was_asked() {
        let kind = |kind: &str, is_ours: bool| {
            let extensions = json!({"type": kind, "code": null, "userError": is_ours});
            json!({"errors": [{"message": "Hm", "extensions": extensions}]})
        };
        for name in ["unknown", "network error", "bootstrap error", "other"] {
            let away = Some(ApiError::Away("Hm".to_owned()));
            assert_eq!(meant(200, &[], &kind(name, false)), away, "{name}");
        }
        let refused = Some(ApiError::Refused {
            status: 200,
            said: "Hm".to_owned(),
        });
        assert_eq!(meant(200, &[], &kind("other", true)), refused);
    }

    #[test]
    fn a_limit_ends_when_linear_says_so_and_else_in_a_minute() {
        let limited = failed("Rate limit exceeded", "RATELIMITED");
        let in_90_s: i64 = 1_795_255_290_000;
        let full = [
            ("x-ratelimit-requests-remaining", "0".to_owned()),
            ("x-ratelimit-requests-reset", in_90_s.to_string()),
            ("x-ratelimit-complexity-remaining", "200".to_owned()),
            ("x-ratelimit-complexity-reset", "1".to_owned()),
        ];
        let wait = |headers: &[_]| match meant(400, headers, &limited) {
            Some(ApiError::Limited(wait)) => wait.as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(&full), 90);
        assert_eq!(wait(&[("retry-after", "7".to_owned())]), 7);
        assert_eq!(wait(&[]), 60);
    }
}
