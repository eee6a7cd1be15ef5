//! What starts or goes on without a person, over all organisations: slots that have come, events
//! that have happened, runs whose wait is over. Each is claimed and turned into runs or jobs in
//! one transaction, past what other processes hold.

use super::RUN;
use crate::base::ids::{OrgId, UserId, WorkflowId, WorkflowRunId};
use crate::base::telemetry::TraceId;
use crate::store::db::{Db, StoreResult};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

/// A workflow whose moment has come.
#[derive(Debug, Clone)]
pub struct Due {
    pub org: OrgId,
    pub workflow: WorkflowId,
    pub rule: Value,
    pub slot: DateTime<Utc>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Happened {
    pub org: OrgId,
    pub id: Uuid,
    pub kind: String,
    pub payload: Value,
    pub system: Option<String>,
    pub source_id: Option<String>,
    pub occurred_at: DateTime<Utc>,
    pub trace: Option<TraceId>,
}

/// A run that something starts.
#[derive(Debug, Clone)]
pub struct Started {
    pub org: OrgId,
    pub workflow: WorkflowId,
    pub cause: String,
    pub trigger_kind: &'static str,
    pub input: Value,
    /// That of the event that starts it.
    pub trace: Option<TraceId>,
    /// It is left out while another run of the workflow goes on, and written down as that.
    pub is_alone: bool,
}

/// What was claimed, kept from every other process until it is settled or dropped.
#[derive(Debug)]
pub struct Claim<T> {
    pub found: Vec<T>,
    tx: Transaction<'static, Postgres>,
}

pub async fn claim_due(db: &Db, now: DateTime<Utc>, limit: i64) -> StoreResult<Claim<Due>> {
    let mut tx = db.system().begin().await?;
    let rows = sqlx::query!(
        r#"select org_id, workflow_id, rule as "rule!", next_run_at as "next_run_at!" from core.workflows
           where next_run_at <= $1 and rule is not null
           order by next_run_at limit $2 for update skip locked"#,
        now,
        limit,
    )
    .fetch_all(&mut *tx)
    .await?;
    let found = rows.into_iter().map(|row| Due {
        org: OrgId(row.org_id),
        workflow: WorkflowId(row.workflow_id),
        rule: row.rule,
        slot: row.next_run_at,
    });
    Ok(Claim {
        found: found.collect(),
        tx,
    })
}

impl Claim<Due> {
    /// Starts the runs and says when each workflow is due next.
    pub async fn settle(
        mut self,
        runs: &[Started],
        next: &[(OrgId, WorkflowId, Option<DateTime<Utc>>)],
    ) -> StoreResult<u64> {
        let begun = start(&mut self.tx, runs).await?;
        sqlx::query!(
            "update core.workflows as w set next_run_at = n.next
             from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as n(org_id, workflow_id, next)
             where w.org_id = n.org_id and w.workflow_id = n.workflow_id",
            &next.iter().map(|it| it.0.0).collect::<Vec<_>>(),
            &next.iter().map(|it| it.1.0).collect::<Vec<_>>(),
            &next.iter().map(|it| it.2).collect::<Vec<_>>() as _,
        )
        .execute(&mut *self.tx)
        .await?;
        self.tx.commit().await?;
        Ok(begun)
    }
}

/// Events that nothing has acted upon yet, the oldest first.
pub async fn claim_events(db: &Db, limit: i64) -> StoreResult<Claim<Happened>> {
    let mut tx = db.system().begin().await?;
    let rows = sqlx::query!(
        "select org_id, event_id, kind, payload, system, source_id, occurred_at, trace_id from core.events
         where taken_at is null order by created_at limit $1 for update skip locked",
        limit,
    )
    .fetch_all(&mut *tx)
    .await?;
    let found = rows.into_iter().map(|row| Happened {
        org: OrgId(row.org_id),
        id: row.event_id,
        kind: row.kind,
        payload: row.payload,
        system: row.system,
        source_id: row.source_id,
        occurred_at: row.occurred_at,
        trace: row.trace_id.parse().ok(),
    });
    Ok(Claim {
        found: found.collect(),
        tx,
    })
}

/// A workflow that an event may start.
#[derive(Debug, Clone)]
pub struct Listening {
    pub event: Uuid,
    pub workflow: WorkflowId,
    pub owner: UserId,
    pub definition: Value,
}

/// Which workflows wait for these events, and may know of them: an event of one person's own
/// account is for that person's workflows, one of a channel for those that report there.
pub async fn listening_to(claim: &mut Claim<Happened>) -> StoreResult<Vec<Listening>> {
    let events: Vec<Uuid> = claim.found.iter().map(|event| event.id).collect();
    let rows = sqlx::query!(
        "select e.event_id, w.workflow_id, w.owner_user, w.definition
         from core.events as e
         join core.workflows as w on w.org_id = e.org_id and w.trigger_kind = 'event'
             and w.trigger_on = e.kind and w.state = 'active'
         left join core.people as p on p.org_id = w.org_id and p.slack_user_id = w.owner_user
         where e.event_id = any($1) and not coalesce(p.is_deactivated, false)
             and (e.visibility = 'org'
                 or e.visibility = 'person' and e.owner_id = p.person_id and w.channel_id is null
                 or e.visibility = 'channel' and e.channel_id = w.channel_id)",
        &events,
    )
    .fetch_all(&mut *claim.tx)
    .await?;
    let found = rows.into_iter().map(|row| Listening {
        event: row.event_id,
        workflow: WorkflowId(row.workflow_id),
        owner: UserId(row.owner_user),
        definition: row.definition,
    });
    Ok(found.collect())
}

impl Claim<Happened> {
    /// Starts the runs, and has nothing act upon these events again.
    pub async fn settle(mut self, runs: &[Started]) -> StoreResult<u64> {
        let begun = start(&mut self.tx, runs).await?;
        sqlx::query!(
            "update core.events as e set taken_at = now()
             from unnest($1::uuid[], $2::uuid[]) as t(org_id, event_id)
             where e.org_id = t.org_id and e.event_id = t.event_id",
            &self.found.iter().map(|it| it.org.0).collect::<Vec<_>>(),
            &self.found.iter().map(|it| it.id).collect::<Vec<_>>(),
        )
        .execute(&mut *self.tx)
        .await?;
        self.tx.commit().await?;
        Ok(begun)
    }
}

/// Without one, whoever takes the job begins one.
fn trace_id(trace: Option<TraceId>) -> String {
    trace.map_or_else(String::new, |trace| trace.to_string())
}

/// The job of a run that is left out tells of it.
async fn start(tx: &mut Transaction<'static, Postgres>, runs: &[Started]) -> StoreResult<u64> {
    if runs.is_empty() {
        return Ok(0);
    }
    let begun = sqlx::query_scalar!(
        r#"
        with wanted as (
            select w.org_id, s.run_id, w.workflow_id, s.cause, s.trigger_kind, s.input, w.definition,
                s.trace_id, s.alone and exists (select from core.workflow_runs as r
                    where r.org_id = s.org_id and r.workflow_id = s.workflow_id
                        and r.state in ('due', 'running', 'waiting')) as is_left_out
            from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::jsonb[], $7::bool[], $9::text[])
                as s(org_id, run_id, workflow_id, cause, trigger_kind, input, alone, trace_id)
            join core.workflows as w on w.org_id = s.org_id and w.workflow_id = s.workflow_id
        ), made as (
            insert into core.workflow_runs (org_id, run_id, workflow_id, cause, trigger_kind, input,
                definition, root_run, state, ended_at)
            select org_id, run_id, workflow_id, cause, trigger_kind, input, definition, run_id,
                case when is_left_out then 'skipped' else 'due' end,
                case when is_left_out then now() end
            from wanted
            on conflict (org_id, workflow_id, cause) do nothing
            returning org_id, run_id
        ), nudged as (
            insert into core.jobs (org_id, kind, key, trace_id)
            select org_id, $8, run_id::text, trace_id from made join wanted using (org_id, run_id)
            on conflict (org_id, kind, key) do nothing
        )
        select count(*) as "begun!" from made
        "#,
        &runs.iter().map(|it| it.org.0).collect::<Vec<_>>(),
        &runs.iter().map(|_| WorkflowRunId::fresh().0).collect::<Vec<_>>(),
        &runs.iter().map(|it| it.workflow.0).collect::<Vec<_>>(),
        &runs.iter().map(|it| it.cause.clone()).collect::<Vec<_>>(),
        &runs.iter().map(|it| it.trigger_kind.to_owned()).collect::<Vec<_>>(),
        &runs.iter().map(|it| it.input.clone()).collect::<Vec<_>>(),
        &runs.iter().map(|it| it.is_alone).collect::<Vec<_>>(),
        RUN,
        &runs.iter().map(|it| trace_id(it.trace)).collect::<Vec<_>>(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(begun.unsigned_abs())
}

/// Wakes the runs whose wait is over.
pub async fn wake_sleepers(db: &Db, now: DateTime<Utc>, limit: i64) -> StoreResult<u64> {
    let woken = sqlx::query_scalar!(
        r#"
        with due as (
            select org_id, run_id from core.workflow_runs where wake_at <= $1
            order by wake_at limit $2 for update skip locked
        ), awake as (
            update core.workflow_runs as r set wake_at = null from due
            where r.org_id = due.org_id and r.run_id = due.run_id
            returning r.org_id, r.run_id
        ), nudged as (
            insert into core.jobs (org_id, kind, key) select org_id, $3, run_id::text from awake
            on conflict (org_id, kind, key) do update
            set nudges = core.jobs.nudges + 1, run_at = least(core.jobs.run_at, now()), dead_at = null
        )
        select count(*) as "woken!" from awake
        "#,
        now,
        limit,
        RUN,
    )
    .fetch_one(db.system())
    .await?;
    Ok(woken.unsigned_abs())
}

impl Happened {
    /// What a workflow that it starts is given.
    pub fn input(&self) -> Value {
        json!({
            "event": self.kind,
            "system": self.system,
            "id": self.source_id,
            "at": self.occurred_at,
            "fields": self.payload,
        })
    }
}
