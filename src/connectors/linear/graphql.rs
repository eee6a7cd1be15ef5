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
    errors: Vec<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(default)]
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Extensions {
    code: String,
    r#type: String,
    user_presentable_message: Option<String>,
}

fn meaning(answered: &Answered<'_>) -> Option<ApiError> {
    let failed: Failed = serde_json::from_slice(answered.body).ok()?;
    let failure = failed.errors.into_iter().next()?;
    let Extensions { code, r#type, .. } = &failure.extensions;
    let is = |codes: &[&str]| codes.contains(&code.as_str()) || codes.contains(&r#type.as_str());
    let said = failure.extensions.user_presentable_message.as_deref();
    let said = shortened(said.unwrap_or(&failure.message));
    Some(if is(&["RATELIMITED", "ratelimited"]) {
        ApiError::Limited(wait(answered))
    } else if is(&["AUTHENTICATION_ERROR", "authentication error"]) {
        ApiError::Unauthorized
    } else if is(&["FORBIDDEN", "forbidden"]) {
        ApiError::Forbidden(said)
    } else if failure.message.starts_with("Entity not found") {
        ApiError::NotFound
    } else if is(&["INTERNAL_SERVER_ERROR", "internal error", "lock timeout"]) {
        ApiError::Away(said)
    } else {
        ApiError::Refused {
            status: answered.status,
            said,
        }
    })
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
