//! Schedules: what runs when, for whom and where. What nobody agreed to yet is `proposing`, what is
//! due `firing`, what begins `beginning`, what came of it `runs`.

mod beginning;
pub mod digests;
mod firing;
mod listing;
mod proposing;
mod runs;

pub use beginning::{Beginning, Beginnings, Begun};
pub use firing::{Claim, Due, Firing, Slot, claim_due};
pub use listing::{Sight, Wanted, list};
pub use proposing::{await_owner, drop_proposal, lapse, propose, take_over, withdraw};
pub use runs::{
    Outcome, Run, Terms, begun, get_run, history, last_before, lost, place, run_now,
    run_of_artifact, settle, settle_lost, terms_of,
};

use super::db::{OrgTx, StoreError, StoreResult};
use crate::base::ids::{ChannelId, ScheduleId, UserId};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The kind of the job that begins what is due; its key is the schedule.
pub const BEGIN: &str = "schedule";
/// The kind of the job that tells the owner of trouble; its key is the run.
pub const TELL_TROUBLE: &str = "schedule_trouble";

/// The kind of the job that tells whoever asked that nobody agreed; its key is the schedule.
pub const TELL_LAPSED: &str = "schedule_lapsed";

/// A run that has been at it for longer is taken for lost, wherever that matters.
const LOST_AFTER_HOURS: i32 = 12;

/// Runs that fail one after the other until the schedule is paused.
pub const FAILURES_UNTIL_PAUSE: i32 = 3;
/// Runs that find nothing one after the other until the owner is asked about it.
pub const EMPTIES_UNTIL_TOLD: i32 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The agent offers it, and nobody has said yes.
    Proposed,
    Active,
    Paused,
    /// It will never be due again.
    Over,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Over => "over",
        }
    }

    fn parse(text: &str) -> StoreResult<Self> {
        let all = [Self::Proposed, Self::Active, Self::Paused, Self::Over];
        let found = all.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| StoreError::Corrupt(format!("a schedule in the state {text:?}")))
    }
}

/// Which of the runs that were missed are made up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchUp {
    #[default]
    Latest,
    All,
    Nothing,
}

impl CatchUp {
    pub const ALL: [Self; 3] = [Self::Latest, Self::All, Self::Nothing];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::All => "all",
            Self::Nothing => "none",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// What a person decides about a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// None: a direct message to the owner.
    pub channel: Option<ChannelId>,
    /// As Slack writes it: escaped.
    pub question: String,
    pub said: String,
    pub rule: Value,
    pub catch_up: CatchUp,
    pub terms: Terms,
    pub next_run_at: DateTime<Utc>,
}

#[derive(Debug, Clone)]
pub struct Schedule {
    pub id: ScheduleId,
    pub workspace: String,
    pub channel: Option<ChannelId>,
    pub owner: UserId,
    /// Who wants it to be run as its owner, if that is somebody else.
    pub asked_by: Option<UserId>,
    /// The one that it takes the place of once its owner agrees.
    pub replaces: Option<ScheduleId>,
    pub question: String,
    pub said: String,
    pub rule: Value,
    pub catch_up: CatchUp,
    pub terms: Terms,
    pub state: State,
    pub next_run_at: Option<DateTime<Utc>>,
    pub failures: i32,
    pub empties: i32,
    /// Its runs are put together from queries, instead of asked of the agent.
    pub is_digest: bool,
}

struct Row {
    schedule_id: uuid::Uuid,
    workspace_id: String,
    channel_id: Option<String>,
    owner_user: String,
    asked_by: Option<String>,
    replaces: Option<uuid::Uuid>,
    question: String,
    said: String,
    rule: Value,
    catch_up: String,
    budget_micros: Option<i64>,
    model: Option<String>,
    state: String,
    next_run_at: Option<DateTime<Utc>>,
    failures: i32,
    empties: i32,
    digest: Option<String>,
}

impl TryFrom<Row> for Schedule {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        Ok(Self {
            id: ScheduleId(row.schedule_id),
            workspace: row.workspace_id,
            channel: row.channel_id.map(ChannelId),
            owner: UserId(row.owner_user),
            asked_by: row.asked_by.map(UserId),
            replaces: row.replaces.map(ScheduleId),
            question: row.question,
            said: row.said,
            rule: row.rule,
            catch_up: CatchUp::parse(&row.catch_up).unwrap_or_default(),
            terms: Terms {
                model: row.model,
                budget_micros: row.budget_micros,
            },
            state: State::parse(&row.state)?,
            next_run_at: row.next_run_at,
            failures: row.failures,
            empties: row.empties,
            is_digest: row.digest.is_some(),
        })
    }
}

/// Stores a schedule; one of the same origin stays as it is.
pub async fn create(
    tx: &mut OrgTx,
    origin: &str,
    workspace: &str,
    owner: &UserId,
    plan: &Plan,
) -> StoreResult<ScheduleId> {
    let id = sqlx::query_scalar!(
        "insert into core.schedules (org_id, schedule_id, workspace_id, channel_id, owner_user, question,
             said, rule, catch_up, budget_micros, next_run_at, origin, model)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (org_id, origin) do update set origin = excluded.origin
         returning schedule_id",
        tx.org().0,
        ScheduleId::fresh().0,
        workspace,
        plan.channel.as_ref().map(ChannelId::as_str),
        owner.as_str(),
        plan.question,
        plan.said,
        plan.rule,
        plan.catch_up.as_str(),
        plan.terms.budget_micros,
        plan.next_run_at,
        origin,
        plan.terms.model,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(ScheduleId(id))
}

/// Changes a schedule, which runs as this owner from then on; one that is paused stays so.
pub async fn change(
    tx: &mut OrgTx,
    id: ScheduleId,
    owner: &UserId,
    plan: &Plan,
) -> StoreResult<()> {
    sqlx::query!(
        "update core.schedules set channel_id = $3, question = $4, said = $5, rule = $6, catch_up = $7,
             budget_micros = $8, model = $10, owner_user = $11, failures = 0, empties = 0,
             next_run_at = case when state = 'paused' then null else $9::timestamptz end,
             state = case when state = 'paused' then state else 'active' end
         where org_id = $1 and schedule_id = $2",
        tx.org().0,
        id.0,
        plan.channel.as_ref().map(ChannelId::as_str),
        plan.question,
        plan.said,
        plan.rule,
        plan.catch_up.as_str(),
        plan.terms.budget_micros,
        plan.next_run_at,
        plan.terms.model,
        owner.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub async fn get(tx: &mut OrgTx, id: ScheduleId) -> StoreResult<Option<Schedule>> {
    sqlx::query_as!(
        Row,
        "select schedule_id, workspace_id, channel_id, owner_user, asked_by, replaces, question, said, rule, catch_up,
             budget_micros, model, state, next_run_at, failures, empties, digest
         from core.schedules where org_id = $1 and schedule_id = $2",
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(Schedule::try_from)
    .transpose()
}

/// Stops a schedule from being due until it is resumed.
pub async fn pause(tx: &mut OrgTx, id: ScheduleId) -> StoreResult<()> {
    sqlx::query!(
        "update core.schedules set state = 'paused', next_run_at = null
         where org_id = $1 and schedule_id = $2 and state = 'active'",
        tx.org().0,
        id.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Makes a schedule due again, or for the first time.
pub async fn resume(tx: &mut OrgTx, id: ScheduleId, next: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query!(
        "update core.schedules set state = 'active', next_run_at = $3, failures = 0, empties = 0
         where org_id = $1 and schedule_id = $2 and state <> 'active'",
        tx.org().0,
        id.0,
        next,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Deletes a schedule with the history of its runs; what they said stays in Slack.
pub async fn delete(tx: &mut OrgTx, id: ScheduleId) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.schedules where org_id = $1 and schedule_id = $2",
        tx.org().0,
        id.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
