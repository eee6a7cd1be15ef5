//! What a run needs to begin, and that it has begun. At nine o’clock thousands begin at once, in
//! every organisation, so those that begin at the same time share their statements.

use super::{LOST_AFTER_HOURS, Row, Run, Schedule};
use crate::base::ids::{ChannelId, OrgId, ScheduleId, ScheduleRunId, Ts};
use crate::store::db::{Db, StoreResult, column};
use crate::store::gather::{Gather, Pace};
use crate::store::inbox::{self, Delivery};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A run that is to begin now.
#[derive(Debug)]
pub struct Beginning {
    pub schedule: Schedule,
    pub run: Run,
    /// When the schedule last answered before.
    pub before: Option<DateTime<Utc>>,
}

/// A run that stands in Slack, with what is asked there.
#[derive(Debug, Clone)]
pub struct Begun {
    pub org: OrgId,
    pub run: ScheduleRunId,
    pub channel: ChannelId,
    pub root: Ts,
    /// Somebody asked for it and looks on.
    pub is_manual: bool,
    pub asked: Delivery,
}

#[derive(Debug, Clone)]
pub struct Beginnings {
    due: Gather<(OrgId, ScheduleId), Option<Beginning>>,
    begun: Gather<Begun, ()>,
}

impl Beginnings {
    pub fn start(db: &Db) -> Self {
        let (reading, writing) = (db.clone(), db.clone());
        Self {
            due: Gather::start(Pace::at_once(1), move |asked: Arc<[_]>| {
                let db = reading.clone();
                async move { all_due(&db, &asked).await }
            }),
            begun: Gather::start(Pace::at_once(1), move |begun: Arc<[_]>| {
                let db = writing.clone();
                async move { all_begun(&db, &begun).await }
            }),
        }
    }

    /// The run of a schedule that is to begin now: the oldest that is due, unless one is running.
    /// One that has been running for half a day is taken for lost.
    pub async fn due(&self, org: OrgId, schedule: ScheduleId) -> StoreResult<Option<Beginning>> {
        self.due.ask((org, schedule)).await
    }

    /// A run's turn is known by its place, so it stands there when what is asked does. Whoever
    /// calls this tells the workers. All of it is done again if the server dies, and nothing is
    /// posted or asked twice.
    pub async fn begun(&self, begun: Begun) -> StoreResult<()> {
        self.begun.ask(begun).await
    }
}

async fn all_due(db: &Db, asked: &[(OrgId, ScheduleId)]) -> StoreResult<Vec<Option<Beginning>>> {
    let orgs = column(asked, |(org, _)| org.0);
    let ids = column(asked, |(_, id)| id.0);
    let schedules = sqlx::query_as!(
        Row,
        "select schedule_id, workspace_id, channel_id, owner_user, asked_by, replaces, question, said, rule, catch_up,
             budget_micros, model, state, next_run_at, failures, empties, digest
         from core.schedules
         where (org_id, schedule_id) in (select * from unnest($1::uuid[], $2::uuid[]))",
        &orgs,
        &ids,
    )
    .fetch_all(db.repeatable())
    .await?;
    let mut runs = due_runs(db, &orgs, &ids).await?;
    let mut due = HashMap::new();
    for row in schedules {
        if let Some((run, before)) = runs.remove(&ScheduleId(row.schedule_id)) {
            let schedule = Schedule::try_from(row)?;
            let beginning = (
                schedule.id,
                Beginning {
                    schedule,
                    run,
                    before,
                },
            );
            due.extend([beginning]);
        }
    }
    Ok(asked.iter().map(|(_, id)| due.remove(id)).collect())
}

/// The oldest run that is due of each schedule of which none is running, and when the schedule
/// last answered before it.
async fn due_runs(
    db: &Db,
    orgs: &[Uuid],
    ids: &[Uuid],
) -> StoreResult<HashMap<ScheduleId, (Run, Option<DateTime<Utc>>)>> {
    let rows = sqlx::query!(
        "select run.run_id, run.schedule_id, run.slot, run.is_manual, run.is_late, run.state,
             run.channel_id, run.root_ts, run.cost_micros, run.trouble,
             (select max(slot) from core.schedule_runs as earlier
              where earlier.org_id = run.org_id and earlier.schedule_id = run.schedule_id
                  and earlier.slot < run.slot and earlier.state in ('done', 'empty')) as before
         from unnest($1::uuid[], $2::uuid[]) as asked(org_id, schedule_id)
         cross join lateral (
             select * from core.schedule_runs as due
             where due.org_id = asked.org_id and due.schedule_id = asked.schedule_id
                 and due.state = 'due'
             order by due.slot limit 1) as run
         where not exists (
             select from core.schedule_runs as busy
             where busy.org_id = asked.org_id and busy.schedule_id = asked.schedule_id
                 and busy.state = 'running'
                 and coalesce(busy.begun_at, busy.created_at) > now() - make_interval(hours => $3))",
        orgs,
        ids,
        LOST_AFTER_HOURS,
    )
    .fetch_all(db.repeatable())
    .await?;
    let runs = rows.into_iter().map(|row| {
        let run = Run {
            id: ScheduleRunId(row.run_id),
            schedule: ScheduleId(row.schedule_id),
            slot: row.slot,
            is_manual: row.is_manual,
            is_late: row.is_late,
            state: row.state,
            channel: row.channel_id.map(ChannelId),
            root: row.root_ts.map(Ts),
            cost_micros: row.cost_micros,
            trouble: row.trouble,
        };
        (run.schedule, (run, row.before))
    });
    Ok(runs.collect())
}

async fn all_begun(db: &Db, begun: &[Begun]) -> StoreResult<Vec<()>> {
    let mut tx = db.repeatable().begin().await?;
    // A run that is over by then stays so.
    sqlx::query!(
        "update core.schedule_runs as r
         set channel_id = begun.channel_id, root_ts = begun.root_ts,
             state = case when r.state = 'due' then 'running' else r.state end,
             begun_at = coalesce(r.begun_at, now())
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
             as begun(org_id, run_id, channel_id, root_ts)
         where r.org_id = begun.org_id and r.run_id = begun.run_id",
        &column(begun, |it| it.org.0),
        &column(begun, |it| it.run.0),
        &column(begun, |it| it.channel.as_str()) as _,
        &column(begun, |it| it.root.as_str()) as _,
    )
    .execute(&mut *tx)
    .await?;
    for is_manual in [true, false] {
        let asked = begun.iter().filter(|it| it.is_manual == is_manual);
        inbox::store_with(&mut *tx, asked.map(|it| &it.asked), !is_manual).await?;
    }
    tx.commit().await?;
    Ok(vec![(); begun.len()])
}
