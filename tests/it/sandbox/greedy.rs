//! No query takes much memory or time, whether the guard refuses it or the server ends it. What
//! a query's backend takes is read from the operating system while it runs.

use super::results::no_session_is_left;
use super::world::{World, in_private, queries};
use penny::store::sandbox::Limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const GREEDY: &str = include_str!("../../data/greedy_sql.txt");
const MODEST_MIB: u64 = 128;
const DEADLINE: Duration = Duration::from_millis(500);
/// What a query may take beyond its deadline to be ended.
const GRACE: Duration = Duration::from_secs(3);

/// The memory that the query's backends hold of their own, in MiB, at its highest.
#[derive(Clone, Default)]
struct Peak {
    mib: Arc<AtomicU64>,
    enough: Arc<AtomicBool>,
}

impl Peak {
    async fn watch(self, url: String) {
        let mut admin = <sqlx::PgConnection as sqlx::Connection>::connect(&url)
            .await
            .unwrap();
        while !self.enough.load(Ordering::Relaxed) {
            let pids: Vec<i32> = sqlx::query_scalar(
                "select pid from pg_stat_activity
                 where datname = current_database() and application_name = 'penny query'",
            )
            .fetch_all(&mut admin)
            .await
            .unwrap();
            for pid in pids {
                self.mib.fetch_max(own_memory(pid), Ordering::Relaxed);
            }
        }
    }
}

/// Nothing where the system does not tell, or the process is gone.
fn own_memory(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_greedy_query_takes_much_memory_or_time() {
    let mut world = World::with_limits(Limits {
        deadline: DEADLINE,
        ..Limits::default()
    })
    .await;
    let org = world.org("Alpha").await;
    let ann = world.person(org, "Ann").await;
    let viewer = in_private(org, ann);
    world.run(&viewer, "select 1").await.unwrap();
    let peak = Peak::default();
    let watching = tokio::spawn(peak.clone().watch(world.database.url().expose().to_owned()));
    for (about, sql) in queries(GREEDY) {
        peak.mib.store(0, Ordering::Relaxed);
        let begun = Instant::now();
        if let Err(error) = world.run(&viewer, sql).await {
            assert!(error.is_for_model(), "{about}: {error:?}");
        }
        no_session_is_left(&mut world).await;
        let (took, mib) = (begun.elapsed(), peak.mib.load(Ordering::Relaxed));
        assert!(took < DEADLINE + GRACE, "{about} took {took:?}");
        assert!(mib < MODEST_MIB, "{about} took {mib} MiB");
    }
    peak.enough.store(true, Ordering::Relaxed);
    watching.await.unwrap();
}
