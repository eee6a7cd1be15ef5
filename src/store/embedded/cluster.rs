//! One database cluster on disk: made once, locked by whoever uses it.

use super::binaries::Installation;
use super::home::{Home, remove};
use super::{EmbeddedError, Options, Progress, last_lines};
use crate::base::secret::Secret;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// The superuser and the database that a new cluster has.
pub(super) const NAME: &str = "penny";
/// The passwords are random, so stretching them protects nothing; it would only make every
/// connection of an unoptimised build slow.
pub(super) const SCRAM_ITERATIONS: &str = "scram_iterations=1";
/// A server whose Penny was killed needs a moment to notice and stop.
const LAST_SERVER_STOPS_WITHIN: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Cluster {
    dir: PathBuf,
    /// Held by this process alone: a second Penny is told at once.
    _owner: File,
    /// Handed down to the server, so it stays locked for as long as any of its processes lives.
    server: File,
}

impl Cluster {
    pub fn open(home: &Home, name: &str) -> Result<Self, EmbeddedError> {
        let dir = home.path().join(name);
        home.make_dir(&dir)?;
        let owner = lock_file(&dir.join("penny.lock"))?;
        if !try_lock(&owner, &dir)? {
            return Err(EmbeddedError::InUse(dir));
        }
        let server = lock_file(&dir.join("server.lock"))?;
        let deadline = Instant::now() + LAST_SERVER_STOPS_WITHIN;
        while !try_lock(&server, &dir)? {
            if Instant::now() > deadline {
                return Err(EmbeddedError::InUse(dir));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(Self {
            dir,
            _owner: owner,
            server,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.dir
    }

    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// The server's lock as an output, since that is what processes inherit.
    pub fn lock_to_inherit(&self) -> Result<Stdio, EmbeddedError> {
        let lock = self.server.try_clone();
        Ok(lock.map_err(EmbeddedError::home(&self.dir))?.into())
    }

    pub fn password(&self) -> Result<Secret, EmbeddedError> {
        let path = self.password_file();
        let password = fs::read_to_string(&path).map_err(EmbeddedError::home(&path))?;
        Ok(Secret::new(password))
    }

    fn password_file(&self) -> PathBuf {
        self.dir.join("password")
    }

    /// Makes the cluster, unless it is there; it gets its name last, so one that is there is whole.
    pub fn ensure(
        &self,
        home: &Home,
        with: &Installation,
        options: &Options,
        progress: Progress<'_>,
    ) -> Result<(), EmbeddedError> {
        let data = self.data();
        if data.exists() {
            match self.check_version(with) {
                Err(EmbeddedError::OtherVersion { .. }) if !options.durable => remove(&data)?,
                checked => return checked,
            }
        }
        progress("Setting up the database …");
        self.write_password(home)?;
        let unfinished = self.dir.join("data.unfinished");
        remove(&unfinished)?;
        home.private_dir(&unfinished)?;
        self.initdb(home, with, &unfinished)?;
        self.create_database(home, with, &unfinished)?;
        fs::rename(&unfinished, &data).map_err(EmbeddedError::home(&data))
    }

    fn check_version(&self, with: &Installation) -> Result<(), EmbeddedError> {
        let data = self.data();
        let path = data.join("PG_VERSION");
        let made_by = fs::read_to_string(&path).map_err(EmbeddedError::home(&path))?;
        if made_by.trim() == with.major.to_string() {
            return Ok(());
        }
        Err(EmbeddedError::OtherVersion {
            data,
            made_by: made_by.trim().to_owned(),
            found: with.major,
        })
    }

    fn write_password(&self, home: &Home) -> Result<(), EmbeddedError> {
        let path = self.password_file();
        let failed = EmbeddedError::home(&path);
        let write = || {
            let _ = fs::remove_file(&path);
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)?
                .write_all(hex::encode(rand::random::<[u8; 24]>()).as_bytes())
        };
        write().map_err(failed)?;
        home.give(&path)
    }

    fn initdb(&self, home: &Home, with: &Installation, data: &Path) -> Result<(), EmbeddedError> {
        let program = with.bin.join("initdb");
        let output = home
            .command(&program)
            .arg("--pgdata")
            .arg(data)
            .args(["--username", NAME, "--encoding", "UTF8"])
            .args(locale(with.major))
            .args(["--auth", "scram-sha-256", "--set", SCRAM_ITERATIONS])
            .arg(format!("--pwfile={}", self.password_file().display()))
            .args(["--no-instructions", "--no-sync"])
            .stdin(Stdio::null())
            .stdout(self.lock_to_inherit()?)
            .output()
            .map_err(EmbeddedError::spawn(&program))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(EmbeddedError::Initdb(last_lines(&said, 4)))
    }

    fn create_database(
        &self,
        home: &Home,
        with: &Installation,
        data: &Path,
    ) -> Result<(), EmbeddedError> {
        let program = with.bin.join("postgres");
        let run = || {
            let mut single = home
                .command(&program)
                .arg("--single")
                .arg("-D")
                .arg(data)
                .arg("postgres")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()?;
            if let Some(mut stdin) = single.stdin.take() {
                stdin.write_all(format!("create database {NAME}\n").as_bytes())?;
            }
            single.wait_with_output()
        };
        let output = run().map_err(EmbeddedError::spawn(&program))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() && !said.contains("ERROR") {
            return Ok(());
        }
        Err(EmbeddedError::Initdb(last_lines(&said, 4)))
    }
}

/// The same sorting on every machine, where PostgreSQL brings it along.
fn locale(major: u32) -> &'static [&'static str] {
    if major >= 17 {
        &[
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]
    } else if cfg!(target_os = "macos") {
        &["--locale=en_US.UTF-8"]
    } else {
        &["--locale=C.UTF-8"]
    }
}

fn lock_file(path: &Path) -> Result<File, EmbeddedError> {
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(EmbeddedError::home(path))
}

fn try_lock(file: &File, dir: &Path) -> Result<bool, EmbeddedError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(EmbeddedError::home(dir)(error)),
    }
}
