//! The command line, and the composition root that puts the rooms together.

pub mod app;
mod audit;
#[cfg(feature = "playground")]
mod dev;
mod doctor;
mod jobs;
mod seed;
mod serve;
#[cfg(feature = "playground")]
mod systems;
mod webhooks;
mod workspaces;

use crate::base::config::{Config, Source};
use crate::base::telemetry;
use crate::store::migrate;
use anyhow::Context;
use clap::{Parser, Subcommand};
use std::io::Write;
use std::time::Duration;

#[derive(Debug, Parser)]
#[command(name = "penny", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try Penny: brings its own Postgres, a demo company and a Slack playground
    #[cfg(feature = "playground")]
    Dev(dev::DevArgs),
    /// Serve Slack: the web role takes events in, the worker role answers them
    Serve(serve::ServeArgs),
    /// Bring the database to this version's schema
    Migrate,
    /// Check the configuration, the database, Slack and the model, and say what to do
    Doctor(doctor::DoctorArgs),
    /// Print the app manifest to paste into Slack
    Manifest {
        /// Where Slack reaches Penny, such as https://penny.example.com
        #[arg(long)]
        url: String,
    },
    /// Fill an organisation with the demo company's data
    Seed(seed::SeedArgs),
    /// Print the ledger of what was proposed, decided and done, or check one that was printed
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Look at what other systems have sent, and have it worked on again
    #[command(subcommand)]
    Webhooks(webhooks::WebhooksCommand),
    /// Look at the work that was given up, and have it tried again
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
}

/// Runs the command line; what it returns is what the person at the terminal reads.
pub async fn run() -> anyhow::Result<()> {
    let source = Source::environment();
    let command = Cli::parse().command;
    let telemetry = telemetry::install(&source)?;
    crate::base::metrics::install().context("the metrics cannot be recorded")?;
    let outcome = Box::pin(dispatch(command, &source)).await;
    telemetry.shutdown().await;
    outcome
}

async fn dispatch(command: Command, source: &Source) -> anyhow::Result<()> {
    match command {
        #[cfg(feature = "playground")]
        Command::Dev(args) => Box::pin(dev::run(args, source)).await,
        Command::Serve(args) => serve::run(args, &Config::read(source)?).await,
        Command::Migrate => {
            let config = crate::base::config::database_url(source)?;
            let applied = migrate::run(&config, Duration::from_secs(60), &say).await?;
            say(&match applied {
                0 => "The database is up to date.".to_owned(),
                1 => "Applied one migration.".to_owned(),
                many => format!("Applied {many} migrations."),
            });
            Ok(())
        }
        Command::Doctor(args) => doctor::run(args, source).await,
        Command::Manifest { url } => {
            let url = url::Url::parse(&url)
                .context("--url has to be a URL such as https://penny.example.com")?;
            write!(
                std::io::stdout(),
                "{}",
                crate::slack::manifest::manifest(&url)
            )?;
            Ok(())
        }
        Command::Seed(args) => seed::run(args, source).await,
        Command::Audit(command) => audit::run(command, source).await,
        Command::Webhooks(command) => webhooks::run(command, source).await,
        Command::Jobs(command) => jobs::run(command, source).await,
    }
}

/// Tells the person at the terminal. A closed terminal is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
