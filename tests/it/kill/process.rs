//! `penny serve` as an operating system sees it: started, killed, stopped, continued, ended.

use super::chatter::Office;
use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Child;

/// Generous: it ends tests that would hang, it never decides one.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Penny {
    child: Child,
    environment: Vec<(&'static str, String)>,
    port: u16,
    log: PathBuf,
}

impl Penny {
    /// Starts a process and waits until it takes events.
    pub async fn start(office: &Office, name: &str) -> Self {
        let mut penny = Self::begin(office, name);
        penny.until_ready().await;
        penny
    }

    /// Starts a process that may not be ready for a while.
    pub fn begin(office: &Office, name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let log = folder.join(format!("penny-{name}-{}.log", std::process::id()));
        File::create(&log).expect("a log file");
        let port = free_port();
        let mut environment = office.environment();
        environment.push(("PORT", port.to_string()));
        Self {
            child: spawn(&environment, &log),
            environment,
            port,
            log,
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub async fn kill(&mut self) {
        self.child.kill().await.expect("a process that dies");
    }

    /// Starts the killed process at the same address.
    pub async fn start_again(&mut self) {
        self.child = spawn(&self.environment, &self.log);
        self.until_ready().await;
    }

    /// Without waiting for what comes of it.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().expect("a running process");
        // The shell's own `kill`: the program of that name is not on every machine.
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {pid}")])
            .status();
        assert!(sent.expect("a shell").success());
    }

    /// Ends the process as a deploy does, and fails unless it ends well.
    pub async fn end(mut self) {
        self.signal("TERM");
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = ended.expect("it ends").expect("its exit status");
        assert!(
            status.success(),
            "{status}; its log is {}",
            self.log.display()
        );
        let _ = std::fs::remove_file(&self.log);
    }

    /// What it says of being ready; nothing while nobody listens.
    pub async fn readiness(&self) -> String {
        readiness(self.port).await.unwrap_or_default()
    }

    pub async fn until_ready(&mut self) {
        let ready = async {
            while !self.readiness().await.starts_with("HTTP/1.1 200") {
                let gone = self.child.try_wait().expect("its status");
                assert!(gone.is_none(), "it did not start: {}", self.log.display());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, ready).await;
        assert!(
            in_time.is_ok(),
            "never ready; its log is {}",
            self.log.display()
        );
    }
}

fn spawn(environment: &[(&'static str, String)], log: &PathBuf) -> Child {
    let log = OpenOptions::new().append(true).open(log).expect("the log");
    tokio::process::Command::new(env!("CARGO_BIN_EXE_penny"))
        .arg("serve")
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("the binary")
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

async fn readiness(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = b"GET /readyz HTTP/1.1\r\nhost: penny\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
