//! The turn of a conversation that is open, begun or found again, with what it is for.

use super::Spent;
use crate::base::ids::{ConversationId, ScheduleRunId, TurnId, WorkflowRunId};
use crate::store::db::{OrgTx, StoreResult};
use crate::store::spending::Reached;
use serde_json::Value;
use uuid::Uuid;

/// A turn that has not ended.
#[derive(Debug, Clone)]
pub struct OpenTurn {
    pub id: TurnId,
    pub of: TurnOf,
    pub asked_by: String,
    pub asked_ts: String,
    pub trace_id: String,
    pub attempts: i32,
    /// Since it began, without the time in which it waited for a person.
    pub age_seconds: f64,
    pub answer: Option<Value>,
    pub spent: Spent,
    /// The bound that keeps it from being worked on.
    pub capped: Option<Reached>,
}

/// What a turn belongs to. Its row names a run; of what, says the table that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnOf {
    /// Somebody asked just now.
    Person,
    /// It is this run.
    Schedule(ScheduleRunId),
    /// A step of this run asks.
    Workflow(WorkflowRunId),
    /// The run was deleted meanwhile, with its schedule or its workflow.
    DeletedRun,
}

impl TurnOf {
    fn read(run: Option<Uuid>, schedule: Option<Uuid>, workflow: Option<Uuid>) -> Self {
        match (schedule, workflow) {
            (Some(run), _) => Self::Schedule(ScheduleRunId(run)),
            (None, Some(run)) => Self::Workflow(WorkflowRunId(run)),
            (None, None) if run.is_some() => Self::DeletedRun,
            (None, None) => Self::Person,
        }
    }

    /// Nobody sits and waits for it.
    pub fn is_by_itself(self) -> bool {
        self != Self::Person
    }
}

/// The turn of a conversation that is still open, counted as begun once more. What it waited for a
/// person until now does not make it older.
pub async fn resume(tx: &mut OrgTx, conversation: ConversationId) -> StoreResult<Option<OpenTurn>> {
    Ok(sqlx::query!(
        r#"
        update core.turns as t set attempts = attempts + 1,
            waited = waited + case when state = 'waiting'
                then now() - coalesce(waiting_since, started_at) else interval '0' end,
            waiting_since = case when state = 'waiting' then now() end
        where org_id = $1 and conversation_id = $2 and state in ('running', 'waiting')
        returning turn_id, asked_by, asked_ts, trace_id, attempts, answer, steps, tool_calls,
            tokens, cost_micros, cap, run_id,
            (select r.run_id from core.schedule_runs as r
             where r.org_id = $1 and r.run_id = t.run_id) as "schedule?",
            (select r.run_id from core.workflow_runs as r
             where r.org_id = $1 and r.run_id = t.run_id) as "workflow?",
            extract(epoch from capped_until - now())::float8 as capped_for,
            extract(epoch from now() - started_at - waited)::float8 as "age!"
        "#,
        tx.org().0,
        conversation.0,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| OpenTurn {
        id: TurnId(row.turn_id),
        of: TurnOf::read(row.run_id, row.schedule, row.workflow),
        asked_by: row.asked_by,
        asked_ts: row.asked_ts,
        trace_id: row.trace_id,
        attempts: row.attempts,
        age_seconds: row.age,
        answer: row.answer,
        spent: Spent {
            steps: row.steps,
            tool_calls: row.tool_calls,
            tokens: row.tokens,
            cost_micros: row.cost_micros,
        },
        capped: Reached::read(row.cap.as_deref(), row.capped_for),
    }))
}

pub async fn begin(
    tx: &mut OrgTx,
    conversation: ConversationId,
    asked_by: &str,
    asked_ts: &str,
    trace_id: &str,
) -> StoreResult<OpenTurn> {
    let id = TurnId::fresh();
    // What began a scheduled run's thread is that run, and what a workflow asks belongs to its run.
    let run = sqlx::query!(
        r#"
        with schedule as (
            select r.run_id from core.schedule_runs as r
            join core.conversations as c
                on (c.org_id, c.channel_id, c.thread_ts) = (r.org_id, r.channel_id, r.root_ts)
            where c.org_id = $1 and c.conversation_id = $3 and r.root_ts = $5
        ), workflow as (
            select r.run_id from core.workflow_runs as r
            join core.conversations as c
                on (c.org_id, c.channel_id, split_part(c.thread_ts, '/', 1))
                    = (r.org_id, r.channel_id, r.root_ts)
            join core.workflow_steps as s on (s.org_id, s.run_id) = (r.org_id, r.run_id)
            where c.org_id = $1 and c.conversation_id = $3 and s.asked_ts = $5 and s.state = 'waiting'
            limit 1
        )
        insert into core.turns (org_id, turn_id, conversation_id, asked_by, asked_ts, trace_id,
            attempts, channel_id, run_id)
        values ($1, $2, $3, $4, $5, $6, 1,
            (select channel_id from core.conversations where org_id = $1 and conversation_id = $3),
            coalesce((select run_id from schedule), (select run_id from workflow)))
        returning run_id, (select run_id from schedule) as "schedule?",
            (select run_id from workflow) as "workflow?"
        "#,
        tx.org().0,
        id.0,
        conversation.0,
        asked_by,
        asked_ts,
        trace_id,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(OpenTurn {
        id,
        of: TurnOf::read(run.run_id, run.schedule, run.workflow),
        asked_by: asked_by.to_owned(),
        asked_ts: asked_ts.to_owned(),
        trace_id: trace_id.to_owned(),
        attempts: 1,
        age_seconds: 0.0,
        answer: None,
        spent: Spent::default(),
        capped: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_belongs_to_the_table_that_has_its_run() {
        let run = Uuid::now_v7();
        let (schedule, workflow) = (ScheduleRunId(run), WorkflowRunId(run));
        for (row, of) in [
            ((None, None, None), TurnOf::Person),
            ((Some(run), Some(run), None), TurnOf::Schedule(schedule)),
            ((Some(run), None, Some(run)), TurnOf::Workflow(workflow)),
            ((Some(run), None, None), TurnOf::DeletedRun),
        ] {
            let (run, schedule, workflow) = row;
            assert_eq!(TurnOf::read(run, schedule, workflow), of);
            assert_eq!(of.is_by_itself(), run.is_some(), "{of:?}");
        }
    }
}
