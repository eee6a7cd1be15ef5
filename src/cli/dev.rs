//! `penny dev`: everything at once and nothing to set up. Its own Postgres, the demo company,
//! a Slack in the browser, and Claude where a key is set.

use super::app::{App, Parts};
use super::systems::Systems;
use super::{say, serve};
use crate::base::clock::SystemClock;
use crate::base::config::{Config, Source};
use crate::base::metrics;
use crate::demo;
use crate::models::{self, Model};
use crate::net::polite::Polite;
use crate::playground::{Setup, Slack};
use crate::slack::prompts;
use crate::store::StoreError;
use crate::store::embedded::{EmbeddedPostgres, Options};
use crate::store::migrate::{self, MigrateError};
use anyhow::Context;
use chrono::Utc;
use clap::Args;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Between two words of the demo model, so that its answers stream as a real one's do.
const READING_PACE: Duration = Duration::from_millis(35);

#[derive(Debug, Args)]
pub struct DevArgs {
    /// Where the playground's page is served
    #[arg(long, default_value_t = 8765)]
    port: u16,
}

pub async fn run(args: DevArgs, source: &Source) -> anyhow::Result<()> {
    let (database_url, postgres) = database(source).await?;
    let company = demo::workspace(Utc::now());
    let systems = Systems::start().await?;
    let slack = Slack::start(setup(&company).port(args.port))
        .await
        .context("the playground did not start; --port chooses another port")?;
    systems.show_in(&slack);
    let token = slack
        .bot_token()
        .context("Penny is not installed in the playground")?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let source = source
        .clone()
        .set("DATABASE_URL", database_url.expose())
        .set("SLACK_API_URL", slack.api_url())
        .set("SLACK_SIGNING_SECRET", slack.signing_secret().expose())
        .set("SLACK_BOT_TOKEN", token.expose())
        .set("PENNY_SHUTDOWN_SECONDS", "2")
        .or("PENNY_SECRET_KEY", "for-the-playground-and-nothing-else");
    let source = systems.trusted_by(systems.settings(source), &address);
    let config = Config::read(&source)?;
    migrate::run(&config.database_url, Duration::from_secs(30), &say)
        .await
        .map_err(|error| explain(error, postgres.as_ref().map(EmbeddedPostgres::folder)))?;

    let clock = Arc::new(SystemClock);
    let has_key = config.models.anthropic.is_some() || config.models.openai.is_some();
    let models = if has_key {
        models::build::build(&config.models, clock.clone())?
    } else {
        let demo: Arc<dyn Model> = Arc::new(models::demo::Demo::new(clock.clone(), READING_PACE));
        demo.into()
    };
    let thinks_with = models.usual.name();
    let parts = Parts {
        web: Arc::new(Polite::to_the_web(clock.clone())?),
        clock,
        models,
        is_demo: !has_key,
        render_metrics: Arc::new(metrics::render),
    };
    let app = App::build(&config, parts).await?;
    app.register(&config.slack).await;
    let folder = postgres.as_ref().map(EmbeddedPostgres::folder);
    seed(&app, &systems, folder).await?;
    slack.point_at(&address);
    systems.tell(&address);

    let thinking = if has_key {
        format!("She thinks with {thinks_with}.")
    } else {
        "She thinks with the demo model; set ANTHROPIC_API_KEY and she thinks with Claude."
            .to_owned()
    };
    say(&format!(
        "\n  Penny is ready: open {} in a browser.\n  {thinking}\n  Stop with Ctrl-C. What Penny knows stays; what was written in the playground goes.\n",
        slack.base_url()
    ));
    serve::serve(
        &app,
        &config,
        listener,
        &[serve::Role::Web, serve::Role::Worker],
    )
    .await;
    slack.stop();
    if let Some(postgres) = postgres {
        tokio::task::spawn_blocking(move || postgres.stop()).await??;
    }
    say("Stopped.");
    Ok(())
}

/// The demo company's Slack, with Penny set up as her manifest would.
fn setup(company: &demo::workspace::Workspace) -> Setup {
    Setup::from(company).app(|app| {
        app.prompts = prompts::of_the_app()
            .iter()
            .map(|prompt| serde_json::json!(prompt))
            .collect();
    })
}

/// The database of `DATABASE_URL`, or one of our own.
async fn database(
    source: &Source,
) -> anyhow::Result<(crate::base::secret::Secret, Option<EmbeddedPostgres>)> {
    if source.has("DATABASE_URL") {
        return Ok((crate::base::config::database_url(source)?, None));
    }
    let postgres =
        tokio::task::spawn_blocking(|| EmbeddedPostgres::start(&Options::dev(), &say)).await??;
    Ok((postgres.url().clone(), Some(postgres)))
}

/// The playground's own database may be thrown away, so one that another Penny made is no riddle.
fn explain(error: MigrateError, folder: Option<&Path>) -> anyhow::Error {
    match (error, folder) {
        (error @ (MigrateError::Changed(_) | MigrateError::Newer(_)), Some(folder)) => {
            anyhow::anyhow!(
                "the playground's database was made by a Penny with other migrations. Delete the folder {} and run `penny dev` again; what you did in the playground goes with it ({error})",
                folder.display()
            )
        }
        (error, _) => error.into(),
    }
}

/// As [`explain`], for a demo company of which an earlier Penny had another idea.
fn explain_company(error: StoreError, folder: Option<&Path>) -> anyhow::Error {
    match (error, folder) {
        (error @ (StoreError::Sql(_) | StoreError::Corrupt(_)), Some(folder)) => anyhow::anyhow!(
            "the demo company cannot be filled in over what another Penny left in the playground's database. Delete the folder {} and run `penny dev` again; what you did in the playground goes with it ({error})",
            folder.display()
        ),
        (error, _) => error.into(),
    }
}

async fn seed(app: &App, systems: &Systems, folder: Option<&Path>) -> anyhow::Result<()> {
    let workspace = app
        .services
        .workspaces
        .all()
        .into_iter()
        .next()
        .context("the playground's workspace is not known")?;
    say("Filling in the demo company…");
    demo::seed(&app.services.db, workspace.org, Utc::now(), 1, &say)
        .await
        .map_err(|error| explain_company(error, folder))?;
    systems.connect(app, workspace.org).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playground_of_another_schema_is_told_which_folder_to_delete() {
        let folder = Path::new("/home/ada/.cache/penny/dev");
        for error in [MigrateError::Changed(3), MigrateError::Newer(9)] {
            let said = explain(error, Some(folder)).to_string();
            assert!(
                said.contains(
                    "Delete the folder /home/ada/.cache/penny/dev and run `penny dev` again"
                ),
                "{said}"
            );
        }
    }

    #[test]
    fn so_is_one_of_another_company() {
        let folder = Path::new("/home/ada/.cache/penny/dev");
        let another = || StoreError::Corrupt("two of a kind".to_owned());
        let said = explain_company(another(), Some(folder)).to_string();
        assert!(
            said.contains("Delete the folder /home/ada/.cache/penny/dev and run `penny dev` again"),
            "{said}"
        );
        let said = explain_company(another(), None).to_string();
        assert!(!said.contains("Delete"), "{said}");
    }

    #[test]
    fn nobody_is_told_to_delete_a_database_of_their_own() {
        let said = explain(MigrateError::Changed(3), None).to_string();
        assert!(said.contains("start with a new database"), "{said}");
        assert!(!said.contains("Delete"), "{said}");
    }
}
