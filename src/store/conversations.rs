//! Conversations (one a Slack thread) and their entries: what was said and done, in order.

use super::db::{OrgTx, StoreResult};
use crate::base::ids::{ChannelId, ConversationId, TeamId, Ts, TurnId, UserId};
use chrono::{DateTime, Utc};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Thread {
    pub workspace: TeamId,
    pub channel: ChannelId,
    pub thread_ts: Ts,
}

/// Stands between a thread and a lane beside it; no ts has it.
const BESIDE: char = '/';

/// Where in Slack a conversation is: a lane is where its thread is.
pub fn root_of(thread_ts: &str) -> Ts {
    Ts::new(thread_ts.split(BESIDE).next().unwrap_or(thread_ts))
}

impl Thread {
    /// A conversation of its own that shows in the same thread, and whose turns wait for none of
    /// the thread's or of other lanes.
    pub fn lane(&self, name: &str) -> Self {
        Self {
            thread_ts: Ts(format!("{}{BESIDE}{name}", self.thread_ts)),
            ..self.clone()
        }
    }

    pub fn is_lane(&self) -> bool {
        self.thread_ts.as_str().contains(BESIDE)
    }

    pub fn root(&self) -> Ts {
        root_of(self.thread_ts.as_str())
    }

    /// The key of the job that works on this thread.
    pub fn job_key(&self) -> String {
        format!("{}:{}", self.channel, self.thread_ts)
    }

    /// (channel, thread) of a job's key.
    pub fn parse_job_key(key: &str) -> Option<(ChannelId, Ts)> {
        let (channel, ts) = key.split_once(':')?;
        Some((channel.into(), ts.into()))
    }
}

/// Finds or makes the conversation of a thread. The title is for one that begins: whoever
/// renames it later has the last word.
pub async fn open(
    tx: &mut OrgTx,
    thread: &Thread,
    title: Option<&str>,
) -> StoreResult<ConversationId> {
    let id = sqlx::query_scalar!(
        "insert into core.conversations (org_id, conversation_id, workspace_id, channel_id, thread_ts, title)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, channel_id, thread_ts) do update set last_active_at = now()
         returning conversation_id",
        tx.org().0,
        ConversationId::fresh().0,
        thread.workspace.as_str(),
        thread.channel.as_str(),
        thread.thread_ts.as_str(),
        title,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(ConversationId(id))
}

/// The conversation of a thread, if Penny takes part there, and the workspace it is in.
pub async fn find(
    tx: &mut OrgTx,
    channel: &ChannelId,
    thread_ts: &Ts,
) -> StoreResult<Option<(ConversationId, TeamId)>> {
    Ok(sqlx::query!(
        "select conversation_id, workspace_id from core.conversations
         where org_id = $1 and channel_id = $2 and thread_ts = $3",
        tx.org().0,
        channel.as_str(),
        thread_ts.as_str(),
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| {
        (
            ConversationId(row.conversation_id),
            TeamId(row.workspace_id),
        )
    }))
}

pub async fn set_title(tx: &mut OrgTx, id: ConversationId, title: &str) -> StoreResult<()> {
    sqlx::query!(
        "update core.conversations set title = $3 where org_id = $1 and conversation_id = $2",
        tx.org().0,
        id.0,
        title,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// One line of a conversation. `kind` and `body` are the agent's; the store only keeps them.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub seq: i64,
    pub turn: TurnId,
    pub kind: String,
    pub body: Value,
}

/// The entries from the last summary on, which is all that a turn needs to read:
/// the cost of a turn does not grow with the age of its thread.
pub async fn entries(tx: &mut OrgTx, id: ConversationId) -> StoreResult<Vec<Entry>> {
    Ok(sqlx::query!(
        "select seq, turn_id, kind, body from core.entries
         where org_id = $1 and conversation_id = $2 and seq >= coalesce((
             select max(seq) from core.entries
             where org_id = $1 and conversation_id = $2 and kind = 'summary'), 0)
         order by seq",
        tx.org().0,
        id.0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Entry {
        seq: row.seq,
        turn: TurnId(row.turn_id),
        kind: row.kind,
        body: row.body,
    })
    .collect())
}

/// A conversation as App Home lists it.
#[derive(Debug, Clone)]
pub struct Recent {
    pub channel: ChannelId,
    pub thread_ts: Ts,
    pub title: Option<String>,
    pub last_active_at: DateTime<Utc>,
    /// That of its latest turn: running, waiting, done, failed or stopped.
    pub state: String,
}

/// The conversations that a person took part in, newest first; lanes show with their thread.
pub async fn recent_of(tx: &mut OrgTx, user: &str, limit: i64) -> StoreResult<Vec<Recent>> {
    Ok(sqlx::query!(
        "select c.channel_id, c.thread_ts, c.title, c.last_active_at, latest.state
         from core.conversations as c
         join lateral (
             select state from core.turns
             where org_id = $1 and conversation_id = c.conversation_id
             order by started_at desc limit 1) as latest on true
         where c.org_id = $1 and strpos(c.thread_ts, '/') = 0 and c.conversation_id in (
             select conversation_id from core.turns
             where org_id = $1 and asked_by = $2 order by started_at desc limit 50)
         order by c.last_active_at desc limit $3",
        tx.org().0,
        user,
        limit,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Recent {
        channel: ChannelId(row.channel_id),
        thread_ts: Ts(row.thread_ts),
        title: row.title,
        last_active_at: row.last_active_at,
        state: row.state,
    })
    .collect())
}

/// The threads of a channel in which somebody's turn has not ended.
pub async fn open_for(
    tx: &mut OrgTx,
    channel: &ChannelId,
    asked_by: &UserId,
) -> StoreResult<Vec<Ts>> {
    Ok(sqlx::query_scalar!(
        "select c.thread_ts
         from core.turns as t join core.conversations as c using (org_id, conversation_id)
         where t.org_id = $1 and t.asked_by = $2 and t.state in ('running', 'waiting')
             and c.channel_id = $3
         order by t.started_at",
        tx.org().0,
        asked_by.as_str(),
        channel.as_str(),
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(Ts)
    .collect())
}
