//! `penny audit`: hands the ledger out, and checks it without a database, so that whoever
//! doubts us can do it on a machine of their own.

use super::say;
use crate::approvals::ledger::{self, Head};
use crate::approvals::verify;
use crate::base::config::{Source, database_url};
use crate::base::ids::OrgId;
use crate::store::Db;
use anyhow::Context;
use clap::Subcommand;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Print an organisation's ledger, one entry a line
    Export {
        /// The organisation's id
        #[arg(long)]
        org: OrgId,
    },
    /// Check an exported ledger, without a database
    Verify {
        /// What `penny audit export` printed; - reads the standard input
        file: PathBuf,
        /// The head that was kept elsewhere, as the export said it
        #[arg(long)]
        head: Option<Head>,
    },
}

pub async fn run(command: AuditCommand, source: &Source) -> anyhow::Result<()> {
    match command {
        AuditCommand::Export { org } => export(org, source).await,
        AuditCommand::Verify { file, head } => check(&file, head),
    }
}

async fn export(org: OrgId, source: &Source) -> anyhow::Result<()> {
    let url = database_url(source)?;
    let db = Db::connect(url.expose(), 1)
        .await
        .context("the database at DATABASE_URL cannot be used; `penny migrate` prepares it")?;
    let mut tx = db.org(org).await?;
    let mut out = BufWriter::new(io::stdout());
    let head = ledger::export(&mut tx, |line| {
        writeln!(out, "{line}").context("the export could not be written")
    })
    .await?;
    out.flush().context("the export could not be written")?;
    say(&format!(
        "Exported {}. Keep the head apart from the file; with it, nobody can cut or rewrite the file unnoticed:",
        counted(head.entries)
    ));
    say(&head.to_string());
    Ok(())
}

fn check(file: &Path, kept: Option<Head>) -> anyhow::Result<()> {
    let lines: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let opened =
            File::open(file).with_context(|| format!("{} cannot be opened", file.display()))?;
        Box::new(BufReader::new(opened))
    };
    let verified = verify::verify(lines.lines(), kept)
        .map_err(|broken| anyhow::anyhow!("The ledger is not as it was written: {broken}."))?;
    say(&format!(
        "The ledger of {} is whole: {}.",
        verified.org,
        counted(verified.head.entries)
    ));
    if kept.is_none() {
        say("Give --head, as it was said at an earlier export, to know that all of it is ours.");
    }
    Ok(())
}

fn counted(entries: u64) -> String {
    match entries {
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    }
}
