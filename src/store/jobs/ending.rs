//! How work on a job ends: done, to be tried again, or dead.

use super::Lease;
use crate::base::ids::OrgId;
use crate::store::db::{Db, StoreError, StoreResult, column};
use crate::store::gather::{Gather, Pace};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// Ends jobs that are done; those that end at the same time share a statement.
#[derive(Debug, Clone)]
pub struct Ending {
    db: Db,
    ended: Gather<Ended, bool>,
}

#[derive(Debug, Clone)]
struct Ended {
    org: OrgId,
    kind: String,
    key: String,
    token: Uuid,
    nudges: i64,
}

impl Ending {
    pub fn start(db: &Db) -> Self {
        let shared = db.clone();
        let statement = move |ended: Arc<[Ended]>| {
            let db = shared.clone();
            async move { finish_all(&db, &ended).await }
        };
        Self {
            db: db.clone(),
            ended: Gather::start(Pace::at_once(1), statement),
        }
    }

    /// Ends a job that is done. False: it was nudged meanwhile, so there is more to do
    /// and the lease is still held.
    pub async fn finish(&self, lease: &mut Lease) -> StoreResult<bool> {
        let ended = Ended {
            org: lease.org,
            kind: lease.kind.clone(),
            key: lease.key.clone(),
            token: lease.token,
            nudges: lease.nudges,
        };
        if self.ended.ask(ended).await? {
            return Ok(true);
        }
        finish_one(&self.db, lease).await
    }
}

/// Ends those of the jobs that nobody else has a hand on: to wait for one of many rows while
/// holding others is how two wait for each other.
async fn finish_all(db: &Db, ended: &[Ended]) -> StoreResult<Vec<bool>> {
    let gone = sqlx::query_scalar!(
        r#"
        with done as (
            select job.org_id, job.kind, job.key
            from core.jobs as job
            join unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::int8[])
                as ended(org_id, kind, key, token, nudges)
                on (job.org_id, job.kind, job.key) = (ended.org_id, ended.kind, ended.key)
                and job.lease_token = ended.token and job.nudges = ended.nudges
            for update of job skip locked
        )
        delete from core.jobs as job using done
        where (job.org_id, job.kind, job.key) = (done.org_id, done.kind, done.key)
        returning job.lease_token as "token!"
        "#,
        &column(ended, |it| it.org.0),
        &column(ended, |it| it.kind.as_str()) as _,
        &column(ended, |it| it.key.as_str()) as _,
        &column(ended, |it| it.token),
        &column(ended, |it| it.nudges),
    )
    .fetch_all(db.repeatable())
    .await?;
    let gone: HashSet<Uuid> = gone.into_iter().collect();
    Ok(column(ended, |it| gone.contains(&it.token)))
}

/// The same for one, waiting for whoever has its row.
async fn finish_one(db: &Db, lease: &mut Lease) -> StoreResult<bool> {
    let deleted = sqlx::query!(
        "delete from core.jobs
         where org_id = $1 and kind = $2 and key = $3 and lease_token = $4 and nudges = $5",
        lease.org.0,
        lease.kind,
        lease.key,
        lease.token,
        lease.nudges,
    )
    .execute(db.repeatable())
    .await?
    .rows_affected();
    if deleted == 1 {
        return Ok(true);
    }
    reread_nudges(db, lease).await.map(|()| false)
}

async fn reread_nudges(db: &Db, lease: &mut Lease) -> StoreResult<()> {
    lease.nudges = sqlx::query_scalar!(
        "select nudges from core.jobs
         where org_id = $1 and kind = $2 and key = $3 and lease_token = $4",
        lease.org.0,
        lease.kind,
        lease.key,
        lease.token,
    )
    .fetch_optional(db.repeatable())
    .await?
    .ok_or(StoreError::Fenced)?;
    Ok(())
}

/// What becomes of a job that was not finished.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Return {
    /// Somebody else goes on at once; the attempt does not count (shutdown, hand-over).
    HandOver,
    /// Somebody takes it up after this many seconds; nothing has failed.
    Later(f64),
    /// Another try after this many seconds.
    After(f64),
    /// No more tries.
    Dead,
}

/// Gives the lease back. A lease that was lost meanwhile is not an error here.
pub async fn give_back(db: &Db, lease: Lease, how: Return, error: Option<&str>) -> StoreResult<()> {
    let (wait, counts, dead) = match how {
        Return::HandOver => (0.0, false, false),
        Return::Later(seconds) => (seconds, false, false),
        Return::After(seconds) => (seconds, true, false),
        Return::Dead => (0.0, true, true),
    };
    sqlx::query!(
        r#"
        update core.jobs
        set lease_token = null, lease_owner = null, lease_until = null,
            run_at = now() + make_interval(secs => $5),
            attempts = case when $6 then attempts else greatest(attempts - 1, 0) end,
            dead_at = case when $7 and nudges = $8 then now() end,
            last_error = coalesce($9, last_error)
        where org_id = $1 and kind = $2 and key = $3 and lease_token = $4
        "#,
        lease.org.0,
        lease.kind,
        lease.key,
        lease.token,
        wait,
        counts,
        dead,
        lease.nudges,
        error,
    )
    .execute(db.repeatable())
    .await?;
    Ok(())
}

/// Deletes what was given up so many days ago, a bounded number at a time; returns how many.
pub async fn delete_dead(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.jobs where ctid = any(array(
            select ctid from core.jobs
            where dead_at < now() - make_interval(days => greatest($1, 1)) limit $2))",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
