//! Schedules that nobody has agreed to yet: what the agent offers, and what somebody wants to be
//! run as a colleague. One that is there already runs on as it is until the colleague agrees.

use super::{Plan, Row, Schedule, TELL_LAPSED, create};
use crate::base::ids::{ScheduleId, UserId};
use crate::store::db::{Db, OrgTx, StoreError, StoreResult};
use chrono::{DateTime, Utc};

/// Stores one that is not due before somebody confirms it; one of the same origin stays as it is.
pub async fn propose(
    tx: &mut OrgTx,
    origin: &str,
    workspace: &str,
    owner: &UserId,
    plan: &Plan,
) -> StoreResult<Schedule> {
    if let Some(known) = by_origin(tx, origin).await? {
        return Ok(known);
    }
    create(tx, origin, workspace, owner, plan).await?;
    sqlx::query!(
        "update core.schedules set state = 'proposed', next_run_at = null
         where org_id = $1 and origin = $2",
        tx.org().0,
        origin,
    )
    .execute(tx.connection())
    .await?;
    let made = by_origin(tx, origin).await?;
    made.ok_or_else(|| StoreError::Corrupt("a schedule that was just made".to_owned()))
}

async fn by_origin(tx: &mut OrgTx, origin: &str) -> StoreResult<Option<Schedule>> {
    sqlx::query_as!(
        Row,
        "select schedule_id, workspace_id, channel_id, owner_user, asked_by, replaces, question, said, rule, catch_up,
             budget_micros, model, state, next_run_at, failures, empties, digest
         from core.schedules where org_id = $1 and origin = $2",
        tx.org().0,
        origin,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(Schedule::try_from)
    .transpose()
}

/// What a proposal waits for: who asks its owner, and which schedule it takes the place of.
pub async fn await_owner(
    tx: &mut OrgTx,
    proposal: &Schedule,
    asked_by: &UserId,
    replaces: Option<ScheduleId>,
) -> StoreResult<()> {
    sqlx::query!(
        "update core.schedules set asked_by = $3, replaces = $4
         where org_id = $1 and schedule_id = $2",
        tx.org().0,
        proposal.id.0,
        asked_by.as_str(),
        replaces.map(|it| it.0),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes back what waits to take the place of a schedule, apart from what is of this origin.
pub async fn withdraw(tx: &mut OrgTx, replaced: ScheduleId, origin: &str) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.schedules
         where org_id = $1 and replaces = $2 and state = 'proposed' and origin <> $3",
        tx.org().0,
        replaced.0,
        origin,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Nothing comes of a proposal; one that its owner agreed to meanwhile stays.
pub async fn drop_proposal(tx: &mut OrgTx, proposal: ScheduleId) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.schedules where org_id = $1 and schedule_id = $2 and state = 'proposed'",
        tx.org().0,
        proposal.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A proposal takes the place of the schedule that it was made for, which keeps its history and,
/// if it is paused, stays so.
pub async fn take_over(
    tx: &mut OrgTx,
    proposal: &Schedule,
    replaced: ScheduleId,
    next: DateTime<Utc>,
) -> StoreResult<()> {
    let plan = Plan {
        channel: proposal.channel.clone(),
        question: proposal.question.clone(),
        said: proposal.said.clone(),
        rule: proposal.rule.clone(),
        catch_up: proposal.catch_up,
        terms: proposal.terms.clone(),
        next_run_at: next,
    };
    super::change(tx, replaced, &proposal.owner, &plan).await?;
    drop_proposal(tx, proposal.id).await
}

/// Deletes what the agent offered and nobody confirmed within a week, in every organisation, and
/// has whoever waits for a colleague's word told that none came.
pub async fn lapse(db: &Db) -> StoreResult<u64> {
    let deleted = sqlx::query!(
        "delete from core.schedules where state = 'proposed' and asked_by is null
             and created_at < now() - interval '7 days'"
    )
    .execute(db.system())
    .await?
    .rows_affected();
    let told = sqlx::query!(
        "insert into core.jobs (org_id, kind, key, can_wait)
         select org_id, $1, schedule_id::text, true from core.schedules
         where state = 'proposed' and asked_by is not null
             and created_at < now() - interval '7 days'
         on conflict (org_id, kind, key) do nothing",
        TELL_LAPSED,
    )
    .execute(db.system())
    .await?
    .rows_affected();
    Ok(deleted + told)
}
