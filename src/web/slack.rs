//! Slack's four endpoints. In this order: size, signature over the raw bytes, meaning, storage,
//! and only then 200. Of a refused request nothing is logged but the reason.

use crate::base::clock::SharedClock;
use crate::base::metrics as names;
use crate::slack::inbound::is_ssl_check;
use crate::slack::verify::{VerifiedRequest, Verifier};
use crate::surfaces::intake::{Answer, Intake, IntakeError};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;

const MAX_BODY: usize = 1024 * 1024;
/// A client that sends its body more slowly than this is not Slack.
const BODY_TIME: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Endpoints {
    pub verifier: Arc<Verifier>,
    pub clock: SharedClock,
    pub intake: Intake,
}

pub fn routes(endpoints: Endpoints) -> Router {
    Router::new()
        .route("/slack/events", post(events))
        .route("/slack/interactions", post(interactions))
        .route("/slack/commands", post(commands))
        .route("/slack/options", post(options))
        .with_state(endpoints)
}

async fn events(State(slack): State<Endpoints>, request: Request) -> Response {
    match verified(&slack, request).await {
        // Slack's certificate check is a form and means nothing.
        Ok(request) if is_ssl_check(request.body()) => StatusCode::OK.into_response(),
        Ok(request) => answer(slack.intake.event(request.body()).await),
        Err(refused) => refused,
    }
}

async fn interactions(State(slack): State<Endpoints>, request: Request) -> Response {
    match verified(&slack, request).await {
        Ok(request) if is_ssl_check(request.body()) => StatusCode::OK.into_response(),
        Ok(request) => answer(slack.intake.interaction(request.body()).await),
        Err(refused) => refused,
    }
}

async fn commands(State(slack): State<Endpoints>, request: Request) -> Response {
    match verified(&slack, request).await {
        Ok(request) if is_ssl_check(request.body()) => StatusCode::OK.into_response(),
        Ok(request) => answer(slack.intake.command(request.body()).await),
        Err(refused) => refused,
    }
}

/// No select of Penny's loads its options from here yet: an empty list is the honest answer.
async fn options(State(slack): State<Endpoints>, request: Request) -> Response {
    match verified(&slack, request).await {
        Ok(request) if is_ssl_check(request.body()) => StatusCode::OK.into_response(),
        Ok(_) => Json(serde_json::json!({ "options": [] })).into_response(),
        Err(refused) => refused,
    }
}

async fn verified(slack: &Endpoints, request: Request) -> Result<VerifiedRequest, Response> {
    let (parts, body) = request.into_parts();
    let too_long = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok())
        .is_some_and(|length| length > MAX_BODY as u64);
    if too_long {
        return Err(refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is too large",
        ));
    }
    let body = match tokio::time::timeout(BODY_TIME, read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(status)) => return Err(refuse(status, "the body could not be read")),
        Err(_) => {
            return Err(refuse(
                StatusCode::REQUEST_TIMEOUT,
                "the body came too slowly",
            ));
        }
    };
    slack
        .verifier
        .verify(&parts.headers, body, slack.clock.now())
        .map_err(|reason| refuse(StatusCode::UNAUTHORIZED, &reason.to_string()))
}

async fn read(body: Body) -> Result<Bytes, StatusCode> {
    let mut chunks = body.into_data_stream();
    let mut whole = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| StatusCode::BAD_REQUEST)?;
        if whole.len() + chunk.len() > MAX_BODY {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    metrics::counter!(names::REFUSED_REQUESTS).increment(1);
    tracing::info!(
        http.status = status.as_u16(),
        reason,
        "a request was refused"
    );
    status.into_response()
}

fn answer(outcome: Result<Answer, IntakeError>) -> Response {
    match outcome {
        Ok(Answer::Stored | Answer::Nothing) => StatusCode::OK.into_response(),
        Ok(Answer::Challenge(challenge)) => {
            Json(serde_json::json!({ "challenge": challenge })).into_response()
        }
        // Sending the same bytes again would not help, so Slack is told not to.
        Err(IntakeError::Malformed(reason)) => {
            tracing::warn!(%reason, "a signed request could not be read");
            (StatusCode::BAD_REQUEST, [("x-slack-no-retry", "1")]).into_response()
        }
        Err(IntakeError::Away) => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, "1")],
        )
            .into_response(),
    }
}
