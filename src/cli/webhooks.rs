//! `penny webhooks`: what other systems have sent lately and what became of it, and having one of
//! them worked on again. What they say is not shown: it is the organisation's, not the operator's.

use super::say;
use crate::base::config::{Source, database_url};
use crate::base::ids::DeliveryId;
use crate::store::Db;
use crate::store::deliveries::{self, Listed};
use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use std::io::{self, Write};

#[derive(Debug, Subcommand)]
pub enum WebhooksCommand {
    /// List the latest deliveries, the newest first
    List {
        /// Only those in this state
        #[arg(long)]
        state: Option<State>,
        #[arg(long, default_value_t = 50)]
        limit: u16,
    },
    /// Have a delivery worked on again; what it has done already it does not do twice
    Replay {
        /// As the list shows it
        id: DeliveryId,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum State {
    Waiting,
    Done,
    Failed,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

pub async fn run(command: WebhooksCommand, source: &Source) -> anyhow::Result<()> {
    let url = database_url(source)?;
    let db = Db::connect(url.expose(), 1)
        .await
        .context("the database at DATABASE_URL cannot be used; `penny migrate` prepares it")?;
    match command {
        WebhooksCommand::List { state, limit } => {
            let state = state.map(State::as_str);
            let found = deliveries::latest(&db, state, limit.into()).await?;
            if found.is_empty() {
                say("There are none.");
            }
            let mut out = io::stdout().lock();
            for one in &found {
                writeln!(out, "{}", line(one)).context("the list could not be written")?;
            }
        }
        WebhooksCommand::Replay { id } => {
            if !deliveries::replay(&db, id).await? {
                bail!(
                    "there is no delivery {id}, or what it said is erased already; `penny webhooks list` shows what there is"
                );
            }
            say("It will be worked on as soon as a worker is free.");
        }
    }
    Ok(())
}

fn line(one: &Listed) -> String {
    let at = one.received_at.format("%Y-%m-%d %H:%M:%S");
    let topic = one.topic.as_deref().unwrap_or("-");
    let mut line = format!(
        "{}  {at}  {:8} {:8} {topic}  org {}",
        one.id, one.state, one.system, one.org
    );
    if let Some(error) = &one.error {
        line.push_str(&format!("  ({} tries: {error})", one.attempts));
    }
    if one.is_blanked {
        line.push_str("  erased");
    }
    line
}
