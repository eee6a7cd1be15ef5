//! Brings a database to the newest schema, as the user of the URL (Penny's own role may not
//! change tables). Two processes may do so at once; the second waits for the first.

use super::embedded::Progress;
use crate::base::secret::Secret;
use sqlx::migrate::{Migrate, MigrateError as SqlxMigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::time::Duration;
use tokio::time::{Instant, sleep};

static MIGRATOR: Migrator = sqlx::migrate!();

pub(super) const INSTALL_PGVECTOR: &str =
    "Install it (Debian, Ubuntu: apt-get install postgresql-18-pgvector)";

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
        "the user of DATABASE_URL lacks a right that the migrations need: {0}. It has to own the database and to be allowed to create roles (alter role … createrole), and a superuser may first have to create the extension vector"
    )]
    NoRight(String),
    #[error("the database server lacks the extension pgvector: {0}. {INSTALL_PGVECTOR}")]
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
    let missing = apply_missing(&mut connection).await.map_err(explain)?;
    for migration in MIGRATOR.iter().filter(|m| missing.contains(&m.version)) {
        let (version, name) = (migration.version, &migration.description);
        progress(&format!("Applied migration {version:04}: {name}"));
    }
    let _ = connection.close().await;
    Ok(missing.len())
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

pub(super) async fn connect(
    url: &Secret,
    patience: Duration,
) -> Result<PgConnection, MigrateError> {
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

async fn apply_missing(connection: &mut PgConnection) -> Result<Vec<i64>, SqlxMigrateError> {
    // The migrator locks too, but only after the look at what is missing. The lock goes with
    // the connection.
    connection.lock().await?;
    let table = &MIGRATOR.table_name;
    connection.ensure_migrations_table(table).await?;
    let applied = connection.list_applied_migrations(table).await?;
    MIGRATOR.run(&mut *connection).await?;
    let is_applied = |version| applied.iter().any(|done| done.version == version);
    let versions = MIGRATOR.iter().map(|migration| migration.version);
    Ok(versions.filter(|version| !is_applied(*version)).collect())
}

/// How many migrations `run` would apply. Changes nothing.
pub(super) async fn missing(connection: &mut PgConnection) -> Result<usize, MigrateError> {
    let applied = match connection
        .list_applied_migrations(&MIGRATOR.table_name)
        .await
    {
        Ok(applied) => applied,
        // A database that was never migrated has no list.
        Err(error) if is_undefined_table(&error) => Vec::new(),
        Err(error) => return Err(explain(error)),
    };
    let is_missing = |version| applied.iter().all(|done| done.version != version);
    Ok(MIGRATOR.iter().filter(|m| is_missing(m.version)).count())
}

fn is_undefined_table(error: &SqlxMigrateError) -> bool {
    let SqlxMigrateError::Execute(sqlx::Error::Database(db)) = error else {
        return false;
    };
    db.code().as_deref() == Some("42P01")
}

pub(super) fn explain_sql(error: sqlx::Error) -> MigrateError {
    explain(SqlxMigrateError::Execute(error))
}

fn explain(error: SqlxMigrateError) -> MigrateError {
    let newest = MIGRATOR.iter().map(|m| m.version).max().unwrap_or_default();
    match &error {
        SqlxMigrateError::VersionMissing(version) if *version > newest => {
            return MigrateError::Newer(*version);
        }
        SqlxMigrateError::VersionMismatch(version) => return MigrateError::Changed(*version),
        SqlxMigrateError::Execute(sqlx::Error::Database(db))
        | SqlxMigrateError::ExecuteMigration(sqlx::Error::Database(db), _) => {
            let reason = db.message();
            match db.code().as_deref() {
                Some("42501") => return MigrateError::NoRight(reason.to_owned()),
                Some("0A000" | "58P01") if reason.contains("vector") => {
                    return MigrateError::NoPgvector(reason.to_owned());
                }
                _ => {}
            }
        }
        _ => {}
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_migrations_share_a_number() {
        let mut versions = HashSet::new();
        for migration in MIGRATOR.iter() {
            assert!(versions.insert(migration.version), "{}", migration.version);
        }
    }
}
