//! HTTP: the router, Slack's endpoints, health and metrics.

mod body;
pub mod connect;
mod cookie;
pub mod dashboards;
pub mod health;
pub mod install;
mod page;
pub mod server;
pub mod slack;
pub mod webhooks;

use axum::Router;

/// All routes that Penny serves; installing through OAuth only where it is set up.
pub fn router(
    slack: slack::Endpoints,
    health: health::Health,
    install: Option<install::Install>,
    connect: Option<connect::Connect>,
    webhooks: webhooks::Webhooks,
    dashboards: dashboards::Dashboards,
) -> Router {
    Router::new()
        .merge(slack::routes(slack))
        .merge(health::routes(health))
        .merge(install.map(install::routes).unwrap_or_default())
        .merge(connect.map(connect::routes).unwrap_or_default())
        .merge(webhooks::routes(webhooks))
        .merge(dashboards::routes(dashboards))
}
