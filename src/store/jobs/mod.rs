//! The queue's rows: nudges, leases with a fencing token, retries and the dead.
//! Work spans organisations here, so it runs on a pool for that; a server that dies may forget who
//! took which job and which was done, and what was is then found done by whoever takes it again.

mod ending;
mod given_up;

pub use ending::{Ending, Return, delete_dead, give_back};
pub use given_up::{GivenUp, given_up, retry};

use super::db::{Db, OrgTx, StoreError, StoreResult};
use crate::base::ids::OrgId;
use crate::base::telemetry::TraceId;
use uuid::Uuid;

/// How long a lease lives without a heartbeat. With the sweep every second, work of a killed
/// process goes on elsewhere within ten seconds.
pub const LEASE_SECONDS: f64 = 8.0;

/// The exclusive right to work on a job. It is made by [`claim`] alone and is not `Clone`:
/// whoever holds it is the one who may write, as long as the token in the row is this one.
#[derive(Debug, PartialEq, Eq)]
pub struct Lease {
    pub org: OrgId,
    pub kind: String,
    pub key: String,
    pub trace: TraceId,
    /// 1 for the first attempt since work on this job last made progress.
    pub attempts: i32,
    token: Uuid,
    nudges: i64,
}

impl Lease {
    pub fn token(&self) -> Uuid {
        self.token
    }

    /// What is needed to check that the lease is still held, for work that outlives a borrow.
    pub fn fence(&self) -> Fence {
        Fence {
            org: self.org,
            kind: self.kind.clone(),
            key: self.key.clone(),
            token: self.token,
        }
    }
}

/// Proof of which lease a write belongs to. It can be checked, but not finished or given back.
#[derive(Debug, Clone)]
pub struct Fence {
    pub org: OrgId,
    kind: String,
    key: String,
    token: Uuid,
}

impl Fence {
    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn token(&self) -> Uuid {
        self.token
    }
}

/// Which jobs are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// First those that somebody waits for, then those that can wait.
    Any,
    /// Those that somebody waits for, and no others.
    Urgent,
}

/// Takes up to `limit` jobs of the given kinds that are due, of each sort those that have waited
/// longest.
pub async fn claim(
    db: &Db,
    owner: Uuid,
    kinds: &[String],
    limit: i64,
    take: Take,
) -> StoreResult<Vec<Lease>> {
    let sorts: &[bool] = match take {
        Take::Any => &[false, true],
        Take::Urgent => &[false],
    };
    let rows = sqlx::query!(
        r#"
        update core.jobs as job
        set lease_token = gen_random_uuid(),
            lease_owner = $1,
            lease_until = now() + make_interval(secs => $4),
            attempts = attempts + 1,
            trace_id = case trace_id when '' then replace(gen_random_uuid()::text, '-', '') else trace_id end
        from (
            select due.* from unnest($2::text[]) as wanted(kind)
            cross join unnest($5::bool[]) as sort(can_wait)
            cross join lateral (
                select org_id, kind, key, can_wait, run_at from core.jobs
                where kind = wanted.kind and can_wait = sort.can_wait
                    and run_at <= now() and lease_token is null and dead_at is null
                order by run_at
                limit $3
                for update skip locked
            ) as due
            order by due.can_wait, due.run_at
            limit $3
        ) as due
        where (job.org_id, job.kind, job.key) = (due.org_id, due.kind, due.key)
        returning job.org_id, job.kind, job.key, job.trace_id, job.attempts, job.nudges,
            job.lease_token as "token!"
        "#,
        owner,
        kinds,
        limit,
        LEASE_SECONDS,
        sorts,
    )
    .fetch_all(db.repeatable())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Lease {
            org: OrgId(row.org_id),
            kind: row.kind,
            key: row.key,
            trace: row.trace_id.parse().unwrap_or_else(|_| TraceId::fresh()),
            attempts: row.attempts,
            token: row.token,
            nudges: row.nudges,
        })
        .collect())
}

/// Renews the leases that this process still holds and returns their tokens; a token that is
/// missing from the answer was lost to somebody else. In the order in which a batch of deliveries
/// takes its jobs, so that the two never wait for each other.
pub async fn renew(db: &Db, owner: Uuid, tokens: &[Uuid]) -> StoreResult<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        r#"
        with held as (
            select org_id, kind, key from core.jobs
            where lease_owner = $1 and lease_token = any($2)
            order by org_id, kind, key for update
        )
        update core.jobs as job set lease_until = now() + make_interval(secs => $3)
        from held where (job.org_id, job.kind, job.key) = (held.org_id, held.kind, held.key)
        returning lease_token as "token!"
        "#,
        owner,
        tokens,
        LEASE_SECONDS,
    )
    .fetch_all(db.repeatable())
    .await?)
}

/// Makes the jobs of processes that stopped renewing available again; returns how many.
pub async fn sweep_expired(db: &Db) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "update core.jobs set lease_token = null, lease_owner = null, lease_until = null, run_at = now()
         where lease_token is not null and lease_until < now()"
    )
    .execute(db.repeatable())
    .await?
    .rows_affected())
}

/// Fails unless the lease is still held, and keeps it from changing hands until `tx` ends.
pub async fn hold(tx: &mut OrgTx, lease: &Fence) -> StoreResult<()> {
    tx.reaches_jobs();
    sqlx::query_scalar!(
        r#"select 1 as "held!" from core.jobs
           where org_id = $1 and kind = $2 and key = $3 and lease_token = $4 for share"#,
        lease.org.0,
        lease.kind,
        lease.key,
        lease.token,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|_: i32| ())
    .ok_or(StoreError::Fenced)
}

/// Says that work got on, under the lease, so that its attempts begin anew.
pub async fn progress(tx: &mut OrgTx, lease: &Fence) -> StoreResult<()> {
    tx.reaches_jobs();
    let held = sqlx::query!(
        "update core.jobs set attempts = 1
         where org_id = $1 and kind = $2 and key = $3 and lease_token = $4",
        lease.org.0,
        lease.kind,
        lease.key,
        lease.token,
    )
    .execute(tx.connection())
    .await?;
    match held.rows_affected() {
        0 => Err(StoreError::Fenced),
        _ => Ok(()),
    }
}

/// Asks for work on (kind, key) after all that somebody waits for: now, or in a few seconds, so that
/// who else asks meanwhile asks for the same. Work that failed keeps the pause that it was given.
pub async fn nudge_soon(tx: &mut OrgTx, kind: &str, key: &str, seconds: f64) -> StoreResult<()> {
    if seconds > 0.0 {
        tx.reaches_jobs();
    } else {
        tx.asks_for_work();
    }
    sqlx::query!(
        r#"
        insert into core.jobs (org_id, kind, key, can_wait, run_at)
        values ($1, $2, $3, true, now() + make_interval(secs => $4))
        on conflict (org_id, kind, key) do update
        set nudges = core.jobs.nudges + 1,
            run_at = case
                when core.jobs.dead_at is not null then excluded.run_at
                when core.jobs.attempts > 0 then core.jobs.run_at
                else least(core.jobs.run_at, excluded.run_at) end,
            attempts = case when core.jobs.dead_at is null then core.jobs.attempts else 0 end,
            dead_at = null
        "#,
        tx.org().0,
        kind,
        key,
        seconds,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Asks for work on (kind, key); many askers make one job.
pub async fn nudge(tx: &mut OrgTx, kind: &str, key: &str) -> StoreResult<()> {
    tx.asks_for_work();
    sqlx::query!(
        r#"
        insert into core.jobs (org_id, kind, key) values ($1, $2, $3)
        on conflict (org_id, kind, key) do update
        set nudges = core.jobs.nudges + 1,
            run_at = least(core.jobs.run_at, excluded.run_at),
            can_wait = false,
            attempts = case when core.jobs.dead_at is null then core.jobs.attempts else 0 end,
            dead_at = null
        "#,
        tx.org().0,
        kind,
        key,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// How much waits, and how long the oldest has waited, for the metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct Backlog {
    pub kind: String,
    pub ready: i64,
    pub running: i64,
    pub dead: i64,
    pub oldest_seconds: f64,
}

pub async fn backlog(db: &Db) -> StoreResult<Vec<Backlog>> {
    Ok(sqlx::query_as!(
        Backlog,
        r#"
        select kind as "kind!",
            count(*) filter (where lease_token is null and dead_at is null and run_at <= now()) as "ready!",
            count(*) filter (where lease_token is not null) as "running!",
            count(*) filter (where dead_at is not null) as "dead!",
            coalesce(extract(epoch from now() - min(run_at)
                filter (where lease_token is null and dead_at is null and run_at <= now())), 0)::float8
                as "oldest_seconds!"
        from (
            select kind, lease_token, dead_at, run_at from core.jobs
            union all
            select unnest(kinds), null, null, bundled_at from core.bundles
        ) as work
        group by kind order by kind
        "#
    )
    .fetch_all(db.system())
    .await?)
}

/// How the work of one organisation is doing, for its administrators.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Health {
    pub ready: i64,
    pub running: i64,
    pub dead: i64,
    pub oldest_seconds: f64,
}

pub async fn health(tx: &mut OrgTx) -> StoreResult<Health> {
    Ok(sqlx::query_as!(
        Health,
        r#"
        select
            count(*) filter (where lease_token is null and dead_at is null and run_at <= now()) as "ready!",
            count(*) filter (where lease_token is not null) as "running!",
            count(*) filter (where dead_at is not null) as "dead!",
            coalesce(extract(epoch from now() - min(run_at)
                filter (where lease_token is null and dead_at is null and run_at <= now())), 0)::float8
                as "oldest_seconds!"
        from core.jobs where org_id = $1
        "#,
        tx.org().0,
    )
    .fetch_one(tx.connection())
    .await?)
}
