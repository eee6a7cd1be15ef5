//! The one address of the stand-in, and the gate in front of it: the key, and the faults that a
//! test ordered.

use super::answers::{Failure, answer, unreadable};
use super::language::parse;
use super::{Fault, Linear};
use crate::playground::systems::faults::{broken, cut};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Call {
    query: String,
    #[serde(default)]
    variables: Map<String, Value>,
}

pub fn router(linear: Linear) -> Router {
    Router::new()
        .route("/graphql", post(graphql))
        .with_state(linear)
}

async fn graphql(
    State(linear): State<Linear>,
    headers: HeaderMap,
    Json(call): Json<Call>,
) -> Response {
    let operation = match parse(&call.query, &call.variables) {
        Ok(operation) => operation,
        Err(wrong) => return failed(StatusCode::BAD_REQUEST, &unreadable(wrong)),
    };
    let first = operation.fields.first().map(|it| it.name.clone());
    let first = first.unwrap_or_default();
    linear.shared.calls.lock().push(first.clone());
    let fault = linear
        .shared
        .faults
        .strike("POST", &format!("/graphql#{first}"));
    match fault {
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::Status(status)) => return broken(status),
        Some(Fault::RateLimited { retry_after }) => return limited(retry_after),
        Some(Fault::Cut) | None => {}
    }
    if !is_let_in(&linear, &headers) {
        let failure = Failure {
            code: "AUTHENTICATION_ERROR",
            message: "Authentication required, not authenticated".to_owned(),
        };
        return failed(StatusCode::UNAUTHORIZED, &failure);
    }
    let now = linear.now();
    let answered = answer(&mut linear.shared.world.lock(), &operation, now);
    let response = match answered {
        Ok(data) => {
            linear.page_was_made(&first);
            Json(json!({"data": data})).into_response()
        }
        // What does not exist is an error with the status of a success.
        Err(failure) if failure.code == "INPUT_ERROR" => failed(StatusCode::OK, &failure),
        Err(failure) => failed(StatusCode::BAD_REQUEST, &failure),
    };
    match fault {
        Some(Fault::Cut) => cut(response).await,
        _ => response,
    }
}

/// Personal keys come as they are; with `Bearer` they are refused.
fn is_let_in(linear: &Linear, headers: &HeaderMap) -> bool {
    let world = linear.shared.world.lock();
    let shown = headers.get(header::AUTHORIZATION);
    !world.is_revoked && shown.is_some_and(|shown| shown.as_bytes() == world.key.as_bytes())
}

fn failed(status: StatusCode, failure: &Failure) -> Response {
    let error = json!({
        "message": failure.message,
        "extensions": {"code": failure.code, "userPresentableMessage": failure.message},
    });
    (status, Json(json!({"errors": [error], "data": null}))).into_response()
}

fn limited(retry_after: Option<u64>) -> Response {
    let failure = Failure {
        code: "RATELIMITED",
        message: "Rate limit exceeded".to_owned(),
    };
    let mut response = failed(StatusCode::BAD_REQUEST, &failure);
    if let Some(seconds) = retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}
