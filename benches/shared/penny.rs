//! The measured process: Penny's own release binary, as a deployment runs it.

use super::report::Measured;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const SIGNING_SECRET: &str = "a signing secret for measuring";
pub const SECRET_KEY: &str = "a key for measuring that is long enough";

pub struct Penny {
    child: Child,
    pub port: u16,
}

impl Penny {
    pub async fn start(database: &str, stand_in: u16, roles: &str) -> Measured<Self> {
        let port = free_port()?;
        let here = format!("http://127.0.0.1:{stand_in}");
        let child = Command::new(env!("CARGO_BIN_EXE_penny"))
            .args(["serve", "--role", roles])
            .env_clear()
            .env("DATABASE_URL", database)
            .env("SLACK_API_URL", format!("{here}/api"))
            .env("SLACK_SIGNING_SECRET", SIGNING_SECRET)
            .env("SLACK_BOT_TOKEN", "xoxb-measuring")
            .env("HUBSPOT_BASE_URL", &here)
            .env("ANTHROPIC_BASE_URL", here)
            .env("ANTHROPIC_API_KEY", "sk-measuring")
            .env("PENNY_MODEL", "claude-instant-stand-in")
            .env("PENNY_SECRET_KEY", SECRET_KEY)
            .env("PENNY_HOST", "127.0.0.1")
            .env("PENNY_TURNS_PER_HOUR", "1000000")
            .env("PENNY_CHANNEL_TURNS_PER_HOUR", "1000000")
            .env("PENNY_ORG_TURNS_PER_HOUR", "1000000")
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let penny = Self { child, port };
        penny.until_ready().await?;
        Ok(penny)
    }

    async fn until_ready(&self) -> Measured<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !is_ready(self.port).await {
            if Instant::now() > deadline {
                return Err("penny did not become ready".into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Resident memory in megabytes: now, and at its highest.
    pub fn memory(&self) -> Measured<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let megabytes = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(kilobytes / 1024.0)
        };
        megabytes("VmRSS:")
            .zip(megabytes("VmHWM:"))
            .ok_or_else(|| "this system does not tell a process's memory".into())
    }

    /// Processor time used so far, in clock ticks of a hundredth of a second.
    pub fn processor_ticks(&self) -> Measured<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after_name = stat.rsplit(") ").next().unwrap_or_default();
        let ticks = after_name
            .split(' ')
            .skip(11)
            .take(2)
            .flat_map(str::parse::<u64>);
        Ok(ticks.sum())
    }

    pub fn end(mut self) -> Measured<()> {
        signal("TERM", &[self.child.id()])?;
        self.child.wait()?;
        Ok(())
    }
}

/// An unfinished measurement leaves no process behind.
impl Drop for Penny {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn signal(name: &str, pids: &[u32]) -> Measured<()> {
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    let command = format!("kill -{name} {}", pids.join(" "));
    let status = Command::new("sh").args(["-c", &command]).status()?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`{command}` failed").into())
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port())
}

async fn is_ready(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nhost: penny\r\nconnection: close\r\n\r\n")
            .await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer.starts_with(b"HTTP/1.1 200"))
    };
    ask.await.unwrap_or(false)
}
