//! The whole of Penny for a test: the real app on its own database, the playground as Slack, a
//! scripted model. A test acts and looks as people in Slack do; ending it fails if something
//! was left undone, unsaid or unseen.

pub mod approving;
mod given_up;
pub mod hurried;
pub mod logs;
mod looking;
pub mod process;
pub mod request;
pub mod rung;
pub mod turned;
pub mod web;
pub mod wire;

use self::logs::Logs;
use self::process::Process;
use self::web::Site;
use self::wire::Wire;
use chrono::Utc;
use penny::base::clock::{SharedClock, SystemClock};
use penny::base::config::{Config, Source};
use penny::demo;
use penny::models::Block;
use penny::models::scripted::{Scripted, Step};
use penny::models::{Model, Models, build};
use penny::playground::{Setup, Slack};
use penny::store::embedded::testing::TestDatabase;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Row};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Real time, and generous: it ends tests that would hang, it never decides one.
const PATIENCE: Duration = Duration::from_secs(30);

/// What seals secrets at rest.
pub const KEY: &str = "a key for tests that is long enough";

pub struct TestApp {
    pub slack: Slack,
    pub model: Arc<Scripted>,
    other_models: Vec<(&'static str, Arc<Scripted>)>,
    pub config: Config,
    /// Between Penny and Postgres, if the test asked for it.
    pub wire: Option<Wire>,
    pub logs: Option<Logs>,
    clock: SharedClock,
    sites: Vec<Site>,
    client: reqwest::Client,
    process: Option<Process>,
    others: Vec<Process>,
    expected: given_up::Expected,
    admin: PgPool,
    // Last, so that it goes when nothing uses it any more.
    _database: TestDatabase,
}

/// A Penny that has not been started yet.
pub struct Builder {
    model: Arc<Scripted>,
    other_models: Vec<(&'static str, Arc<Scripted>)>,
    is_configured: bool,
    setup: Setup,
    settings: Vec<(&'static str, String)>,
    behind_a_wire: bool,
    logs: Option<Logs>,
    clock: SharedClock,
    sites: Vec<Site>,
}

impl Builder {
    /// Sets a variable of the environment.
    pub fn setting(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((name, value.into()));
        self
    }

    /// Penny thinks with the model that her settings name, in place of the scripted one.
    pub fn thinking_as_configured(mut self) -> Self {
        self.is_configured = true;
        self
    }

    /// Another model that people may choose.
    pub fn other_model(mut self, name: &'static str, model: Scripted) -> Self {
        self.other_models.push((name, Arc::new(model)));
        self
    }

    /// Penny's own clock; Slack's and the database's stay as they are.
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// The web then has this site; without any there is no web.
    pub fn site(mut self, site: &Site) -> Self {
        self.sites.push(site.clone());
        self
    }

    /// Changes the demo company's Slack.
    pub fn slack(mut self, change: impl FnOnce(Setup) -> Setup) -> Self {
        self.setup = change(self.setup);
        self
    }

    /// Puts something that can be cut between Penny and Postgres.
    pub fn behind_a_wire(mut self) -> Self {
        self.behind_a_wire = true;
        self
    }

    /// Keeps what Penny logs, down to the finest level.
    pub fn keeping_logs(mut self) -> Self {
        self.logs = Some(Logs::default());
        self
    }

    pub async fn start(self) -> TestApp {
        penny::net::install_crypto();
        let database = TestDatabase::fresh().await.expect("a database");
        let slack = Slack::start(self.setup).await.expect("a playground");
        let token = slack
            .bot_token()
            .expect("Penny is installed in the playground");
        let admin = PgPoolOptions::new()
            .max_connections(2)
            .connect(database.url().expose())
            .await
            .expect("a connection");
        let (database_url, wire) = if self.behind_a_wire {
            let wire = Wire::to(database.url().expose()).await;
            (wire.url().to_owned(), Some(wire))
        } else {
            (database.url().expose().to_owned(), None)
        };
        let source = Source::default()
            .set("DATABASE_URL", database_url)
            .set("SLACK_API_URL", slack.api_url())
            .set("SLACK_SIGNING_SECRET", slack.signing_secret().expose())
            .set("SLACK_BOT_TOKEN", token.expose())
            .set("PENNY_SECRET_KEY", KEY)
            .set("PENNY_DB_CONNECTIONS", "4")
            .set("PENNY_SHUTDOWN_SECONDS", "5");
        let source = self
            .settings
            .into_iter()
            .fold(source, |source, (name, value)| source.set(name, value));
        let config = Config::read(&source).expect("a configuration");
        let thinks_with = if self.is_configured {
            build::build(&config.models, self.clock.clone()).expect("a model")
        } else {
            models(&self.model, &self.other_models)
        };
        let process = Process::start(
            &config,
            thinks_with,
            self.clock.clone(),
            web::of(&self.sites, &self.clock),
            self.logs.as_ref(),
        )
        .await;
        slack.point_at(&process.address);
        TestApp {
            slack,
            model: self.model,
            other_models: self.other_models,
            config,
            wire,
            logs: self.logs,
            clock: self.clock,
            sites: self.sites,
            client: penny::net::client().expect("a client"),
            process: Some(process),
            others: Vec::new(),
            expected: given_up::Expected::default(),
            admin,
            _database: database,
        }
    }
}

fn models(usual: &Arc<Scripted>, others: &[(&'static str, Arc<Scripted>)]) -> Models {
    let usual: Arc<dyn Model> = usual.clone();
    let mut models = Models::from(usual);
    for (name, other) in others {
        models.others.insert((*name).to_owned(), other.clone());
    }
    models
}

impl TestApp {
    /// Penny in the demo company's Slack, with a model that answers as scripted.
    pub async fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::build(steps).start().await
    }

    pub fn build(steps: impl IntoIterator<Item = Step>) -> Builder {
        Self::thinking_with(Scripted::new(steps))
    }

    pub fn thinking_with(model: Scripted) -> Builder {
        Builder {
            model: Arc::new(model),
            other_models: Vec::new(),
            is_configured: false,
            setup: Setup::from(&demo::workspace(Utc::now())),
            settings: Vec::new(),
            behind_a_wire: false,
            logs: None,
            clock: Arc::new(SystemClock),
            sites: Vec::new(),
        }
    }

    pub fn address(&self) -> &str {
        &self.process().address
    }

    pub fn process(&self) -> &Process {
        self.process.as_ref().expect("Penny is running")
    }

    /// All that run, the first one first.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        self.process.iter().chain(&self.others)
    }

    /// Another Penny on the same database, thinking with the same model.
    pub async fn start_another(&mut self) -> &Process {
        let other = self.new_process().await;
        self.others.push(other);
        self.others.last().expect("the one just started")
    }

    async fn new_process(&self) -> Process {
        let (models, clock) = (models(&self.model, &self.other_models), self.clock.clone());
        let web = web::of(&self.sites, &clock);
        Process::start(&self.config, models, clock, web, self.logs.as_ref()).await
    }

    /// As `kill -9`: the first process is gone with everything it did; Slack speaks to the
    /// latest of the others, if there is one. Postgres has noticed before this returns: what the
    /// process had asked for last is either done or never will be.
    pub async fn kill(&mut self) {
        let process = self.process.take().expect("Penny is running");
        let name = process.name.clone();
        process.kill().await;
        let open = format!("select 1 from pg_stat_activity where application_name = '{name}'");
        self.comes_true("Postgres has noticed", async || {
            self.count(&open).await == 0
        })
        .await;
        self.process = self.others.pop();
        if let Some(next) = &self.process {
            self.slack.point_at(&next.address);
        }
    }

    /// As `kill`, for the one of two processes that holds a lease.
    pub async fn kill_whoever_works(&mut self) {
        if self.process().app.worker.running() == 0 {
            let first = self.process.take();
            self.process = self.others.pop();
            self.others.extend(first);
        }
        assert_eq!(self.process().app.worker.running(), 1, "somebody works");
        self.kill().await;
    }

    /// As a rolling deploy: the first process ends in order, the others go on.
    pub async fn retire_the_first(&mut self) {
        let first = self.process.take().expect("Penny is running");
        self.process = self.others.pop();
        self.slack.point_at(self.address());
        first.stop().await;
    }

    /// Starts Penny again after a `kill` that left none.
    pub async fn start_again(&mut self) {
        let process = self.new_process().await;
        self.slack.point_at(&process.address);
        self.process = Some(process);
    }

    /// Makes the database believe that the holders of all leases have been silent for too long.
    pub async fn expire_leases(&self) {
        self.execute("update core.jobs set lease_until = now() - interval '1 second' where lease_token is not null")
            .await;
    }

    /// For what somebody else does in the database meanwhile.
    pub async fn transaction(&self) -> sqlx::Transaction<'static, sqlx::Postgres> {
        self.admin.begin().await.expect("a transaction of the test")
    }

    pub async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&self.admin)
            .await
            .expect("a statement of the test");
    }

    /// As if these systems had been connected for everybody.
    pub async fn has_connected(&self, systems: &[&str]) {
        for system in systems {
            self.execute(&format!(
                "insert into core.connections (org_id, connection_id, system, name, scope, health,
                     last_synced_at, source, source_id)
                 select org_id, gen_random_uuid(), '{system}', initcap('{system}'), 'org', 'healthy',
                     now(), '{system}', 'main'
                 from core.installations"
            ))
            .await;
        }
    }

    /// The first column of each row, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = format!("select t.* from ({sql}) as t");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&self.admin)
            .await
            .expect("a query of the test");
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        let sql = format!("select count(*) from ({sql}) as t");
        sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&self.admin)
            .await
            .expect("a query of the test")
    }

    /// Everything that the model got to read in its nth request: words, and results of tools.
    pub fn words_of_request(&self, number: usize) -> String {
        let requests = self.model.requests();
        let request = requests.get(number).expect("a request of that number");
        let blocks = request.messages.iter().flat_map(|message| &message.content);
        let words = blocks.filter_map(|block| match block {
            Block::Text { text } => Some(text.as_str()),
            Block::ToolResult { content, .. } => Some(content.as_str()),
            _ => None,
        });
        words.collect::<Vec<_>>().join("\n")
    }

    /// Waits until no job is left to do.
    pub async fn settles(&self) {
        self.comes_true("all jobs are done", async || {
            self.unfinished_jobs().await.is_empty()
        })
        .await;
    }

    /// Looks again and again, for what no message in Slack tells of.
    pub async fn comes_true(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !holds().await {
            assert!(
                begun.elapsed() < PATIENCE,
                "it never came true that {what}; jobs: {:?}",
                self.unfinished_jobs().await
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends Penny as a deploy would, and fails if something was left undone or given up: jobs, steps
    /// of the script, faults that never struck, words in Slack that nobody looked at.
    pub async fn stop(mut self) {
        self.settles().await;
        self.assert_only_what_was_expected_is_given_up().await;
        for process in self.process.take().into_iter().chain(self.others.drain(..)) {
            process.stop().await;
        }
        self.model.assert_finished();
        for (_, other) in &self.other_models {
            other.assert_finished();
        }
        assert_eq!(self.slack.faults().unused(), 0, "a fault never struck");
        self.assert_all_was_seen();
        assert_eq!(
            self.texts(
                "select turn_id::text from core.turns where state in ('running', 'waiting')"
            )
            .await,
            [""; 0],
            "a turn was left open"
        );
        self.slack.stop();
        self.admin.close().await;
    }
}
