//! The bodies with which Google says no.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Debug)]
pub enum Refusal {
    Invalid(String),
    NotFound,
    Unauthorized,
    Limited(Limit),
}

/// Gmail says its limits with a 403 or a 429, and a reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    pub status: u16,
    pub reason: &'static str,
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
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (code, reason, status, message) = match self {
            Self::Invalid(message) => (400, "invalidArgument", "INVALID_ARGUMENT", message),
            Self::NotFound => (
                404,
                "notFound",
                "NOT_FOUND",
                "Requested entity was not found.".to_owned(),
            ),
            Self::Unauthorized => (
                401,
                "authError",
                "UNAUTHENTICATED",
                "Request had invalid authentication credentials.".to_owned(),
            ),
            Self::Limited(Limit { status, reason }) => (
                status,
                reason,
                "RESOURCE_EXHAUSTED",
                "Quota exceeded for quota metric 'Queries'.".to_owned(),
            ),
        };
        let body = json!({"error": {
            "code": code,
            "message": message,
            "errors": [{"message": message, "domain": "global", "reason": reason}],
            "status": status,
        }});
        let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (code, Json(body)).into_response()
    }
}
