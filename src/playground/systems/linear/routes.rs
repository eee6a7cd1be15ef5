//! The one address of the stand-in, and who is let in: whoever shows the key.

use super::Linear;
use super::answers::{Failure, answer, unreadable};
use super::language::{Operation, parse};
use crate::playground::systems::keys::shown;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// 400 with a code of its own, as Linear says that a limit is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    pub retry_after: Option<u64>,
}

#[derive(Deserialize)]
struct Asked {
    query: String,
    #[serde(default)]
    variables: Map<String, Value>,
}

pub fn router(linear: Linear) -> Router {
    Router::new()
        .route("/graphql", post(graphql))
        .with_state(linear)
}

/// What a call asks for first: that is what tells it from others of the same path.
pub fn first_field(body: &[u8]) -> Option<String> {
    let asked: Asked = serde_json::from_slice(body).ok()?;
    first(&parse(&asked.query, &asked.variables).ok()?).map(str::to_owned)
}

fn first(operation: &Operation) -> Option<&str> {
    operation.fields.first().map(|it| it.name.as_str())
}

async fn graphql(
    State(linear): State<Linear>,
    headers: HeaderMap,
    Json(asked): Json<Asked>,
) -> Response {
    let operation = match parse(&asked.query, &asked.variables) {
        Ok(operation) => operation,
        Err(wrong) => return failed(StatusCode::BAD_REQUEST, &unreadable(wrong)),
    };
    // Personal keys come as they are; with `Bearer` they are refused.
    if !shown(&headers).is_some_and(|shown| linear.world().key.is(shown)) {
        let failure = Failure {
            code: "AUTHENTICATION_ERROR",
            message: "Authentication required, not authenticated".to_owned(),
        };
        return failed(StatusCode::UNAUTHORIZED, &failure);
    }
    let answered = match operation.is_mutation {
        true => linear.edit(|world, now| answer(world, &operation, now)),
        false => answer(&mut linear.world(), &operation, linear.now()),
    };
    match answered {
        Ok(data) => {
            linear.page_was_made(first(&operation).unwrap_or_default());
            Json(json!({"data": data})).into_response()
        }
        // What does not exist is an error with the status of a success.
        Err(failure) if failure.code == "INPUT_ERROR" => failed(StatusCode::OK, &failure),
        Err(failure) => failed(StatusCode::BAD_REQUEST, &failure),
    }
}

fn failed(status: StatusCode, failure: &Failure) -> Response {
    let error = json!({
        "message": failure.message,
        "extensions": {"code": failure.code, "userPresentableMessage": failure.message},
    });
    (status, Json(json!({"errors": [error], "data": null}))).into_response()
}

impl IntoResponse for Limit {
    fn into_response(self) -> Response {
        let failure = Failure {
            code: "RATELIMITED",
            message: "Rate limit exceeded".to_owned(),
        };
        let mut response = failed(StatusCode::BAD_REQUEST, &failure);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        response
    }
}
