//! Databases for tests: one server a process, a template that is migrated once, and a clone of
//! it for each test. With `DATABASE_URL` set, that server is used and left as it was found.

use super::home::Home;
use super::{EmbeddedError, EmbeddedPostgres, Options, binaries};
use crate::base::secret::Secret;
use crate::store::migrate::{self, MigrateError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// As many test processes as may run at once on one machine, each with a cluster of its own.
const CLUSTERS: usize = 16;
const TEMPLATE: &str = "penny_template_";
const CLONE: &str = "penny_test_";
/// The advisory lock of whoever makes the template.
const MAKING_TEMPLATE: i64 = 0x7465_6d70_6c61_7465;

#[derive(Debug, thiserror::Error)]
pub enum TestDatabaseError {
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

/// A database that nobody else uses, gone when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    server: PgConnectOptions,
    name: String,
    url: Secret,
}

impl TestDatabase {
    /// A migrated database without a row in it.
    pub async fn fresh() -> Result<Self, TestDatabaseError> {
        let server = TestServer::shared().await?;
        let template = server
            .template
            .get_or_try_init(|| server.migrate_template());
        let like = format!("template {} {}", template.await?, server.copying());
        Self::create(server, &like).await
    }

    /// A database without even a schema, to migrate.
    pub async fn empty() -> Result<Self, TestDatabaseError> {
        Self::create(TestServer::shared().await?, "template template0").await
    }

    /// The URL of the server's superuser, as a deployment's `DATABASE_URL` would be.
    pub fn url(&self) -> &Secret {
        &self.url
    }

    async fn create(server: &TestServer, like: &str) -> Result<Self, TestDatabaseError> {
        let name = format!("{CLONE}{}", Uuid::new_v4().simple());
        let mut connection = server.options.connect().await?;
        execute(&mut connection, format!("create database {name} {like}")).await?;
        connection.close().await?;
        let url = server.url_of(&name);
        Ok(Self {
            server: server.options.clone(),
            name,
            url,
        })
    }
}

impl Drop for TestDatabase {
    /// On a thread of its own, since the test's runtime may be the one that is being left.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut connection = server.connect().await?;
                let drop = format!("drop database if exists {name} with (force)");
                execute(&mut connection, drop).await
            })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            tracing::warn!(db.name = %self.name, "a test's database was not dropped");
        }
    }
}

/// Lives as long as the process: a static is never dropped, and the server stops by itself when
/// the process has ended.
#[derive(Debug)]
struct TestServer {
    embedded: Option<EmbeddedPostgres>,
    options: PgConnectOptions,
    template: OnceCell<String>,
}

impl TestServer {
    async fn shared() -> Result<&'static Self, TestDatabaseError> {
        static SERVER: OnceCell<TestServer> = OnceCell::const_new();
        SERVER.get_or_try_init(Self::start).await
    }

    async fn start() -> Result<Self, TestDatabaseError> {
        let given = std::env::var("DATABASE_URL").ok();
        if let Some(url) = given.filter(|url| !url.is_empty()) {
            return Self::at(None, &Secret::new(url));
        }
        let embedded = start_first_free_cluster()?;
        let url = embedded.url().clone();
        let server = Self::at(Some(embedded), &url)?;
        server.remove_leftovers().await?;
        Ok(server)
    }

    fn at(embedded: Option<EmbeddedPostgres>, url: &Secret) -> Result<Self, TestDatabaseError> {
        let options: PgConnectOptions = url.expose().parse()?;
        Ok(Self {
            embedded,
            options: options.disable_statement_logging(),
            template: OnceCell::new(),
        })
    }

    /// Where nothing waits for the disk, copying files takes half the time of logging each page.
    fn copying(&self) -> &'static str {
        match self.embedded {
            Some(_) => "strategy file_copy",
            None => "",
        }
    }

    fn url_of(&self, database: &str) -> Secret {
        let url = self.options.clone().database(database).to_url_lossy();
        Secret::new(url.as_str())
    }

    /// Makes the template unless an earlier run has; it gets its name last, so one that has the
    /// name is whole.
    async fn migrate_template(&self) -> Result<String, TestDatabaseError> {
        let name = format!("{TEMPLATE}{}", migrate::fingerprint());
        let mut connection = self.options.connect().await?;
        // Another test process on the same server makes the same template.
        execute(
            &mut connection,
            format!("select pg_advisory_lock({MAKING_TEMPLATE})"),
        )
        .await?;
        let exists = sqlx::query("select from pg_database where datname = $1")
            .bind(&name)
            .fetch_optional(&mut connection)
            .await?;
        if exists.is_none() {
            let unfinished = format!("{name}_unfinished");
            for sql in [
                format!("drop database if exists {unfinished} with (force)"),
                format!("create database {unfinished} template template0"),
            ] {
                execute(&mut connection, sql).await?;
            }
            migrate::run(&self.url_of(&unfinished), Duration::from_secs(30), &|_| {}).await?;
            let rename = format!("alter database {unfinished} rename to {name}");
            execute(&mut connection, rename).await?;
        }
        connection.close().await?;
        Ok(name)
    }

    /// What killed test processes and older schemas left behind; nobody else uses this cluster.
    /// Of the roles only tests make those that can log in; the others are the migrations'.
    async fn remove_leftovers(&self) -> Result<(), TestDatabaseError> {
        let mut connection = self.options.connect().await?;
        let current = format!("{TEMPLATE}{}", migrate::fingerprint());
        let databases: Vec<String> = sqlx::query_scalar(
            "select datname from pg_database
             where datname like 'penny\\_%' and datname <> $1",
        )
        .bind(&current)
        .fetch_all(&mut connection)
        .await?;
        for name in databases {
            execute(
                &mut connection,
                format!("drop database {name} with (force)"),
            )
            .await?;
        }
        let roles: Vec<String> = sqlx::query_scalar(
            "select quote_ident(rolname) from pg_roles
             where rolcanlogin and rolname <> current_user",
        )
        .fetch_all(&mut connection)
        .await?;
        for role in roles {
            execute(&mut connection, format!("drop role {role}")).await?;
        }
        connection.close().await?;
        Ok(())
    }
}

/// Gives another home the PostgreSQL of this one, as if it had been downloaded there. One of the
/// machine's own is found from everywhere.
pub fn lend_postgres(to: &Path) -> Result<(), EmbeddedError> {
    let home = Home::find()?;
    let found = binaries::find(&home, &tell)?;
    let cached = found.bin.strip_prefix(home.path()).ok();
    if let Some(folder) = cached.and_then(|path| path.components().next()) {
        let link = to.join(folder);
        symlink(home.path().join(folder), &link).map_err(EmbeddedError::home(&link))?;
    }
    Ok(())
}

fn start_first_free_cluster() -> Result<EmbeddedPostgres, EmbeddedError> {
    let mut number = 0;
    loop {
        let options = Options {
            name: format!("tests-{number}"),
            durable: false,
        };
        match EmbeddedPostgres::start(&options, &tell) {
            Err(EmbeddedError::InUse(_)) if number + 1 < CLUSTERS => number += 1,
            result => return result,
        }
    }
}

/// Straight to the terminal: the test harness would keep what is printed until a test fails.
fn tell(step: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{step}");
}

/// Only for statements made of names that were made up here.
async fn execute(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}
