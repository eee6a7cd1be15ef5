//! What Slack sent, stored before it is acknowledged. A batch of deliveries is one statement,
//! and so one commit: the rows, the jobs they cause, and the refusal of what came before.
//! Any number of batches may be on their way at once.

mod bundles;
mod storing;

pub use bundles::unpack;
pub(super) use storing::store_with;
pub use storing::{A_RUSH, comes_in_a_rush, store};

use super::db::{Db, OrgTx, StoreError, StoreResult};
use crate::base::ids::{ChannelId, OrgId, TeamId, Ts, UserId};
use crate::base::telemetry::TraceId;
use chrono::{DateTime, Utc};

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
