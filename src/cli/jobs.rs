//! `penny jobs`: work that Penny has given up, and why, and having it tried again. Keys are ids of
//! Penny's own; what people wrote is not shown: it is the organisation's, not the operator's.

use super::say;
use crate::base::config::{Source, database_url};
use crate::store::Db;
use crate::store::jobs::{self, GivenUp};
use anyhow::{Context, bail};
use clap::Subcommand;
use std::io::{self, Write};

#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// List the work that was given up, the latest first
    List {
        /// Only of this kind, such as turn or execute
        #[arg(long)]
        kind: Option<String>,
        #[arg(long, default_value_t = 50)]
        limit: u16,
    },
    /// Have work of one kind tried again; what it has done already it does not do twice
    Retry {
        /// As the list shows it
        kind: String,
        /// Only that of this key; without one, all of the kind
        key: Option<String>,
    },
}

pub async fn run(command: JobsCommand, source: &Source) -> anyhow::Result<()> {
    let url = database_url(source)?;
    let db = Db::connect(url.expose(), 1)
        .await
        .context("the database at DATABASE_URL cannot be used; `penny migrate` prepares it")?;
    match command {
        JobsCommand::List { kind, limit } => {
            let found = jobs::given_up(&db, kind.as_deref(), limit.into()).await?;
            if found.is_empty() {
                say("Nothing was given up.");
            }
            let mut out = io::stdout().lock();
            for one in &found {
                writeln!(out, "{}", line(one)).context("the list could not be written")?;
            }
        }
        JobsCommand::Retry { kind, key } => match jobs::retry(&db, &kind, key.as_deref()).await? {
            0 => bail!("nothing like that was given up; `penny jobs list` shows what was"),
            1 => say("It will be worked on as soon as a worker is free."),
            many => say(&format!(
                "{many} jobs will be worked on as soon as workers are free."
            )),
        },
    }
    Ok(())
}

fn line(one: &GivenUp) -> String {
    let at = one.at.format("%Y-%m-%d %H:%M:%S");
    let error = one.error.as_deref().unwrap_or("it said no reason");
    format!(
        "{} {}  {at}  org {}  ({} tries: {error})",
        one.kind, one.key, one.org, one.attempts
    )
}
