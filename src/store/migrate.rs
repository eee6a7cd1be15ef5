//! Brings a database to the newest schema, as the user of the URL (Penny's own role may not
//! change tables). Two processes may do so at once; the second waits for the first.

use super::embedded::Progress;
use crate::base::secret::Secret;
use sqlx::migrate::{AppliedMigration, Migrate, MigrateError as SqlxMigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::time::Duration;
use tokio::time::{Instant, sleep};

static MIGRATOR: Migrator = sqlx::migrate!();

const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(250);

/// Each of these is a sentence for whoever deploys Penny.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("DATABASE_URL cannot be read: {0}")]
    Url(String),
    #[error("the database did not answer within {seconds} seconds: {reason}")]
    Away { seconds: u64, reason: String },
    #[error("the database refused the connection: {0}")]
    Refused(String),
    #[error(
        "the database has migration {0}, which this Penny does not know: it belongs to a newer Penny. Run that one"
    )]
    Newer(i64),
    #[error(
        "migration {0} was changed after it had been applied to this database. Run the Penny that applied it, or start with a new database"
    )]
    Changed(i64),
    #[error(
        "migration {version} needs a right that the user of DATABASE_URL lacks: {reason}. The user has to own the database and may need to create roles (alter role … createrole)"
    )]
    NoRight { version: i64, reason: String },
    #[error(
        "the database server lacks the extension pgvector: {0}. Install it (Debian, Ubuntu: apt-get install postgresql-18-pgvector)"
    )]
    NoPgvector(String),
    #[error("a migration failed and was rolled back: {0}")]
    Failed(#[from] SqlxMigrateError),
}

/// Waits up to `patience` for the database, applies what it lacks, and says what that was.
/// Returns how many migrations were applied.
pub async fn run(
    url: &Secret,
    patience: Duration,
    progress: Progress<'_>,
) -> Result<usize, MigrateError> {
    let mut connection = connect(url, patience).await?;
    let missing = missing(&mut connection).await?;
    MIGRATOR
        .run(&mut connection)
        .await
        .map_err(|error| explain(error, newest()))?;
    for migration in MIGRATOR.iter().filter(|m| missing.contains(&m.version)) {
        let (version, name) = (migration.version, &migration.description);
        progress(&format!("Applied migration {version:04}: {name}"));
    }
    let _ = connection.close().await;
    Ok(missing.len())
}

fn newest() -> i64 {
    MIGRATOR.iter().map(|m| m.version).max().unwrap_or_default()
}

/// Names the schema that this binary makes: it changes with every change to a migration.
#[cfg(any(test, feature = "playground"))]
pub(super) fn fingerprint() -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for migration in MIGRATOR.iter() {
        hash.update(&migration.checksum);
    }
    hex::encode(&hash.finalize()[..8])
}

async fn connect(url: &Secret, patience: Duration) -> Result<PgConnection, MigrateError> {
    let options: PgConnectOptions = url
        .expose()
        .parse()
        .map_err(|error: sqlx::Error| MigrateError::Url(error.to_string()))?;
    let deadline = Instant::now() + patience;
    loop {
        let error = match tokio::time::timeout_at(deadline, options.connect()).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) if !may_come_up(&error) => {
                return Err(MigrateError::Refused(error.to_string()));
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it accepts connections but says nothing".to_owned(),
        };
        if Instant::now() + BETWEEN_ATTEMPTS > deadline {
            return Err(MigrateError::Away {
                seconds: patience.as_secs(),
                reason: error,
            });
        }
        sleep(BETWEEN_ATTEMPTS).await;
    }
}

/// A server that is away, starting or full may accept the next attempt; a wrong password will not.
fn may_come_up(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(db) => db
            .code()
            .is_some_and(|code| code.starts_with("57P") || code.starts_with("53")),
        _ => false,
    }
}

async fn missing(connection: &mut PgConnection) -> Result<Vec<i64>, MigrateError> {
    let table = &MIGRATOR.table_name;
    connection.ensure_migrations_table(table).await?;
    let applied = connection.list_applied_migrations(table).await?;
    let is_applied = |version| {
        applied
            .iter()
            .any(|a: &AppliedMigration| a.version == version)
    };
    Ok(MIGRATOR
        .iter()
        .map(|m| m.version)
        .filter(|version| !is_applied(*version))
        .collect())
}

fn explain(error: SqlxMigrateError, newest: i64) -> MigrateError {
    match error {
        SqlxMigrateError::VersionMissing(version) if version > newest => {
            MigrateError::Newer(version)
        }
        SqlxMigrateError::VersionMismatch(version) => MigrateError::Changed(version),
        SqlxMigrateError::ExecuteMigration(sqlx::Error::Database(db), version) => {
            let reason = db.message().to_owned();
            match db.code().as_deref() {
                Some("42501") => MigrateError::NoRight { version, reason },
                Some("0A000" | "58P01") if reason.contains("vector") => {
                    MigrateError::NoPgvector(reason)
                }
                _ => SqlxMigrateError::ExecuteMigration(sqlx::Error::Database(db), version).into(),
            }
        }
        other => other.into(),
    }
}
