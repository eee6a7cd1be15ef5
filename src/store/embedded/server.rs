//! The running server: started under a small shell that stops it when Penny is gone, however
//! she went, and answering on loopback only, with a password.

use super::binaries::{self, Installation};
use super::cluster::{self, Cluster};
use super::home::Home;
use super::{EmbeddedError, Options, Progress, last_lines};
use crate::base::secret::Secret;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Runs the server and waits for it. The reader sees the end of its input when Penny closes it
/// or dies, even by SIGKILL, and asks the server for a fast shutdown.
const SUPERVISOR: &str = r#"
exec 3<&0
"$@" 3<&- &
server=$!
(read -r _ <&3; kill -INT "$server") &
reader=$!
wait "$server"
code=$?
kill "$reader" 2>/dev/null
exit "$code"
"#;

const STARTS_WITHIN: Duration = Duration::from_secs(60);
const STOPS_WITHIN: Duration = Duration::from_secs(20);
/// A start is slow enough to be told about when it has to recover from a crash.
const QUICK: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct EmbeddedPostgres {
    supervisor: Child,
    url: Secret,
    cluster: Cluster,
}

enum Outcome {
    Ready,
    PortTaken,
}

impl EmbeddedPostgres {
    /// Finds or fetches the binaries, makes the cluster if it is new, and starts the server.
    /// Blocks until it accepts connections.
    pub fn start(options: &Options, progress: Progress<'_>) -> Result<Self, EmbeddedError> {
        let home = Home::find()?;
        home.check_reach(home.path())?;
        let installation = binaries::find(&home, progress)?;
        let cluster = Cluster::open(&home, &options.name)?;
        cluster.ensure(&home, &installation, options, progress)?;
        // Whoever wrote it is gone, or the lock would not be ours; its process id may since
        // belong to somebody else, which would keep the server from starting.
        let _ = fs::remove_file(cluster.data().join("postmaster.pid"));
        let password = cluster.password()?;
        loop {
            let port = free_port()?;
            let mut supervisor = spawn(&home, &installation, &cluster, options, port)?;
            match wait_until_ready(&mut supervisor, &cluster, progress)? {
                Outcome::PortTaken => continue,
                Outcome::Ready => {
                    let name = cluster::NAME;
                    let password = password.expose();
                    let url = format!(
                        "postgres://{name}:{password}@127.0.0.1:{port}/{name}?sslmode=disable"
                    );
                    return Ok(Self {
                        supervisor,
                        url: Secret::new(url),
                        cluster,
                    });
                }
            }
        }
    }

    /// The URL of the superuser, with the password in it.
    pub fn url(&self) -> &Secret {
        &self.url
    }

    /// Everything that belongs to this server. Deleting it while it is stopped starts afresh.
    pub fn folder(&self) -> &Path {
        self.cluster.folder()
    }

    /// Ends the server with a fast shutdown and waits until it is gone. Dropping does the same,
    /// only silently.
    pub fn stop(mut self) -> Result<(), EmbeddedError> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Result<(), EmbeddedError> {
        drop(self.supervisor.stdin.take());
        let deadline = Instant::now() + STOPS_WITHIN;
        while matches!(self.supervisor.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                return Err(EmbeddedError::Stop(STOPS_WITHIN.as_secs()));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            tracing::warn!(error = %error, "the embedded PostgreSQL is still stopping");
        }
    }
}

fn spawn(
    home: &Home,
    installation: &Installation,
    cluster: &Cluster,
    options: &Options,
    port: u16,
) -> Result<Child, EmbeddedError> {
    let log_path = cluster.log();
    let log = File::create(&log_path).map_err(EmbeddedError::home(&log_path))?;
    let shell = Path::new("/bin/sh");
    home.command(shell)
        .args(["-c", SUPERVISOR, "penny-postgres"])
        .arg(installation.bin.join("postgres"))
        .arg("-D")
        .arg(cluster.data())
        .args(settings(options, port).iter().flat_map(|s| ["-c", s]))
        .stdin(Stdio::piped())
        .stdout(cluster.lock_to_inherit()?)
        .stderr(log)
        // Ctrl-C reaches every process of the terminal's group; Penny still needs the database
        // to hand over what she was doing.
        .process_group(0)
        .spawn()
        .map_err(EmbeddedError::spawn(shell))
}

fn settings(options: &Options, port: u16) -> Vec<String> {
    let mut settings = vec![
        format!("port={port}"),
        cluster::SCRAM_ITERATIONS.to_owned(),
        // The path of a socket file has a limit of about 100 bytes; loopback has none.
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        "max_connections=200".to_owned(),
        "shared_buffers=128MB".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
        // Nobody replicates from here.
        "wal_level=minimal".to_owned(),
        "max_wal_senders=0".to_owned(),
    ];
    if !options.durable {
        let careless = [
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ];
        settings.extend(careless.map(str::to_owned));
    }
    settings
}

/// Another process may take the port before the server does; then the next one is tried.
fn free_port() -> Result<u16, EmbeddedError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| EmbeddedError::Spawn {
            program: "a server on 127.0.0.1".to_owned(),
            error,
        })
}

fn wait_until_ready(
    supervisor: &mut Child,
    cluster: &Cluster,
    progress: Progress<'_>,
) -> Result<Outcome, EmbeddedError> {
    let status_file = cluster.data().join("postmaster.pid");
    let started = Instant::now();
    let mut told = false;
    loop {
        if says_ready(&fs::read_to_string(&status_file).unwrap_or_default()) {
            return Ok(Outcome::Ready);
        }
        let gone = !matches!(supervisor.try_wait(), Ok(None));
        if gone || started.elapsed() > STARTS_WITHIN {
            drop(supervisor.stdin.take());
            let log = cluster.log();
            let said = fs::read_to_string(&log).unwrap_or_default();
            if gone && said.contains("Address already in use") {
                return Ok(Outcome::PortTaken);
            }
            let last_words = last_lines(&said, 8);
            return Err(EmbeddedError::Start { log, last_words });
        }
        if !told && started.elapsed() > QUICK {
            told = true;
            progress("Starting PostgreSQL …");
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// The eighth line of `postmaster.pid` is the server's state; `pg_ctl` waits for it likewise.
fn says_ready(status: &str) -> bool {
    status
        .lines()
        .nth(7)
        .is_some_and(|state| state.trim() == "ready")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_that_accepts_connections_is_ready() {
        let status = |state: &str| format!("42\n/data\n1\n5432\n\n127.0.0.1\n1 2\n{state}\n");
        assert!(says_ready(&status("ready   ")));
        assert!(!says_ready(&status("starting")));
        assert!(!says_ready("42\n/data\n"));
    }
}
