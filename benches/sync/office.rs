//! A company that has just installed Penny, and connects its HubSpot.

use crate::shared::database::Database;
use crate::shared::penny::{Penny, SECRET_KEY};
use crate::shared::report::Measured;
use crate::stand_in::{RECORDS, StandIn};
use penny::base::clock::SystemClock;
use penny::base::config::SystemsConfig;
use penny::base::ids::{OrgId, PersonId, RunId};
use penny::base::secret::Secret;
use penny::connectors::connections::Connections;
use penny::connectors::registry;
use penny::net::Http;
use penny::store::Db;
use penny::store::sealing::Sealer;
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(600);
/// Shares of the records at which memory is looked at.
const MILESTONES: [usize; 3] = [10, 50, 100];

pub struct Office {
    pub database: Database,
    penny: Penny,
    stand_in: StandIn,
    connections: Connections,
    org: OrgId,
    person: PersonId,
}

/// A run that has ended.
pub struct Reading {
    pub rows: i64,
    pub changed: i64,
    pub seconds: f64,
    pub processor_seconds: f64,
    /// Resident megabytes at each of the milestones that were passed.
    pub memory: Vec<(usize, f64)>,
    pub peak: f64,
}

impl Reading {
    pub fn per_second(&self) -> f64 {
        self.rows as f64 / self.seconds
    }
}

impl Office {
    pub async fn open() -> Measured<Self> {
        eprintln!("rendering the pages");
        let stand_in = StandIn::start().await?;
        let database = Database::start().await?;
        database
            .execute(
                "truncate core.accounts, core.contacts, core.deals, core.activities,
                     core.connections, core.person_links cascade",
            )
            .await?;
        let penny = Penny::start(database.url(), stand_in.port, "web,worker").await?;
        let (org, person) = person(&database).await?;
        let systems = SystemsConfig {
            base_urls: [("hubspot".to_owned(), stand_in.url().parse()?)].into(),
            ..SystemsConfig::default()
        };
        let connections = Connections::new(
            Db::connect(database.url(), 2).await?,
            Sealer::from_text(&Secret::new(SECRET_KEY))?,
            Arc::new(SystemClock),
            systems,
            Http::new()?,
        );
        Ok(Self {
            database,
            penny,
            stand_in,
            connections,
            org,
            person,
        })
    }

    /// From here on the binary has work to do.
    pub async fn connect(&self) -> Measured<RunId> {
        let hubspot = registry::find("hubspot").ok_or("there is no HubSpot")?;
        let key = Secret::new(self.stand_in.key());
        let opened = self
            .connections
            .connect(self.org, self.person, hubspot, key)
            .await?;
        Ok(opened.run)
    }

    pub async fn read_again(&self) -> Measured<RunId> {
        let run = self.connections.read_now(self.org, self.person, "hubspot");
        Ok(run.await?.ok_or("it is not connected")?)
    }

    /// As if another account had been connected in between: everything is listed from the start.
    pub async fn forget_positions(&self) -> Measured<()> {
        let waiting = "select count(*) from core.jobs where kind = 'sync'";
        // A run that has begun knows its positions already.
        while self.database.number(waiting).await? > 0 {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.database.execute("delete from core.sync_streams").await
    }

    /// Waits for the end of a run, looking at the process meanwhile.
    pub async fn follow(&self, run: RunId) -> Measured<Reading> {
        let begun = Instant::now();
        let ticks = self.penny.processor_ticks()?;
        let mut milestones = MILESTONES.into_iter().peekable();
        let mut memory = Vec::new();
        loop {
            let (rows, changed, seconds, state) = self.progress(run).await?;
            while let Some(percent) =
                milestones.next_if(|percent| rows as usize * 100 >= percent * RECORDS)
            {
                memory.push((percent, self.penny.memory()?.0));
            }
            match state.as_str() {
                "done" => {
                    return Ok(Reading {
                        rows,
                        changed,
                        seconds,
                        processor_seconds: (self.penny.processor_ticks()? - ticks) as f64 / 100.0,
                        memory,
                        peak: self.penny.memory()?.1,
                    });
                }
                "running" if begun.elapsed() < PATIENCE => tokio::time::sleep(LOOK_EVERY).await,
                other => return Err(format!("the run is {other}").into()),
            }
        }
    }

    async fn progress(&self, run: RunId) -> Measured<(i64, i64, f64, String)> {
        let sql = format!(
            "select rows_read, rows_changed, state,
                 extract(epoch from coalesce(ended_at, now()) - started_at)::float8
             from core.sync_runs where run_id = '{run}'"
        );
        let (rows, changed, state, seconds) = sqlx::query_as(AssertSqlSafe(sql))
            .fetch_one(&self.database.pool)
            .await?;
        Ok((rows, changed, seconds, state))
    }

    pub fn close(self) -> Measured<()> {
        self.penny.end()
    }
}

/// The organisation that Penny has just registered, and the one who connects and owns everything.
async fn person(database: &Database) -> Measured<(OrgId, PersonId)> {
    let begun = Instant::now();
    while database
        .number("select count(*) from core.installations")
        .await?
        == 0
    {
        if begun.elapsed() > PATIENCE {
            return Err("penny did not register her workspace".into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let org = database
        .text("select org_id::text from core.installations limit 1")
        .await?;
    let person = PersonId::fresh();
    database
        .execute(&format!(
            "insert into core.people (org_id, person_id, slack_user_id, name, email, time_zone)
             values ('{org}', '{person}', 'U0{}', 'Ann', 'ann@load.example', 'UTC')",
            person.0.simple()
        ))
        .await?;
    Ok((org.parse()?, person))
}
