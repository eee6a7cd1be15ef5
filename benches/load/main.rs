//! `cargo bench --bench load`: the release binary under load, with an embedded Postgres whose
//! commits reach the disk, and with a Slack and a model that answer at once. Everything is
//! measured in one run, beside baselines on the same machine in the same minute.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a table for the person at the terminal is what this makes"
)]

mod baseline;
mod database;
mod penny;
mod phases;
mod sender;
mod stand_in;

use database::Database;
use phases::Bench;
use stand_in::StandIn;

type Measured<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Rows are printed as they come, so that a failure does not hide what was measured before it.
pub struct Table;

impl Table {
    fn heading(&mut self, text: &str) {
        println!("\n{text}");
    }

    fn row(&mut self, name: &str, value: String) {
        println!("  {name:<42} {value}");
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Measured<()> {
    ::penny::net::install_crypto();
    // `cargo bench --bench load -- burst idle` measures these alone.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    println!("{}", machine());
    let (stand_in, stand_in_port) = StandIn::start().await?;
    let bench = Bench {
        database: Database::start().await?,
        stand_in,
        stand_in_port,
    };
    let mut table = Table;
    if runs("burst") {
        bench.burst(&mut table).await?;
    }
    if runs("acks") {
        bench.acknowledgements(&mut table).await?;
    }
    if runs("slow") {
        bench.slow_disk(&mut table).await?;
    }
    if runs("away") {
        bench.away(&mut table).await?;
    }
    if runs("idle") {
        bench.one_at_a_time(&mut table).await?;
    }
    println!("\nload average at the end: {}", read("/proc/loadavg"));
    Ok(())
}

/// What the numbers are of.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?
                .split(": ")
                .nth(1)
                .map(str::to_owned)
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!(
        "{cores} × {processor}, {}; load average at the start: {}",
        std::env::consts::OS,
        read("/proc/loadavg").trim()
    )
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
