//! What Slack sent, stored before it is acknowledged. A batch of deliveries is one statement,
//! and so one commit: the rows, the jobs they cause, and the refusal of what came before.

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::{ChannelId, OrgId, TeamId, Ts, UserId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What a delivery asks for, as the inbox needs to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A message to Penny: starts or steers a turn of its thread.
    Message,
    /// A message in a thread; it is for Penny only if she takes part there.
    Reply,
    /// Said to somebody else in a thread where Penny takes part: context for her next turn.
    Overheard,
    /// Stop what runs in this thread.
    Stop,
    Event,
    Interaction,
    Command,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Message | Self::Reply => "message",
            Self::Overheard => "overheard",
            Self::Stop => "stop",
            Self::Event => "event",
            Self::Interaction => "interaction",
            Self::Command => "command",
        }
    }

    /// Counts only in a thread where Penny already takes part.
    fn needs_conversation(self) -> bool {
        matches!(self, Self::Reply | Self::Overheard)
    }

    fn job(self) -> Option<&'static str> {
        match self {
            Self::Message | Self::Reply | Self::Stop => Some("turn"),
            Self::Overheard => None,
            Self::Event | Self::Interaction | Self::Command => Some("inbound"),
        }
    }
}

/// One delivery, ready to be stored.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub org: OrgId,
    pub kind: Kind,
    pub event_key: String,
    pub message_key: Option<String>,
    pub workspace: String,
    pub channel: Option<String>,
    pub thread_ts: Option<String>,
    pub ts: Option<String>,
    pub user: Option<String>,
    pub payload: String,
    pub trace_id: String,
}

/// Stores a batch. When this returns, all of it is durable, and what was there before changed
/// nothing. Spans organisations because concurrent deliveries of all of them share one commit.
pub async fn store(db: &Db, batch: &[Delivery]) -> StoreResult<()> {
    let (conditional, certain): (Vec<_>, Vec<_>) = batch
        .iter()
        .partition(|delivery| delivery.kind.needs_conversation());
    // In this order, so that a reply sees the conversation of a mention in the same batch.
    if !certain.is_empty() {
        insert(db, &certain, false).await?;
    }
    if !conditional.is_empty() {
        insert(db, &conditional, true).await?;
    }
    Ok(())
}

async fn insert(db: &Db, batch: &[&Delivery], only_known_threads: bool) -> StoreResult<()> {
    let column = |of: fn(&Delivery) -> Option<&str>| -> Vec<Option<String>> {
        batch.iter().map(|d| of(d).map(str::to_owned)).collect()
    };
    let orgs: Vec<Uuid> = batch.iter().map(|d| d.org.0).collect();
    let kinds: Vec<String> = batch.iter().map(|d| d.kind.as_str().to_owned()).collect();
    let jobs = column(|d| d.kind.job());
    let event_keys: Vec<String> = batch.iter().map(|d| d.event_key.clone()).collect();
    let message_keys = column(|d| d.message_key.as_deref());
    let workspaces: Vec<String> = batch.iter().map(|d| d.workspace.clone()).collect();
    let channels = column(|d| d.channel.as_deref());
    let threads = column(|d| d.thread_ts.as_deref());
    let timestamps = column(|d| d.ts.as_deref());
    let users = column(|d| d.user.as_deref());
    let payloads: Vec<String> = batch.iter().map(|d| d.payload.clone()).collect();
    let traces: Vec<String> = batch.iter().map(|d| d.trace_id.clone()).collect();
    // Rows are inserted in key order, so that two processes never wait for each other in a ring.
    sqlx::query!(
        r#"
        with incoming as (
            select * from unnest(
                $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]
            ) as d(org_id, kind, job, event_key, message_key, workspace_id,
                channel_id, thread_ts, ts, user_id, payload, trace_id)
        ), wanted as (
            select * from incoming as d
            where not $13
                or exists (select from core.conversations as c
                    where (c.org_id, c.channel_id, c.thread_ts) = (d.org_id, d.channel_id, d.thread_ts))
                or exists (select from core.inbox as i
                    where (i.org_id, i.channel_id, i.thread_ts) = (d.org_id, d.channel_id, d.thread_ts)
                    and i.taken_at is null and i.kind = 'message')
        ), stored as (
            insert into core.inbox (org_id, kind, event_key, message_key, workspace_id,
                channel_id, thread_ts, ts, user_id, payload, trace_id)
            select org_id, kind, event_key, message_key, workspace_id,
                channel_id, thread_ts, ts, user_id, payload, trace_id
            from wanted order by org_id, event_key
            on conflict do nothing
            returning org_id, kind, event_key, inbox_id, channel_id, thread_ts, trace_id
        ), due as (
            select distinct on (stored.org_id, job, job_key)
                stored.org_id, incoming.job, stored.trace_id,
                case incoming.job when 'turn' then stored.channel_id || ':' || stored.thread_ts
                    else stored.inbox_id::text end as job_key
            from stored join incoming using (org_id, event_key)
            where incoming.job is not null
            order by 1, 2, 4
        ), nudged as (
            insert into core.jobs (org_id, kind, key, trace_id)
            select org_id, job, job_key, trace_id from due
            on conflict (org_id, kind, key) do update
            set nudges = core.jobs.nudges + 1,
                run_at = least(core.jobs.run_at, now()),
                attempts = case when core.jobs.dead_at is null then core.jobs.attempts else 0 end,
                dead_at = null
            returning 1
        )
        select count(*) as "jobs!", pg_notify('penny_jobs', '')::text as notified from nudged
        "#,
        &orgs,
        &kinds,
        &jobs as &[Option<String>],
        &event_keys,
        &message_keys as &[Option<String>],
        &workspaces,
        &channels as &[Option<String>],
        &threads as &[Option<String>],
        &timestamps as &[Option<String>],
        &users as &[Option<String>],
        &payloads,
        &traces,
        only_known_threads,
    )
    .fetch_one(db.system())
    .await?;
    Ok(())
}

/// A stored delivery, as its job reads it.
#[derive(Debug, Clone)]
pub struct Item {
    pub inbox_id: i64,
    pub kind: String,
    pub workspace: TeamId,
    pub channel: Option<ChannelId>,
    pub thread_ts: Option<Ts>,
    pub ts: Option<Ts>,
    pub user: Option<UserId>,
    pub payload: String,
    pub trace_id: String,
    pub received_at: DateTime<Utc>,
}

/// What waits in a thread, oldest first. It stays there until `mark_taken`, in the transaction
/// that saves what became of it.
pub async fn waiting_in(
    tx: &mut OrgTx,
    channel: &ChannelId,
    thread_ts: &Ts,
) -> StoreResult<Vec<Item>> {
    let mut items: Vec<Item> = sqlx::query!(
        "select inbox_id, kind, workspace_id, channel_id, thread_ts, ts, user_id, payload,
             trace_id, received_at
         from core.inbox
         where org_id = $1 and channel_id = $2 and thread_ts = $3 and taken_at is null
             and kind in ('message', 'overheard', 'stop')",
        tx.org().0,
        channel.as_str(),
        thread_ts.as_str(),
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Item {
        inbox_id: row.inbox_id,
        kind: row.kind,
        workspace: TeamId(row.workspace_id),
        channel: row.channel_id.map(ChannelId),
        thread_ts: row.thread_ts.map(Ts),
        ts: row.ts.map(Ts),
        user: row.user_id.map(UserId),
        payload: row.payload,
        trace_id: row.trace_id,
        received_at: row.received_at,
    })
    .collect();
    // Slack's own order; deliveries may have come in any.
    items.sort_by(|a, b| (&a.ts, a.inbox_id).cmp(&(&b.ts, b.inbox_id)));
    Ok(items)
}

/// One delivery that its own job handles.
pub async fn get(tx: &mut OrgTx, inbox_id: i64) -> StoreResult<Option<Item>> {
    Ok(sqlx::query!(
        "select inbox_id, kind, workspace_id, channel_id, thread_ts, ts, user_id, payload,
             trace_id, received_at
         from core.inbox where org_id = $1 and inbox_id = $2 and taken_at is null",
        tx.org().0,
        inbox_id,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| Item {
        inbox_id: row.inbox_id,
        kind: row.kind,
        workspace: TeamId(row.workspace_id),
        channel: row.channel_id.map(ChannelId),
        thread_ts: row.thread_ts.map(Ts),
        ts: row.ts.map(Ts),
        user: row.user_id.map(UserId),
        payload: row.payload,
        trace_id: row.trace_id,
        received_at: row.received_at,
    }))
}

pub async fn mark_taken(tx: &mut OrgTx, inbox_ids: &[i64]) -> StoreResult<()> {
    sqlx::query!(
        "update core.inbox set taken_at = now() where org_id = $1 and inbox_id = any($2)",
        tx.org().0,
        inbox_ids,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The stored payload of a message, to ask the same once more.
pub async fn payload_of(tx: &mut OrgTx, channel: &str, ts: &str) -> StoreResult<Option<String>> {
    Ok(sqlx::query_scalar!(
        "select payload from core.inbox
         where org_id = $1 and message_key = $2 || ':' || $3 and payload <> ''",
        tx.org().0,
        channel,
        ts,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Blanks what Slack sent longer ago than the retention allows, in every organisation, a
/// bounded number at a time; returns how many.
pub async fn blank_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "update core.inbox set payload = '' where (org_id, inbox_id) in (
            select org_id, inbox_id from core.inbox
            where received_at < now() - make_interval(days => $1) and payload <> '' and taken_at is not null
            order by received_at limit $2)",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// Whether a delivery with this key came before.
pub async fn is_stored(tx: &mut OrgTx, event_key: &str) -> StoreResult<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from core.inbox where org_id = $1 and event_key = $2) as "stored!""#,
        tx.org().0,
        event_key,
    )
    .fetch_one(tx.connection())
    .await?)
}
