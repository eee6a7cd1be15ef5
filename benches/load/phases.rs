//! The measurements, one function each.

use crate::database::Database;
use crate::penny::Penny;
use crate::sender::{Acks, Connection, Times, flood, mentions, pace};
use crate::stand_in::StandIn;
use crate::{Measured, Table, baseline};
use std::time::{Duration, Instant};

pub const CONNECTIONS: usize = 64;
const FLOOD: Duration = Duration::from_secs(5);
/// More than any of the servers gets through in that time.
const FLOOD_REQUESTS: usize = 400_000;

pub struct Bench {
    pub database: Database,
    pub stand_in: StandIn,
    pub stand_in_port: u16,
}

impl Bench {
    pub async fn penny(&self, roles: &str) -> Measured<Penny> {
        let penny = Penny::start(self.database.url(), self.stand_in_port, roles).await?;
        // The workspace is known as soon as the stand-in was asked whose token it is.
        let mut connection = Connection::open(penny.port).await?;
        let hello = mentions(
            "HELLO",
            std::process::id() as usize % 1000 + penny.port as usize * 1000,
            1,
            1,
        );
        while connection.send(&hello[0]).await? != 200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if roles.contains("worker") {
            self.until_done(1).await?;
        }
        Ok(penny)
    }

    async fn until_done(&self, turns: i64) -> Measured<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.database.turns_done().await? < turns {
            if Instant::now() > deadline {
                let done = self.database.turns_done().await?;
                return Err(format!("{done} of {turns} turns are done after a minute").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Many mentions at once: how soon each person sees something, and how long all of it takes.
    pub async fn burst(&self, table: &mut Table) -> Measured<()> {
        const MENTIONS: usize = 300;
        self.database.clear().await?;
        let penny = self.penny("web,worker").await?;
        let (idle, _) = penny.memory()?;
        self.stand_in.forget();
        let load = mentions("BURST", 0, MENTIONS, 50);
        let begun = Instant::now();
        let acks = flood(penny.port, load.clone(), 50, Duration::from_secs(60)).await?;
        self.until_done(MENTIONS as i64 + 1).await?;
        let (first, took, calls) = self.stand_in.look(|seen| {
            let first: Vec<Duration> = load
                .iter()
                .filter_map(|mention| Some(*seen.first_message.get(&mention.thread)? - begun))
                .collect();
            let took = seen
                .last_message
                .map_or(f64::NAN, |last| (last - begun).as_secs_f64());
            (Times::of(first), took, seen.calls.clone())
        });
        let (now, highest) = penny.memory()?;
        table.heading("300 mentions at once over 50 channels, instant model and Slack");
        table.row(
            "acknowledged",
            format!(
                "{} of {MENTIONS}, p99 {:.1} ms",
                acks.times.len(),
                acks.times.percentile(99)
            ),
        );
        table.row("answered", format!("{} of {MENTIONS}", first.len()));
        table.row(
            "first visible post",
            format!(
                "p50 {:.0} ms, p99 {:.0} ms",
                first.percentile(50),
                first.percentile(99)
            ),
        );
        table.row(
            "turns",
            format!(
                "{:.0} a second ({took:.2} s in all)",
                MENTIONS as f64 / took
            ),
        );
        table.row(
            "memory of the process",
            format!("{idle:.0} MB idle, {now:.0} MB after, {highest:.0} MB at most"),
        );
        table.row("calls of Slack", format!("{calls:?}"));
        penny.end()
    }

    /// Signed events as fast as they are acknowledged, beside servers that do less.
    pub async fn acknowledgements(&self, table: &mut Table) -> Measured<()> {
        table.heading("Acknowledged events, 64 connections");
        let nothing = baseline::nothing_stored().await?;
        let nothing = flood(
            nothing,
            mentions("NONE", 0, FLOOD_REQUESTS, 50),
            CONNECTIONS,
            FLOOD,
        )
        .await?;
        table.acks("baseline: unsigned, stores nothing", &nothing, None);
        let single = baseline::one_insert_a_request(self.database.pool.clone()).await?;
        let single = flood(
            single,
            mentions("ONE", 0, FLOOD_REQUESTS, 50),
            CONNECTIONS,
            FLOOD,
        )
        .await?;
        table.acks("baseline: unsigned, one insert a request", &single, None);
        for (roles, series) in [("web", "WEB"), ("web,worker", "BOTH")] {
            self.database.clear().await?;
            let penny = self.penny(roles).await?;
            let acks = flood(
                penny.port,
                mentions(series, 0, FLOOD_REQUESTS, 50),
                CONNECTIONS,
                FLOOD,
            )
            .await?;
            table.acks(&format!("penny --role {roles}"), &acks, Some(&single));
            drop(penny);
        }
        Ok(())
    }

    pub async fn slow_disk(&self, table: &mut Table) -> Measured<()> {
        self.database.clear().await?;
        let penny = self.penny("web").await?;
        self.database.slow_down(5000).await?;
        let acks = pace(
            penny.port,
            mentions("SLOW", 0, 2048, 50),
            CONNECTIONS,
            500.0,
        )
        .await;
        self.database.slow_down(0).await?;
        table.heading("500 events a second, 5 ms added to every commit");
        table.acks("penny --role web", &acks?, None);
        penny.end()
    }

    /// Postgres stops answering; afterwards it goes on.
    pub async fn away(&self, table: &mut Table) -> Measured<()> {
        self.database.clear().await?;
        let penny = self.penny("web").await?;
        let load = mentions("AWAY", 0, 4096, 50);
        let mut connection = Connection::open(penny.port).await?;
        let frozen = self.database.freeze().await?;
        let mut refusals = Vec::new();
        for mention in &load[..3] {
            let sent = Instant::now();
            if connection.send(mention).await? == 503 {
                refusals.push(sent.elapsed());
            }
        }
        drop(frozen);
        let back = Instant::now();
        for mention in &load[3..] {
            if connection.send(mention).await? == 200 {
                break;
            }
        }
        let refusals = Times::of(refusals);
        table.heading("Postgres stops answering");
        table.row(
            "refused with 503",
            format!(
                "{} of 3, the slowest after {:.0} ms",
                refusals.len(),
                refusals.percentile(99)
            ),
        );
        table.row(
            "first acknowledgement once it is back",
            format!("after {:.0} ms", back.elapsed().as_secs_f64() * 1e3),
        );
        penny.end()
    }

    /// One mention at a time, and whether a long history makes each dearer.
    pub async fn one_at_a_time(&self, table: &mut Table) -> Measured<()> {
        self.database.clear().await?;
        table.heading("One mention at a time");
        self.idle_turns(table, "10 stored conversations", "FEW", 10)
            .await?;
        self.idle_turns(table, "100,000 stored conversations", "MANY", 99_900)
            .await
    }

    async fn idle_turns(
        &self,
        table: &mut Table,
        name: &str,
        series: &str,
        more: usize,
    ) -> Measured<()> {
        const TURNS: usize = 100;
        self.database.clear().await?;
        self.database.fill(more).await?;
        let penny = self.penny("web,worker").await?;
        let mut connection = Connection::open(penny.port).await?;
        let before = self.database.turns_done().await?;
        let (mut first_calls, mut turns) = (Vec::new(), Vec::new());
        let mut ticks = 0;
        for (number, mention) in mentions(series, 0, TURNS, 50).iter().enumerate() {
            // The first ones warm the caches, as the first morning does.
            if number == 10 {
                ticks = penny.processor_ticks()?;
            }
            self.stand_in.forget();
            let sent = Instant::now();
            connection.send(mention).await?;
            self.until_done(before + number as i64 + 1).await?;
            if number >= 10 {
                let (first, last) = self
                    .stand_in
                    .look(|seen| (seen.first_call, seen.last_message));
                first_calls.extend(first.map(|at| at - sent));
                turns.extend(last.map(|at| at - sent));
            }
        }
        let ticks = penny.processor_ticks()? - ticks;
        let (first_calls, turns) = (Times::of(first_calls), Times::of(turns));
        table.row(
            name,
            format!(
                "first Slack call p50 {:.1} ms, p99 {:.1} ms; answer complete p50 {:.1} ms; {:.1} ms of processor a turn",
                first_calls.percentile(50),
                first_calls.percentile(99),
                turns.percentile(50),
                ticks as f64 * 10.0 / (TURNS - 10) as f64,
            ),
        );
        penny.end()
    }
}

impl Table {
    fn acks(&mut self, name: &str, acks: &Acks, against: Option<&Acks>) {
        let ratio = against.map_or(String::new(), |single| {
            format!(
                " = {:.2} × one insert a request",
                acks.per_second() / single.per_second()
            )
        });
        let refused = if acks.refused == 0 {
            String::new()
        } else {
            format!(", {} refused", acks.refused)
        };
        self.row(
            name,
            format!(
                "{:.0} a second{ratio}, p50 {:.2} ms, p99 {:.2} ms{refused}",
                acks.per_second(),
                acks.times.percentile(50),
                acks.times.percentile(99)
            ),
        );
    }
}
