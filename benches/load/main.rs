//! `cargo bench --bench load`: the release binary under load, with an embedded Postgres whose
//! commits reach the disk, and with a Slack and a model that answer at once. Everything is
//! measured in one run, beside baselines on the same machine in the same minute.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a table for the person at the terminal is what this makes"
)]

mod baseline;
mod phases;
mod schedules;
mod sender;
#[path = "../shared/mod.rs"]
mod shared;
mod stand_in;

use phases::Bench;
use shared::database::{self, Database};
use shared::penny;
use shared::report::{Measured, Table, load_average, machine};
use stand_in::StandIn;

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
    if runs("schedules") {
        bench.schedules(&mut table).await?;
    }
    println!("\nload average at the end: {}", load_average());
    Ok(())
}
