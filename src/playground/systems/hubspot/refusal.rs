//! The bodies with which HubSpot says no.

use super::NoSuchRecord;
use super::kinds::Kind;
use super::properties::Invalid;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const TRACE: &str = "5b5f2f38-fb61-4be7-b228-3bd61b06f7f5";

/// What HubSpot refuses, and why.
#[derive(Debug)]
pub enum Refusal {
    Invalid(String),
    /// Values that their properties do not take.
    Properties(Vec<Invalid>),
    /// A new record lacks these properties.
    Missing(&'static Kind, Vec<&'static str>),
    /// Another contact has this mail address.
    Exists(u64),
    NotFound,
    Unauthorized,
    /// The token was good until then.
    Expired,
    MissingScopes(Vec<String>),
    Limited(Limit),
}

/// HubSpot says how long to wait with some of its limits only.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    pub policy: &'static str,
    pub retry_after: Option<u64>,
}

impl IntoResponse for Limit {
    fn into_response(self) -> Response {
        Refusal::Limited(self).into_response()
    }
}

impl Refusal {
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }

    fn body(&self) -> (StatusCode, Value) {
        match self {
            Self::Invalid(message) => (
                StatusCode::BAD_REQUEST,
                json!({"message": message, "category": "VALIDATION_ERROR"}),
            ),
            Self::Properties(invalid) => properties(invalid),
            Self::Missing(kind, names) => {
                let message = format!(
                    "Error creating {}. Some required properties were not set.",
                    kind.singular.to_uppercase()
                );
                let error = json!({
                    "message": message,
                    "code": "REQUIRED_PROPERTY_MISSING",
                    "context": {"properties": names},
                });
                (
                    StatusCode::BAD_REQUEST,
                    json!({"message": message, "category": "VALIDATION_ERROR", "errors": [error]}),
                )
            }
            Self::Exists(id) => (
                StatusCode::CONFLICT,
                json!({
                    "message": format!("Contact already exists. Existing ID: {id}"),
                    "category": "CONFLICT",
                }),
            ),
            Self::Expired => (
                StatusCode::UNAUTHORIZED,
                json!({
                    "message": "The OAuth token used to make this call expired.",
                    "category": "EXPIRED_AUTHENTICATION",
                }),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                json!({"message": "resource not found", "category": "OBJECT_NOT_FOUND"}),
            ),
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                json!({
                    "message": "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
                    "category": "INVALID_AUTHENTICATION",
                }),
            ),
            Self::MissingScopes(scopes) => (
                StatusCode::FORBIDDEN,
                json!({
                    "message": "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
                    "errors": [{
                        "message": "One or more of the following scopes are required.",
                        "context": {"requiredGranularScopes": scopes},
                    }],
                    "links": {"scopes": "https://developers.hubspot.com/scopes"},
                    "category": "MISSING_SCOPES",
                }),
            ),
            Self::Limited(limit) => (
                StatusCode::TOO_MANY_REQUESTS,
                json!({
                    "message": "You have reached your limit.",
                    "errorType": "RATE_LIMIT",
                    "policyName": limit.policy,
                    "category": "RATE_LIMITS",
                }),
            ),
        }
    }
}

/// Said twice: as a list inside of the message, and as errors beside it.
fn properties(invalid: &[Invalid]) -> (StatusCode, Value) {
    let inside: Vec<Value> = invalid
        .iter()
        .map(|one| {
            json!({
                "isValid": false,
                "message": one.message,
                "error": one.code,
                "name": one.property,
            })
        })
        .collect();
    let errors: Vec<Value> = invalid
        .iter()
        .map(|one| {
            json!({
                "message": one.message,
                "code": one.code,
                "context": {"propertyName": [one.property]},
            })
        })
        .collect();
    let message = format!("Property values were not valid: {}", json!(inside));
    (
        StatusCode::BAD_REQUEST,
        json!({"message": message, "category": "VALIDATION_ERROR", "errors": errors}),
    )
}

impl From<NoSuchRecord> for Refusal {
    fn from(_: NoSuchRecord) -> Self {
        Self::NotFound
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, mut body) = self.body();
        body["status"] = json!("error");
        body["correlationId"] = json!(TRACE);
        let mut response = (status, Json(body)).into_response();
        if let Self::Limited(Limit {
            retry_after: Some(seconds),
            ..
        }) = self
        {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        response
    }
}
