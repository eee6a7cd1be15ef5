//! `cargo bench --bench sync`: the release binary reads a HubSpot of 200,000 records that answers
//! at once, into an embedded Postgres whose commits reach the disk; then again with nothing new,
//! and again with everything listed anew though nothing changed. Beside it, in the same run, what
//! Postgres does with the same rows by itself.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a table for the person at the terminal is what this makes"
)]

mod baseline;
mod office;
#[path = "../shared/mod.rs"]
mod shared;
mod stand_in;

use office::{Office, Reading};
use shared::report::{Measured, Table, load_average, machine};
use stand_in::RECORDS;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Measured<()> {
    ::penny::net::install_crypto();
    println!("{}", machine());
    let mut table = Table;
    let office = Office::open().await?;

    table.heading(&format!("Reading {RECORDS} records"));
    let first = office.connect().await?;
    let read = office.follow(first).await?;
    table.reading("for the first time", &read);
    table.memory(&read);

    table.heading("Reading them again, unchanged");
    let again = office.follow(office.read_again().await?).await?;
    table.reading("what changed since: nothing", &again);
    office.forget_positions().await?;
    let listed = office.follow(office.read_again().await?).await?;
    table.reading("everything, listed anew", &listed);

    table.heading("The same rows without Penny");
    let copied = baseline::copy(&office.database).await?;
    table.row(
        "COPY into tables without an index",
        format!(
            "{copied:.0} rows a second; Penny's first reading is {:.2} of it",
            read.per_second() / copied
        ),
    );
    let inserted = baseline::one_insert_a_row(&office.database).await?;
    table.row(
        "one INSERT and one commit a row",
        format!(
            "{inserted:.0} rows a second; Penny's first reading is {:.1} times that",
            read.per_second() / inserted
        ),
    );
    office.close()?;
    println!("\nload average at the end: {}", load_average());
    Ok(())
}

impl Table {
    fn reading(&mut self, name: &str, read: &Reading) {
        self.row(
            name,
            format!(
                "{} rows, {} of them new or changed, in {:.2} s: {:.0} rows a second; {:.1} s of processor in Penny",
                read.rows,
                read.changed,
                read.seconds,
                read.per_second(),
                read.processor_seconds,
            ),
        );
    }

    fn memory(&mut self, read: &Reading) {
        let at: Vec<String> = read
            .memory
            .iter()
            .map(|(percent, megabytes)| format!("{megabytes:.0} MB at {percent} %"))
            .collect();
        self.row(
            "memory of Penny",
            format!("{}; {:.0} MB at its highest", at.join(", "), read.peak),
        );
    }
}
