//! The embedded Postgres as the bench sees it: filled, slowed down, and taken away.

use super::penny::signal;
use super::report::Measured;
use penny::store::embedded::{EmbeddedPostgres, Options};
use penny::store::migrate;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use std::time::Duration;

pub struct Database {
    server: EmbeddedPostgres,
    pub pool: PgPool,
}

impl Database {
    /// A durable server: every commit waits for the disk.
    pub async fn start() -> Measured<Self> {
        let options = Options {
            name: "bench".to_owned(),
            durable: true,
        };
        let server = EmbeddedPostgres::start(&options, &|step| eprintln!("{step}"))?;
        migrate::run(server.url(), Duration::from_secs(60), &|_| {}).await?;
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .connect(server.url().expose())
            .await?;
        let database = Self { server, pool };
        database.clear().await?;
        Ok(database)
    }

    pub fn url(&self) -> &str {
        self.server.url().expose()
    }

    pub async fn execute(&self, sql: &str) -> Measured<()> {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub async fn number(&self, sql: &str) -> Measured<i64> {
        Ok(sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_one(&self.pool)
            .await?)
    }

    pub async fn text(&self, sql: &str) -> Measured<String> {
        Ok(sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_one(&self.pool)
            .await?)
    }

    /// Forgets all conversations; the workspace stays installed.
    pub async fn clear(&self) -> Measured<()> {
        self.execute(
            "truncate core.inbox, core.jobs, core.entries, core.feedback, core.questions, core.turns,
                 core.conversations, core.outbox, core.schedules, core.schedule_runs,
                 core.bundles;
             drop table if exists baseline;
             create table baseline (id bigint generated always as identity, body text not null)",
        )
        .await
    }

    /// Of those that the bench asked for. The others are passed over in the index: counting them
    /// again and again would take the processor from what is measured.
    pub async fn turns_done(&self) -> Measured<i64> {
        self.number(
            "select count(*) from core.turns where state = 'done'
             and org_id = (select org_id from core.installations limit 1)
             and (asked_by < 'U0OLD' or asked_by > 'U0OLD')",
        )
        .await
    }

    /// As many conversations, each with a finished turn, as if they had been had over a year.
    pub async fn fill(&self, conversations: usize) -> Measured<()> {
        self.execute(&format!(
            "insert into core.conversations (org_id, conversation_id, workspace_id, channel_id, thread_ts, last_active_at)
             select org_id, gen_random_uuid(), workspace_id, 'C0OLD' || n % 500, '1700000000.' || n, now() - n * interval '5 minutes'
             from core.installations, generate_series(1, {conversations}) as n;
             insert into core.turns (org_id, turn_id, conversation_id, state, asked_by, asked_ts, trace_id, started_at, ended_at)
             select org_id, gen_random_uuid(), conversation_id, 'done', 'U0OLD', thread_ts, '', last_active_at, last_active_at
             from core.conversations where channel_id like 'C0OLD%';
             insert into core.entries (org_id, conversation_id, seq, turn_id, kind, body)
             select org_id, conversation_id, seq, turn_id, 'reply', '{{}}'
             from core.turns, generate_series(1, 3) as seq where asked_by = 'U0OLD';
             insert into core.inbox (org_id, kind, event_key, message_key, workspace_id, channel_id, thread_ts, ts, user_id,
                 payload, trace_id, received_at, taken_at)
             select org_id, 'message', 'e:old' || thread_ts, channel_id || ':' || thread_ts, workspace_id, channel_id, thread_ts,
                 thread_ts, 'U0OLD', repeat('x', 700), '', last_active_at, last_active_at
             from core.conversations where channel_id like 'C0OLD%';
             analyze core.conversations, core.turns, core.entries, core.inbox"
        ))
        .await?;
        // A year's worth of rows in one go leaves work behind that a year would not.
        self.execute("vacuum core.conversations, core.turns, core.entries, core.inbox")
            .await?;
        self.execute("checkpoint").await?;
        std::process::Command::new("sync").status()?;
        Ok(())
    }

    /// Adds this to every commit, as a slower disk would.
    pub async fn slow_down(&self, microseconds: u32) -> Measured<()> {
        // Not together: neither may stand in a transaction with anything else.
        for sql in [
            format!("alter system set commit_delay = {microseconds}"),
            "alter system set commit_siblings = 0".to_owned(),
            "select pg_reload_conf()".to_owned(),
        ] {
            self.execute(&sql).await?;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(())
    }

    /// Every process of the server, for `signal`.
    async fn processes(&self) -> Measured<Vec<u32>> {
        let folder = self.text("show data_directory").await?;
        let status = std::fs::read_to_string(format!("{folder}/postmaster.pid"))?;
        let first: u32 = status.lines().next().unwrap_or_default().parse()?;
        let rows: Vec<i32> = sqlx::query_scalar("select pid from pg_stat_activity")
            .fetch_all(&self.pool)
            .await?;
        Ok(std::iter::once(first)
            .chain(rows.into_iter().flat_map(u32::try_from))
            .collect())
    }

    /// Stops answering, without closing a connection: the worst way of being away.
    pub async fn freeze(&self) -> Measured<Frozen> {
        let processes = self.processes().await?;
        signal("STOP", &processes)?;
        Ok(Frozen(processes))
    }
}

pub struct Frozen(Vec<u32>);

/// Thaws when it goes, also when a measurement fails in between.
impl Drop for Frozen {
    fn drop(&mut self) {
        let _ = signal("CONT", &self.0);
    }
}
