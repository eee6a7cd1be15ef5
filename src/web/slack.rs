//! Slack's four endpoints. In this order: size, signature over the raw bytes, meaning, storage,
//! and only then 200. Of a refused request nothing is logged but the reason.

use super::body::{self, Bounds};
use crate::base::clock::SharedClock;
use crate::base::metrics as names;
use crate::slack::inbound::is_ssl_check;
use crate::slack::verify::{VerifiedRequest, Verifier};
use crate::surfaces::intake::{Answer, Intake, IntakeError, no_options};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use std::sync::Arc;
use std::time::Duration;

/// Slack's own deliveries are a fraction of this, and come at once.
const BOUNDS: Bounds = Bounds {
    bytes: 1024 * 1024,
    time: Duration::from_secs(5),
};

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
        // Shared: to copy all that it holds would cost each request dozens of counters.
        .with_state(Arc::new(endpoints))
}

async fn events(State(slack): State<Arc<Endpoints>>, request: Request) -> Response {
    match verified(&slack, request).await {
        // Slack's certificate check is a form and means nothing.
        Ok(request) if is_ssl_check(request.body()) => StatusCode::OK.into_response(),
        Ok(request) => answer(slack.intake.event(request.body()).await),
        Err(refused) => refused,
    }
}

async fn interactions(State(slack): State<Arc<Endpoints>>, request: Request) -> Response {
    match verified(&slack, request).await {
        Ok(request) if is_ssl_check(request.body()) => StatusCode::OK.into_response(),
        Ok(request) => answer(slack.intake.interaction(request.body()).await),
        Err(refused) => refused,
    }
}

async fn commands(State(slack): State<Arc<Endpoints>>, request: Request) -> Response {
    match verified(&slack, request).await {
        Ok(request) if is_ssl_check(request.body()) => StatusCode::OK.into_response(),
        Ok(request) => answer(slack.intake.command(request.body()).await),
        Err(refused) => refused,
    }
}

async fn options(State(slack): State<Arc<Endpoints>>, request: Request) -> Response {
    match verified(&slack, request).await {
        Ok(request) if is_ssl_check(request.body()) => StatusCode::OK.into_response(),
        Ok(_) => Json(no_options()).into_response(),
        Err(refused) => refused,
    }
}

async fn verified(slack: &Endpoints, request: Request) -> Result<VerifiedRequest, Response> {
    let (parts, body) = request.into_parts();
    let body = body::whole(&parts.headers, body, BOUNDS)
        .await
        .map_err(|unread| refuse(unread.status(), &unread.to_string()))?;
    slack
        .verifier
        .verify(&parts.headers, body, slack.clock.now())
        .map_err(|reason| refuse(StatusCode::UNAUTHORIZED, &reason.to_string()))
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    metrics::counter!(names::REFUSED_REQUESTS).increment(1);
    tracing::info!(
        http.status = status.as_u16(),
        http.reason = reason,
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
        Ok(Answer::Shows(view)) => Json(view).into_response(),
        // Sending the same bytes again would not help, so Slack is told not to.
        Err(IntakeError::Malformed(reason)) => {
            tracing::warn!(http.reason = %reason, "a signed request could not be read");
            (StatusCode::BAD_REQUEST, [("x-slack-no-retry", "1")]).into_response()
        }
        Err(IntakeError::Away) => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, "1")],
        )
            .into_response(),
    }
}
