//! Turns: their state, what is visible of their answer, and what they have cost. How one is begun
//! or found again is `opening`.

mod opening;

pub use opening::{OpenTurn, TurnOf, begin, resume};

use super::conversations::{Thread, root_of};
use super::db::{OrgTx, StoreError, StoreResult};
use super::jobs::Fence;
use super::spending::Reached;
use crate::base::ids::{ConversationId, Ts, TurnId};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Running,
    Waiting,
    Done,
    Failed,
    Stopped,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    pub steps: i32,
    pub tool_calls: i32,
    pub tokens: i64,
    pub cost_micros: i64,
}

impl Spent {
    pub fn add(&mut self, tokens: i64, cost_micros: i64) {
        self.tokens = self.tokens.saturating_add(tokens);
        self.cost_micros = self.cost_micros.saturating_add(cost_micros);
    }
}

/// Takes back that work on a turn began: what interrupted it says nothing about the turn.
pub async fn uncount(tx: &mut OrgTx, turn: TurnId) -> StoreResult<()> {
    sqlx::query!(
        "update core.turns set attempts = greatest(attempts - 1, 0)
         where org_id = $1 and turn_id = $2",
        tx.org().0,
        turn.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Keeps a turn from being worked on: whoever resumes it ends it.
pub async fn cap(tx: &mut OrgTx, turn: TurnId, reached: Reached) -> StoreResult<()> {
    sqlx::query!(
        "update core.turns set cap = $3, capped_until = now() + make_interval(secs => $4)
         where org_id = $1 and turn_id = $2",
        tx.org().0,
        turn.0,
        reached.cap.as_str(),
        reached.left.as_secs_f64(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// One saved step of a turn: what it adds to the conversation, what it took from the inbox,
/// and what was spent so far.
#[derive(Debug)]
pub struct Step<'a> {
    pub thread: &'a Thread,
    pub conversation: ConversationId,
    pub turn: TurnId,
    /// The place of the first entry; a second writer of the same place is refused by the key.
    pub first_seq: i64,
    pub kinds: Vec<String>,
    pub bodies: Vec<Value>,
    pub taken: &'a [i64],
    pub spent: Spent,
    pub model: Option<&'a str>,
}

/// Saves a step under the lease, and begins the count of attempts anew. One statement, because
/// every step of every turn waits for it. True: something new waits in the thread's inbox.
pub async fn save_step(tx: &mut OrgTx, fence: &Fence, step: &Step<'_>) -> StoreResult<bool> {
    let saved = sqlx::query!(
        r#"
        with held as (
            select 1 from core.jobs
            where org_id = $1 and kind = $2 and key = $3 and lease_token = $4 for share
        ), taken as (
            update core.inbox set taken_at = now()
            where org_id = $1 and channel_id = $16 and thread_ts = $17 and taken_at is null
                and inbox_id = any($5) and exists (select from held)
        ), added as (
            insert into core.entries (org_id, conversation_id, seq, turn_id, kind, body)
            select $1, $6, $7 + place - 1, $8, kind, body
            from unnest($9::text[], $10::jsonb[]) with ordinality as entry(kind, body, place), held
        ), paid as (
            insert into core.spending (org_id, day, who, cost_micros)
            select $1, (now() at time zone 'utc')::date, who, $14 - t.cost_micros
            from core.turns as t, held,
                lateral (select distinct unnest(array['', t.asked_by]) as who order by 1) as lines
            where t.org_id = $1 and t.turn_id = $8 and $14 > t.cost_micros
            on conflict (org_id, day, who) do update
                set cost_micros = core.spending.cost_micros + excluded.cost_micros
        ), progressed as (
            update core.turns set attempts = 1, state = 'running', steps = $11, tool_calls = $12,
                tokens = $13, cost_micros = $14, model = coalesce($15, model)
            where org_id = $1 and turn_id = $8 and exists (select from held)
        )
        select exists (select from held) as "held!",
            exists (select from core.inbox
                where org_id = $1 and channel_id = $16 and thread_ts = $17 and taken_at is null
                    and kind in ('message', 'reply', 'stop') and inbox_id <> all($5)) as "waiting!"
        "#,
        tx.org().0,
        fence.kind(),
        fence.key(),
        fence.token(),
        step.taken,
        step.conversation.0,
        step.first_seq,
        step.turn.0,
        &step.kinds,
        &step.bodies,
        step.spent.steps,
        step.spent.tool_calls,
        step.spent.tokens,
        step.spent.cost_micros,
        step.model,
        step.thread.channel.as_str(),
        step.thread.thread_ts.as_str(),
    )
    .fetch_one(tx.connection())
    .await?;
    if saved.held {
        Ok(saved.waiting)
    } else {
        Err(StoreError::Fenced)
    }
}

/// What is visible of the answer. The turn goes on in that message after a crash.
pub async fn save_answer(tx: &mut OrgTx, turn: TurnId, answer: &Value) -> StoreResult<()> {
    sqlx::query!(
        "update core.turns set answer = $3 where org_id = $1 and turn_id = $2",
        tx.org().0,
        turn.0,
        answer,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Parks or ends a turn.
pub async fn set_state(
    tx: &mut OrgTx,
    turn: TurnId,
    state: State,
    error: Option<&str>,
) -> StoreResult<()> {
    let ended = !matches!(state, State::Running | State::Waiting);
    sqlx::query!(
        "update core.turns set state = $3, error = $4, attempts = 0,
             ended_at = case when $5 then now() end,
             waiting_since = case when $3 = 'waiting' then now() end
         where org_id = $1 and turn_id = $2",
        tx.org().0,
        turn.0,
        state.as_str(),
        error,
        ended,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A turn as its buttons (feedback, retry) need it.
#[derive(Debug, Clone)]
pub struct Ended {
    pub conversation: ConversationId,
    pub workspace: String,
    pub channel: String,
    pub thread_ts: String,
    pub asked_by: String,
    pub asked_ts: String,
    pub state: String,
}

impl Ended {
    /// The thread in Slack that it shows in.
    pub fn root(&self) -> Ts {
        root_of(&self.thread_ts)
    }
}

pub async fn get(tx: &mut OrgTx, turn: TurnId) -> StoreResult<Option<Ended>> {
    Ok(sqlx::query!(
        "select t.conversation_id, c.workspace_id, c.channel_id, c.thread_ts, t.asked_by, t.asked_ts, t.state
         from core.turns as t join core.conversations as c using (org_id, conversation_id)
         where t.org_id = $1 and t.turn_id = $2",
        tx.org().0,
        turn.0,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| Ended {
        conversation: ConversationId(row.conversation_id),
        workspace: row.workspace_id,
        channel: row.channel_id,
        thread_ts: row.thread_ts,
        asked_by: row.asked_by,
        asked_ts: row.asked_ts,
        state: row.state,
    }))
}

/// Stores what somebody thought of an answer; the last word counts.
pub async fn give_feedback(
    tx: &mut OrgTx,
    turn: TurnId,
    user: &str,
    is_good: bool,
) -> StoreResult<()> {
    let stored = sqlx::query!(
        "insert into core.feedback (org_id, turn_id, user_id, is_good)
         select org_id, turn_id, $3, $4 from core.turns where org_id = $1 and turn_id = $2
         on conflict (org_id, turn_id, user_id) do update set is_good = excluded.is_good, given_at = now()",
        tx.org().0,
        turn.0,
        user,
        is_good,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if stored == 0 {
        return Err(StoreError::Corrupt(format!(
            "no turn {turn} to give feedback on"
        )));
    }
    Ok(())
}

/// What somebody adds to their feedback. Nothing is stored where none was given.
pub async fn comment_feedback(
    tx: &mut OrgTx,
    turn: TurnId,
    user: &str,
    comment: &str,
) -> StoreResult<()> {
    sqlx::query!(
        "update core.feedback set comment = $4 where org_id = $1 and turn_id = $2 and user_id = $3",
        tx.org().0,
        turn.0,
        user,
        comment,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Turns of the organisation that have not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    pub running: i64,
    /// For a person to answer a question.
    pub waiting: i64,
}

pub async fn open_now(tx: &mut OrgTx) -> StoreResult<Open> {
    Ok(sqlx::query_as!(
        Open,
        r#"select count(*) filter (where state = 'running') as "running!",
               count(*) filter (where state = 'waiting') as "waiting!"
           from core.turns where org_id = $1 and state in ('running', 'waiting')"#,
        tx.org().0,
    )
    .fetch_one(tx.connection())
    .await?)
}
