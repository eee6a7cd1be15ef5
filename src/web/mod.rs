//! HTTP: the router, Slack's endpoints, health and metrics.

pub mod health;
pub mod server;
pub mod slack;

use axum::Router;

/// All routes that Penny serves.
pub fn router(slack: slack::Endpoints, health: health::Health) -> Router {
    Router::new()
        .merge(slack::routes(slack))
        .merge(health::routes(health))
}
