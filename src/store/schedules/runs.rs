//! The runs of schedules: begun one after the other, settled once, and what that means for the
//! schedule.

use super::{BEGIN, EMPTIES_UNTIL_TOLD, FAILURES_UNTIL_PAUSE, LOST_AFTER_HOURS, TELL_TROUBLE};
use crate::base::ids::{ArtifactId, ChannelId, OrgId, ScheduleId, ScheduleRunId, Ts};
use crate::store::db::{Db, OrgTx, StoreResult};
use crate::store::jobs;
use chrono::{DateTime, Utc};

#[derive(Debug, Clone)]
pub struct Run {
    pub id: ScheduleRunId,
    pub schedule: ScheduleId,
    pub slot: DateTime<Utc>,
    pub is_manual: bool,
    pub is_late: bool,
    pub state: String,
    pub channel: Option<ChannelId>,
    pub root: Option<Ts>,
    pub cost_micros: i64,
    pub trouble: Option<String>,
}

struct Row {
    run_id: uuid::Uuid,
    schedule_id: uuid::Uuid,
    slot: DateTime<Utc>,
    is_manual: bool,
    is_late: bool,
    state: String,
    channel_id: Option<String>,
    root_ts: Option<String>,
    cost_micros: i64,
    trouble: Option<String>,
}

impl From<Row> for Run {
    fn from(row: Row) -> Self {
        Self {
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
        }
    }
}

pub async fn get_run(tx: &mut OrgTx, run: ScheduleRunId) -> StoreResult<Option<Run>> {
    let row = sqlx::query_as!(
        Row,
        "select run_id, schedule_id, slot, is_manual, is_late, state, channel_id, root_ts, cost_micros, trouble
         from core.schedule_runs where org_id = $1 and run_id = $2",
        tx.org().0,
        run.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Run::from))
}

/// The run in which an artifact was made, if it was one.
pub async fn run_of_artifact(tx: &mut OrgTx, artifact: ArtifactId) -> StoreResult<Option<Run>> {
    let row = sqlx::query_as!(
        Row,
        "select r.run_id, r.schedule_id, r.slot, r.is_manual, r.is_late, r.state, r.channel_id,
             r.root_ts, r.cost_micros, r.trouble
         from core.artifacts as a
         join core.turns as t on (t.org_id, t.turn_id) = (a.org_id, a.turn_id)
         join core.schedule_runs as r on (r.org_id, r.run_id) = (t.org_id, t.run_id)
         where a.org_id = $1 and a.artifact_id = $2",
        tx.org().0,
        artifact.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Run::from))
}

/// The latest runs of a schedule, newest first.
pub async fn history(tx: &mut OrgTx, schedule: ScheduleId, limit: i64) -> StoreResult<Vec<Run>> {
    let rows = sqlx::query_as!(
        Row,
        "select run_id, schedule_id, slot, is_manual, is_late, state, channel_id, root_ts, cost_micros, trouble
         from core.schedule_runs where org_id = $1 and schedule_id = $2
         order by slot desc limit $3",
        tx.org().0,
        schedule.0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Run::from).collect())
}

/// When a schedule last answered before this slot.
pub async fn last_before(
    tx: &mut OrgTx,
    schedule: ScheduleId,
    slot: DateTime<Utc>,
) -> StoreResult<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!(
        "select max(slot) from core.schedule_runs
         where org_id = $1 and schedule_id = $2 and slot < $3 and state in ('done', 'empty')",
        tx.org().0,
        schedule.0,
        slot,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Asks for a run now. False: one is running or waits to, which answers the same.
pub async fn run_now(
    tx: &mut OrgTx,
    schedule: ScheduleId,
    now: DateTime<Utc>,
) -> StoreResult<bool> {
    let made = sqlx::query!(
        "insert into core.schedule_runs (org_id, run_id, schedule_id, slot, is_manual)
         select $1, $2, $3, $4, true
         where not exists (select from core.schedule_runs
             where org_id = $1 and schedule_id = $3 and state in ('due', 'running')
                 and (state = 'due'
                     or coalesce(begun_at, created_at) > now() - make_interval(hours => $5)))
         on conflict do nothing",
        tx.org().0,
        ScheduleRunId::fresh().0,
        schedule.0,
        now,
        LOST_AFTER_HOURS,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    jobs::nudge(tx, BEGIN, &schedule.to_string()).await?;
    Ok(made == 1)
}

/// Where a run is visible. Its turn is known by that, so it stands here before the turn begins.
pub async fn place(
    tx: &mut OrgTx,
    run: ScheduleRunId,
    channel: &ChannelId,
    root: &Ts,
) -> StoreResult<()> {
    sqlx::query!(
        "update core.schedule_runs set channel_id = $3, root_ts = $4 where org_id = $1 and run_id = $2",
        tx.org().0,
        run.0,
        channel.as_str(),
        root.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Its turn is on its way. A run that is over by then stays so.
pub async fn begun(tx: &mut OrgTx, run: ScheduleRunId) -> StoreResult<()> {
    sqlx::query!(
        "update core.schedule_runs set state = 'running', begun_at = now()
         where org_id = $1 and run_id = $2 and state = 'due'",
        tx.org().0,
        run.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// How a schedule wants its runs done, where it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// One of the models that may be chosen.
    pub model: Option<String>,
    /// What one run may cost.
    pub budget_micros: Option<i64>,
}

pub async fn terms_of(tx: &mut OrgTx, run: ScheduleRunId) -> StoreResult<Terms> {
    let terms = sqlx::query_as!(
        Terms,
        "select s.model, s.budget_micros from core.schedule_runs as r
         join core.schedules as s using (org_id, schedule_id)
         where r.org_id = $1 and r.run_id = $2",
        tx.org().0,
        run.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(terms.unwrap_or_default())
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// It found nothing to report.
    Empty,
    /// A person has to act; the next run does not wait for that.
    Waiting,
    Stopped,
    /// What went wrong and what to do, in words for people.
    Failed(String),
}

impl Outcome {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Empty => "empty",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::Failed(_) => "failed",
        }
    }
}

/// Settles a run: its schedule counts failures and empty runs, is paused when it keeps failing,
/// its owner is told, and what is due next may begin. All of that, or nothing.
pub async fn settle(
    tx: &mut OrgTx,
    run: ScheduleRunId,
    outcome: &Outcome,
    cost_micros: i64,
) -> StoreResult<()> {
    let trouble = match outcome {
        Outcome::Failed(trouble) => Some(trouble.as_str()),
        _ => None,
    };
    let settled = sqlx::query!(
        r#"
        with settled as (
            update core.schedule_runs set state = $3, trouble = $4, cost_micros = $5,
                ended_at = case when $3 <> 'waiting' then now() end
            where org_id = $1 and run_id = $2 and state not in ('done', 'empty', 'skipped')
            returning schedule_id
        )
        update core.schedules as s
        set failures = case $3 when 'failed' then failures + 1 when 'done' then 0 when 'empty' then 0
                else failures end,
            empties = case $3 when 'empty' then empties + 1 when 'done' then 0 else empties end,
            state = case when $3 = 'failed' and failures + 1 >= $6 and state = 'active' then 'paused'
                else state end,
            next_run_at = case when $3 = 'failed' and failures + 1 >= $6 then null else next_run_at end
        from settled where s.org_id = $1 and s.schedule_id = settled.schedule_id
        returning s.schedule_id, s.empties
        "#,
        tx.org().0,
        run.0,
        outcome.as_str(),
        trouble,
        cost_micros,
        FAILURES_UNTIL_PAUSE,
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(settled) = settled else {
        return Ok(());
    };
    let is_empty_again = *outcome == Outcome::Empty && settled.empties % EMPTIES_UNTIL_TOLD == 0;
    if trouble.is_some() || is_empty_again {
        jobs::nudge(tx, TELL_TROUBLE, &run.to_string()).await?;
    }
    let key = ScheduleId(settled.schedule_id).to_string();
    jobs::nudge_soon(tx, BEGIN, &key, 0.0).await
}

/// Runs that nothing is heard of any more, in every organisation: what worked on them is gone.
pub async fn lost(db: &Db, limit: i64) -> StoreResult<Vec<(OrgId, ScheduleRunId)>> {
    let rows = sqlx::query!(
        "select org_id, run_id from core.schedule_runs
         where state = 'running'
           and coalesce(begun_at, created_at) <= now() - make_interval(hours => $1)
         limit $2",
        LOST_AFTER_HOURS,
        limit,
    )
    .fetch_all(db.system())
    .await?;
    let found = rows
        .into_iter()
        .map(|row| (OrgId(row.org_id), ScheduleRunId(row.run_id)));
    Ok(found.collect())
}

/// Settles a run that is lost, unless it has ended after all or another process was quicker.
pub async fn settle_lost(tx: &mut OrgTx, run: ScheduleRunId, trouble: &str) -> StoreResult<()> {
    let is_lost = sqlx::query!(
        "select run_id from core.schedule_runs
         where org_id = $1 and run_id = $2 and state = 'running'
         for update",
        tx.org().0,
        run.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    match is_lost {
        Some(_) => settle(tx, run, &Outcome::Failed(trouble.to_owned()), 0).await,
        None => Ok(()),
    }
}
