//! `penny serve`: the web role, the worker role, or both in one process.

use super::app::{App, Parts};
use super::say;
use crate::base::clock::SystemClock;
use crate::base::config::Config;
use crate::base::metrics;
use crate::jobs::{attention, housekeeping, schedules, workflows};
use crate::models;
use crate::net::polite::Polite;
use crate::store::migrate;
use crate::web::server;
use anyhow::Context;
use clap::{Args, ValueEnum};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    Web,
    Worker,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// What this process does
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Role::Web, Role::Worker])]
    role: Vec<Role>,
    /// Do not bring the database up to date first
    #[arg(long)]
    no_migrate: bool,
}

pub async fn run(args: ServeArgs, config: &Config) -> anyhow::Result<()> {
    if !args.no_migrate {
        migrate::run(&config.database_url, Duration::from_secs(60), &|line| {
            tracing::info!("{line}");
        })
        .await?;
    }
    let clock = Arc::new(SystemClock);
    let models = models::build::build(&config.models, clock.clone())?;
    for model in models.unpriced() {
        tracing::warn!(
            model.id = model,
            "a model has no known price, so no bound on money holds for it; PENNY_PRICES names one"
        );
    }
    let parts = Parts {
        models,
        web: Arc::new(Polite::to_the_web(clock.clone())?),
        clock,
        is_demo: false,
        render_metrics: Arc::new(metrics::render),
    };
    let app = App::build(config, parts).await?;
    let address = format!("{}:{}", config.host, config.port);
    let listener = TcpListener::bind(&address).await.with_context(|| {
        format!("nothing can listen on {address}; PORT and PENNY_HOST say where")
    })?;
    tracing::info!(http.address = address, penny.roles = ?args.role, "Penny is serving");
    serve(&app, config, listener, &args.role).await;
    say("Penny has stopped; nothing was lost.");
    Ok(())
}

/// Serves until a signal, then ends in order: no new work, the last requests, the running turns.
pub async fn serve(app: &App, config: &Config, listener: TcpListener, roles: &[Role]) {
    let shutdown = CancellationToken::new();
    let stopping = shutdown.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        tracing::info!("stopping");
        stopping.cancel();
    });
    serve_until(app, config, listener, roles, shutdown).await;
}

pub async fn serve_until(
    app: &App,
    config: &Config,
    listener: TcpListener,
    roles: &[Role],
    shutdown: CancellationToken,
) {
    let upkeep = CancellationToken::new();
    let keeper = {
        let (app, slack, upkeep) = (app.clone(), config.slack.clone(), upkeep.clone());
        tokio::spawn(async move {
            let keep = async {
                tokio::join!(
                    app.keep_workspaces(&slack),
                    metrics::keep(&app.services.clock)
                )
            };
            // Boxed: it holds the connections of two loops at once.
            upkeep.run_until_cancelled(Box::pin(keep)).await;
        })
    };
    let web = async {
        if roles.contains(&Role::Web) {
            tokio::join!(
                server::serve(listener, app.router.clone(), shutdown.clone()),
                attention::keep(&app.services, &shutdown),
            );
        } else {
            // Health and metrics are served in every role.
            server::serve(listener, app.health_router.clone(), shutdown.clone()).await;
        }
    };
    let work = async {
        if roles.contains(&Role::Worker) {
            let house = housekeeping::run(
                app.services.clone(),
                config.retention_days,
                shutdown.clone(),
            );
            // Boxed: they hold whatever they begin.
            let firing = Box::pin(schedules::keep(&app.services, &shutdown));
            let starting = Box::pin(workflows::keep(&app.services, &shutdown));
            let (_, kept, (), ()) =
                tokio::join!(app.worker.run(shutdown.clone()), house, firing, starting);
            if let Err(error) = kept {
                tracing::error!(%error, "housekeeping has ended");
            }
        }
    };
    let leaving = async {
        shutdown.cancelled().await;
        app.leaving.cancel();
    };
    tokio::join!(web, work, leaving);
    upkeep.cancel();
    let _ = keeper.await;
    app.services.db.close().await;
}

async fn wait_for_signal() {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::error!(%error, "signals cannot be heard");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
