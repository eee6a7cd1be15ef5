//! What is due, over all organisations: claimed and turned into runs in one transaction, so that
//! a slot has one run however many processes look at it, and a process that dies in between
//! leaves the slot to the next.

use super::{BEGIN, CatchUp, LOST_AFTER_HOURS};
use crate::base::ids::{OrgId, ScheduleId, ScheduleRunId};
use crate::store::db::{Db, StoreResult, column};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Postgres, Transaction};

/// Schedules that are due, kept from every other process until this is fired or dropped.
#[derive(Debug)]
pub struct Claim {
    pub due: Vec<Due>,
    tx: Transaction<'static, Postgres>,
}

#[derive(Debug, Clone)]
pub struct Due {
    pub org: OrgId,
    pub id: ScheduleId,
    pub rule: Value,
    pub catch_up: CatchUp,
    /// The first slot that has no run yet.
    pub since: DateTime<Utc>,
}

/// What shall become of a schedule that was due.
#[derive(Debug, Clone, PartialEq)]
pub struct Firing {
    pub org: OrgId,
    pub id: ScheduleId,
    /// In order; each becomes a run.
    pub slots: Vec<Slot>,
    /// None: it is over.
    pub next_run_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub at: DateTime<Utc>,
    pub is_late: bool,
    /// It waits for the run before it instead of being left out.
    pub may_wait: bool,
}

/// Takes up to `limit` schedules that are due, over all organisations: whoever looks first does
/// the work of all.
pub async fn claim_due(db: &Db, now: DateTime<Utc>, limit: i64) -> StoreResult<Claim> {
    let mut tx = db.system().begin().await?;
    let rows = sqlx::query!(
        r#"select org_id, schedule_id, rule, catch_up, next_run_at as "next_run_at!"
           from core.schedules where next_run_at <= $1
           order by next_run_at limit $2 for update skip locked"#,
        now,
        limit,
    )
    .fetch_all(&mut *tx)
    .await?;
    let due = rows.into_iter().map(|row| Due {
        org: OrgId(row.org_id),
        id: ScheduleId(row.schedule_id),
        rule: row.rule,
        catch_up: CatchUp::parse(&row.catch_up).unwrap_or_default(),
        since: row.next_run_at,
    });
    Ok(Claim {
        due: due.collect(),
        tx,
    })
}

impl Claim {
    /// Makes the runs and the jobs that begin them, and says when each schedule is due next.
    /// A slot whose forerunner still runs is left out, unless it may wait. Returns how many runs
    /// there are to begin.
    pub async fn fire(mut self, firings: &[Firing]) -> StoreResult<u64> {
        let slots: Vec<(&Firing, &Slot)> = firings
            .iter()
            .flat_map(|firing| firing.slots.iter().map(move |slot| (firing, slot)))
            .collect();
        let begun = sqlx::query_scalar!(
            r#"
            with made as (
                insert into core.schedule_runs (org_id, run_id, schedule_id, slot, is_late, state, ended_at)
                select s.org_id, s.run_id, s.schedule_id, s.slot, s.is_late,
                    case when busy then 'skipped' else 'due' end, case when busy then now() end
                from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::bool[], $6::bool[])
                    as s(org_id, run_id, schedule_id, slot, is_late, may_wait),
                lateral (select not s.may_wait and exists (select from core.schedule_runs as r
                    where r.org_id = s.org_id and r.schedule_id = s.schedule_id
                        and r.state in ('due', 'running')
                        and (r.state = 'due' or coalesce(r.begun_at, r.created_at)
                            > now() - make_interval(hours => $8)))) as is_(busy)
                on conflict (org_id, schedule_id, slot) do nothing
                returning org_id, schedule_id, state
            ), nudged as (
                insert into core.jobs (org_id, kind, key, can_wait)
                select distinct org_id, $7, schedule_id::text, true from made where state = 'due'
                on conflict (org_id, kind, key) do update
                set nudges = core.jobs.nudges + 1, run_at = least(core.jobs.run_at, now()),
                    attempts = case when core.jobs.dead_at is null then core.jobs.attempts else 0 end,
                    dead_at = null
            )
            select count(*) as "begun!" from made where state = 'due'
            "#,
            &column(&slots, |(firing, _)| firing.org.0),
            &column(&slots, |_| ScheduleRunId::fresh().0),
            &column(&slots, |(firing, _)| firing.id.0),
            &column(&slots, |(_, slot)| slot.at),
            &column(&slots, |(_, slot)| slot.is_late),
            &column(&slots, |(_, slot)| slot.may_wait),
            BEGIN,
            LOST_AFTER_HOURS,
        )
        .fetch_one(&mut *self.tx)
        .await?;
        sqlx::query!(
            "update core.schedules as s
             set next_run_at = f.next, state = case when f.next is null then 'over' else s.state end
             from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as f(org_id, schedule_id, next)
             where s.org_id = f.org_id and s.schedule_id = f.schedule_id",
            &column(firings, |firing| firing.org.0),
            &column(firings, |firing| firing.id.0),
            &column(firings, |firing| firing.next_run_at) as _,
        )
        .execute(&mut *self.tx)
        .await?;
        self.tx.commit().await?;
        Ok(begun.unsigned_abs())
    }
}
