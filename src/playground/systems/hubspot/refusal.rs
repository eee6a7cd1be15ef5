//! The bodies with which HubSpot says no.

use super::NoSuchRecord;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const TRACE: &str = "5b5f2f38-fb61-4be7-b228-3bd61b06f7f5";

/// What HubSpot refuses, and why.
#[derive(Debug)]
pub enum Refusal {
    Invalid(String),
    NotFound,
    Unauthorized,
    MissingScopes(Vec<String>),
    RateLimited {
        policy: &'static str,
        retry_after: Option<u64>,
    },
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
            Self::RateLimited { policy, .. } => (
                StatusCode::TOO_MANY_REQUESTS,
                json!({
                    "message": "You have reached your limit.",
                    "errorType": "RATE_LIMIT",
                    "policyName": policy,
                    "category": "RATE_LIMITS",
                }),
            ),
        }
    }
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
        if let Self::RateLimited {
            retry_after: Some(seconds),
            ..
        } = self
        {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        response
    }
}
