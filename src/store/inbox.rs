//! What Slack sent, stored before it is acknowledged. A batch of deliveries is one statement,
//! and so one commit: the rows, the jobs they cause, and the refusal of what came before.
//! Any number of batches may be on their way at once.

use super::db::{Db, OrgTx, StoreError, StoreResult, column};
use crate::base::ids::{ChannelId, OrgId, TeamId, Ts, UserId};
use crate::base::telemetry::TraceId;
use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

/// What a delivery asks for, as the inbox needs to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A message to Penny: starts or steers a turn of its thread.
    Message,
    /// A message in a thread: for Penny only if she takes part there. Slack may deliver it before
    /// the mention that it follows, so one in a strange thread waits a while without a job.
    Reply,
    /// Said to somebody else in a thread where Penny takes part: context for her next turn.
    Overheard,
    /// Asks nothing of Penny and is data alone: it gets no row of its own here.
    Heard,
    /// Stop what runs in this thread.
    Stop,
    Event,
    Interaction,
    Command,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Message,
        Self::Reply,
        Self::Overheard,
        Self::Heard,
        Self::Stop,
        Self::Event,
        Self::Interaction,
        Self::Command,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Reply => "reply",
            Self::Overheard => "overheard",
            Self::Heard => "heard",
            Self::Stop => "stop",
            Self::Event => "event",
            Self::Interaction => "interaction",
            Self::Command => "command",
        }
    }

    fn parse(text: &str) -> StoreResult<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| StoreError::Corrupt(format!("a delivery of the kind {text:?}")))
    }

    /// Said to Penny.
    pub fn is_said(self) -> bool {
        matches!(self, Self::Message | Self::Reply)
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
    /// The event about a message of a channel that is read, to be folded into the messages.
    pub heard: Option<String>,
    pub trace: TraceId,
}

/// Stores a batch. When this returns, all of it is durable, and what was there before changed
/// nothing. Spans organisations because concurrent deliveries of all of them share one commit.
///
/// Whoever calls this tells the workers: a notification inside the transaction would make the
/// commits of concurrent batches wait for each other.
pub async fn store(db: &Db, batch: &[Delivery]) -> StoreResult<()> {
    let stored = insert(db.ingress(), batch.iter(), false).await;
    db.room().note(&stored);
    Ok(stored?)
}

/// The same, for what commits together with something else. What `can_wait` is taken up after all
/// that came from people.
pub(super) async fn store_with(
    executor: impl PgExecutor<'_>,
    batch: impl Iterator<Item = &Delivery>,
    can_wait: bool,
) -> StoreResult<()> {
    Ok(insert(executor, batch, can_wait).await?)
}

async fn insert(
    executor: impl PgExecutor<'_>,
    batch: impl Iterator<Item = &Delivery>,
    can_wait: bool,
) -> Result<(), sqlx::Error> {
    // In the order of their keys, so that two batches never wait for each other in a ring; both
    // deliveries of one mention have the same message key.
    let mut batch: Vec<&Delivery> = batch.collect();
    if batch.is_empty() {
        return Ok(());
    }
    batch.sort_by_key(|d| (d.org, d.message_key.as_ref().unwrap_or(&d.event_key)));
    let mut heard: Vec<&Delivery> = batch
        .iter()
        .copied()
        .filter(|d| d.heard.is_some())
        .collect();
    heard.sort_by_key(|d| (d.org, &d.event_key));
    let (batch, heard) = (batch.as_slice(), heard.as_slice());
    // Only a reply and what was overheard ask whether Penny takes part in the thread.
    sqlx::query!(
        r#"
        with heard as (
            insert into core.heard (org_id, event_key, channel_id, payload)
            select * from unnest($12::uuid[], $13::text[], $14::text[], $15::text[])
            on conflict do nothing
        ), stored as (
            insert into core.inbox (org_id, kind, event_key, message_key, workspace_id,
                channel_id, thread_ts, ts, user_id, payload, trace_id)
            select * from unnest(
                $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                $7::text[], $8::text[], $9::text[], $10::text[], $11::text[]
            ) as d(org_id, kind, event_key, message_key, workspace_id,
                channel_id, thread_ts, ts, user_id, payload, trace_id)
            where kind <> 'heard' and (kind <> 'overheard'
                or exists (select from core.conversations as c
                    where (c.org_id, c.channel_id, c.thread_ts) = (d.org_id, d.channel_id, d.thread_ts))
                or exists (select from core.inbox as i
                    where (i.org_id, i.channel_id, i.thread_ts) = (d.org_id, d.channel_id, d.thread_ts)
                    and i.taken_at is null and i.kind = 'message'))
            on conflict do nothing
            returning org_id, kind, event_key, channel_id, thread_ts, trace_id
        ), due as (
            select distinct on (org_id, job, key) org_id, job, key, trace_id
            from stored as d, lateral (
                select case when kind in ('message', 'reply', 'stop') then 'turn' else 'inbound' end,
                    case when kind in ('message', 'reply', 'stop') then channel_id || ':' || thread_ts
                        else event_key end
            ) as work(job, key)
            where kind <> 'overheard' and (kind <> 'reply'
                or exists (select from core.conversations as c
                    where (c.org_id, c.channel_id, c.thread_ts) = (d.org_id, d.channel_id, d.thread_ts))
                or exists (select from core.inbox as i
                    where (i.org_id, i.channel_id, i.thread_ts) = (d.org_id, d.channel_id, d.thread_ts)
                    and i.taken_at is null and i.kind = 'message'))
            order by org_id, job, key
        )
        insert into core.jobs (org_id, kind, key, trace_id, can_wait)
        select org_id, job, key, trace_id, $16 from due
        on conflict (org_id, kind, key) do update
        set nudges = core.jobs.nudges + 1,
            run_at = least(core.jobs.run_at, now()),
            can_wait = core.jobs.can_wait and excluded.can_wait,
            attempts = case when core.jobs.dead_at is null then core.jobs.attempts else 0 end,
            dead_at = null
        "#,
        &column(batch, |d| d.org.0),
        &column(batch, |d| d.kind.as_str()) as _,
        &column(batch, |d| d.event_key.as_str()) as _,
        &column(batch, |d| d.message_key.as_deref()) as _,
        &column(batch, |d| d.workspace.as_str()) as _,
        &column(batch, |d| d.channel.as_deref()) as _,
        &column(batch, |d| d.thread_ts.as_deref()) as _,
        &column(batch, |d| d.ts.as_deref()) as _,
        &column(batch, |d| d.user.as_deref()) as _,
        &column(batch, |d| d.payload.as_str()) as _,
        &column(batch, |d| d.trace.to_string()),
        &column(heard, |d| d.org.0),
        &column(heard, |d| d.event_key.as_str()) as _,
        &column(heard, |d| d.channel.as_deref()) as _,
        &column(heard, |d| d.heard.as_deref()) as _,
        can_wait,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// A stored delivery, as its job reads it.
#[derive(Debug, Clone)]
pub struct Item {
    /// The order of arrival.
    pub inbox_id: i64,
    pub kind: Kind,
    pub workspace: TeamId,
    pub ts: Option<Ts>,
    pub user: Option<UserId>,
    pub payload: String,
    pub trace_id: String,
    pub received_at: DateTime<Utc>,
}

struct Row {
    inbox_id: i64,
    kind: String,
    workspace_id: String,
    ts: Option<String>,
    user_id: Option<String>,
    payload: String,
    trace_id: String,
    received_at: DateTime<Utc>,
}

impl TryFrom<Row> for Item {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        Ok(Self {
            inbox_id: row.inbox_id,
            kind: Kind::parse(&row.kind)?,
            workspace: TeamId(row.workspace_id),
            ts: row.ts.map(Ts),
            user: row.user_id.map(UserId),
            payload: row.payload,
            trace_id: row.trace_id,
            received_at: row.received_at,
        })
    }
}

/// What waits in a thread, oldest first. It stays there until it is marked as taken, in the
/// transaction that saves what became of it.
pub async fn waiting_in(
    tx: &mut OrgTx,
    channel: &ChannelId,
    thread_ts: &Ts,
) -> StoreResult<Vec<Item>> {
    let rows = sqlx::query_as!(
        Row,
        "select inbox_id, kind, workspace_id, ts, user_id, payload, trace_id, received_at
         from core.inbox
         where org_id = $1 and channel_id = $2 and thread_ts = $3 and taken_at is null
             and kind in ('message', 'reply', 'overheard', 'stop')",
        tx.org().0,
        channel.as_str(),
        thread_ts.as_str(),
    )
    .fetch_all(tx.connection())
    .await?;
    let items: StoreResult<Vec<Item>> = rows.into_iter().map(Item::try_from).collect();
    let mut items = items?;
    // Slack's own order; deliveries may have come in any.
    items.sort_by(|a, b| (&a.ts, a.inbox_id).cmp(&(&b.ts, b.inbox_id)));
    Ok(items)
}

/// Says that these deliveries of a thread were dealt with.
pub async fn mark_taken(
    tx: &mut OrgTx,
    channel: &ChannelId,
    thread_ts: &Ts,
    inbox_ids: &[i64],
) -> StoreResult<()> {
    sqlx::query!(
        "update core.inbox set taken_at = now()
         where org_id = $1 and channel_id = $2 and thread_ts = $3 and taken_at is null
             and inbox_id = any($4)",
        tx.org().0,
        channel.as_str(),
        thread_ts.as_str(),
        inbox_ids,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// One delivery that its own job handles, unless it was handled before.
pub async fn get(tx: &mut OrgTx, event_key: &str) -> StoreResult<Option<Item>> {
    sqlx::query_as!(
        Row,
        "select inbox_id, kind, workspace_id, ts, user_id, payload, trace_id, received_at
         from core.inbox where org_id = $1 and event_key = $2 and taken_at is null",
        tx.org().0,
        event_key,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(Item::try_from)
    .transpose()
}

pub async fn mark_handled(tx: &mut OrgTx, event_key: &str) -> StoreResult<()> {
    sqlx::query!(
        "update core.inbox set taken_at = now() where org_id = $1 and event_key = $2",
        tx.org().0,
        event_key,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Says that a delivery was dealt with, and erases what it carried.
pub async fn erase(tx: &mut OrgTx, event_key: &str) -> StoreResult<()> {
    sqlx::query!(
        "update core.inbox set taken_at = now(), payload = '' where org_id = $1 and event_key = $2",
        tx.org().0,
        event_key,
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

/// Deletes what Slack sent longer ago than the retention allows, in every organisation, a bounded
/// number at a time; returns how many. What still has to be answered stays. (Slack gives up on a
/// delivery after an hour, so a key need not be remembered for longer than a day.)
pub async fn delete_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.inbox where ctid = any(array(
            select ctid from core.inbox
            where received_at < now() - make_interval(days => greatest($1, 1))
                and (taken_at is not null or kind in ('reply', 'overheard')) limit $2))",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// Settles replies that came before the mention they follow, in every organisation: where Penny
/// takes part by now there is work to do, and where she still does not they were not for her.
/// Returns how many jobs that made.
pub async fn settle_early_replies(db: &Db) -> StoreResult<u64> {
    let settled = sqlx::query!(
        r#"
        with strange as (
            delete from core.inbox as i
            where kind = 'reply' and taken_at is null and received_at < now() - interval '10 minutes'
                and not exists (select from core.conversations as c
                    where (c.org_id, c.channel_id, c.thread_ts) = (i.org_id, i.channel_id, i.thread_ts))
        ), nudged as (
            insert into core.jobs (org_id, kind, key, trace_id)
            select distinct on (1, 3) org_id, 'turn', channel_id || ':' || thread_ts, trace_id
            from core.inbox join core.conversations using (org_id, channel_id, thread_ts)
            where kind = 'reply' and taken_at is null
            order by 1, 3
            on conflict (org_id, kind, key) do nothing
            returning 1
        )
        select count(*) as "nudged!" from nudged
        "#
    )
    .fetch_one(db.system())
    .await?;
    Ok(settled.nudged.unsigned_abs())
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
