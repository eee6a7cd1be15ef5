//! Digests as schedules: at most one for each person, and one for each channel.

use super::{Row, Schedule};
use crate::base::ids::{ChannelId, ScheduleId, UserId};
use crate::store::db::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The kind of the job that puts a digest together; its key is the run.
pub const SEND: &str = "digest";

/// Whom a digest is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    Person(UserId),
    Channel(ChannelId),
}

impl Reader {
    fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Channel(_) => "team",
        }
    }

    fn parts(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Person(user) => (Some(user.as_str()), None),
            Self::Channel(channel) => (None, Some(channel.as_str())),
        }
    }
}

/// When it comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Hour {
    pub said: String,
    pub rule: Value,
    pub next_run_at: DateTime<Utc>,
}

/// Switches a digest on, or changes its hour.
pub async fn switch_on(
    tx: &mut OrgTx,
    workspace: &str,
    by: &UserId,
    reader: &Reader,
    called: &str,
    hour: &Hour,
) -> StoreResult<()> {
    if let Some(there) = of(tx, workspace, reader).await? {
        sqlx::query!(
            "update core.schedules set said = $3, rule = $4, next_run_at = $5, state = 'active',
                 failures = 0, empties = 0, owner_user = $6
             where org_id = $1 and schedule_id = $2",
            tx.org().0,
            there.id.0,
            hour.said,
            hour.rule,
            hour.next_run_at,
            by.as_str(),
        )
        .execute(tx.connection())
        .await?;
        return Ok(());
    }
    let id = ScheduleId::fresh();
    sqlx::query!(
        "insert into core.schedules (org_id, schedule_id, workspace_id, channel_id, owner_user,
             question, said, rule, next_run_at, digest, origin)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict do nothing",
        tx.org().0,
        id.0,
        workspace,
        reader.parts().1,
        by.as_str(),
        called,
        hour.said,
        hour.rule,
        hour.next_run_at,
        reader.kind(),
        format!("digest:{id}"),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Somebody's digest, or a channel's, if it is switched on.
pub async fn of(tx: &mut OrgTx, workspace: &str, reader: &Reader) -> StoreResult<Option<Schedule>> {
    let (person, channel) = reader.parts();
    sqlx::query_as!(
        Row,
        "select schedule_id, workspace_id, channel_id, owner_user, asked_by, replaces, question, said, rule, catch_up,
             budget_micros, model, state, next_run_at, failures, empties, digest
         from core.schedules
         where org_id = $1 and workspace_id = $2 and digest = $3
           and ($4::text is null or owner_user = $4) and channel_id is not distinct from $5",
        tx.org().0,
        workspace,
        reader.kind(),
        person,
        channel,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(Schedule::try_from)
    .transpose()
}
