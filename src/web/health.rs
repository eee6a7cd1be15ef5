//! For operators and load balancers: alive, ready, and the metrics.

use crate::base::metrics as names;
use crate::jobs::workspaces::Workspaces;
use crate::store::Db;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
pub struct Health {
    pub db: Db,
    pub leaving: CancellationToken,
    pub workspaces: Workspaces,
    /// A token was given, and Slack has to say whose it is before anything can be heard from there.
    pub awaits_workspace: bool,
    /// Renders all metrics in Prometheus' text format.
    pub render_metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

pub fn routes(health: Health) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics_page))
        .with_state(health)
}

async fn ready(State(health): State<Health>) -> Response {
    if health.leaving.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "leaving\n").into_response();
    }
    let writable = health.db.check_writable();
    if !matches!(
        tokio::time::timeout(Duration::from_secs(2), writable).await,
        Ok(Ok(()))
    ) {
        let said = "the database cannot be written to\n";
        return (StatusCode::SERVICE_UNAVAILABLE, said).into_response();
    }
    if health.awaits_workspace && health.workspaces.all().is_empty() {
        let said = "Slack has not said yet which workspace SLACK_BOT_TOKEN is for\n";
        return (StatusCode::SERVICE_UNAVAILABLE, said).into_response();
    }
    "ready\n".into_response()
}

async fn metrics_page(State(health): State<Health>) -> Response {
    let (open, idle) = health.db.pool_size();
    metrics::gauge!(names::DB_CONNECTIONS, "state" => "open").set(f64::from(open));
    metrics::gauge!(names::DB_CONNECTIONS, "state" => "idle").set(idle as f64);
    if let Ok(backlog) = crate::store::jobs::backlog(&health.db).await {
        for kind in backlog {
            let depth = |state: &'static str, value: i64| {
                metrics::gauge!(names::QUEUE_DEPTH, "kind" => kind.kind.clone(), "state" => state)
                    .set(value as f64);
            };
            depth("ready", kind.ready);
            depth("running", kind.running);
            depth("dead", kind.dead);
            metrics::gauge!(names::QUEUE_AGE_SECONDS, "kind" => kind.kind.clone())
                .set(kind.oldest_seconds);
        }
    }
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        (health.render_metrics)(),
    )
        .into_response()
}
