//! `penny seed`: the demo company's data in an organisation, any number of times over, for
//! demonstrations and benchmarks.

use super::say;
use crate::base::config::{Source, database_url};
use crate::base::ids::OrgId;
use crate::demo;
use crate::store::{Db, installations};
use anyhow::Context;
use chrono::Utc;
use clap::Args;

#[derive(Debug, Args)]
pub struct SeedArgs {
    /// How many times as much data
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    scale: u32,
    /// The organisation's id; not needed where there is only one
    #[arg(long)]
    org: Option<OrgId>,
}

pub async fn run(args: SeedArgs, source: &Source) -> anyhow::Result<()> {
    let url = database_url(source)?;
    let db = Db::connect(url.expose(), 4)
        .await
        .context("the database at DATABASE_URL cannot be used; `penny migrate` prepares it")?;
    let org = match args.org {
        Some(org) => org,
        None => only_org(&db).await?,
    };
    demo::seed(&db, org, Utc::now(), args.scale, &say).await?;
    say("Done. Seeding again changes nothing but the dates.");
    Ok(())
}

async fn only_org(db: &Db) -> anyhow::Result<OrgId> {
    let mut orgs: Vec<OrgId> = installations::active(db)
        .await?
        .into_iter()
        .map(|installation| installation.org)
        .collect();
    orgs.sort();
    orgs.dedup();
    match orgs.as_slice() {
        [] => {
            let org = OrgId::fresh();
            let mut tx = db.org(org).await?;
            installations::ensure_org(&mut tx, demo::workspace::COMPANY).await?;
            tx.commit().await?;
            say(&format!("There was no organisation yet; made {org}."));
            Ok(org)
        }
        [org] => Ok(*org),
        many => {
            let ids: Vec<_> = many.iter().map(ToString::to_string).collect();
            anyhow::bail!(
                "there are several organisations; choose one with --org: {}",
                ids.join(", ")
            )
        }
    }
}
