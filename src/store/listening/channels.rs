//! Which channels are read. A row stands for an administrator's decision, and everything that was
//! kept of a channel goes with its row.

use super::{CHECK, READ_BACK, REPORT, SOURCE};
use crate::base::ids::{ChannelId, OrgId, Ts, UserId};
use crate::store::db::{Db, OrgTx, StoreResult};
use crate::store::{events, jobs};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// A channel that is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub id: ChannelId,
    pub workspace: String,
    pub name: String,
    pub is_private: bool,
    pub switched_on_by: UserId,
    pub switched_on_at: DateTime<Utc>,
    /// A message's link is this, followed by the digits of its ts.
    pub link_prefix: String,
    /// Where the report stands of how far the reading is.
    pub report: Option<(ChannelId, Ts)>,
    pub position: Option<Value>,
    pub read_count: i64,
    pub read_back_at: Option<DateTime<Utc>>,
    pub checked_at: DateTime<Utc>,
}

struct Row {
    channel_id: String,
    workspace_id: String,
    name: String,
    is_private: bool,
    switched_on_by: String,
    switched_on_at: DateTime<Utc>,
    link_prefix: String,
    report_channel: Option<String>,
    report_ts: Option<String>,
    position: Option<Value>,
    read_count: i64,
    read_back_at: Option<DateTime<Utc>>,
    checked_at: DateTime<Utc>,
}

impl From<Row> for Channel {
    fn from(row: Row) -> Self {
        Self {
            id: ChannelId(row.channel_id),
            workspace: row.workspace_id,
            name: row.name,
            is_private: row.is_private,
            switched_on_by: UserId(row.switched_on_by),
            switched_on_at: row.switched_on_at,
            link_prefix: row.link_prefix,
            report: row.report_channel.map(ChannelId).zip(row.report_ts.map(Ts)),
            position: row.position,
            read_count: row.read_count,
            read_back_at: row.read_back_at,
            checked_at: row.checked_at,
        }
    }
}

/// A channel that is to be read from now on.
#[derive(Debug)]
pub struct Opening<'a> {
    pub channel: &'a ChannelId,
    pub workspace: &'a str,
    pub name: &'a str,
    pub is_private: bool,
    pub by: &'a UserId,
    pub link_prefix: &'a str,
    /// Where reading back begins.
    pub position: &'a Value,
}

/// Begins to read a channel, and to read it back; false if it was being read already. Every
/// process hears of it and listens from then on.
pub async fn switch_on(tx: &mut OrgTx, opening: &Opening<'_>) -> StoreResult<bool> {
    let begun = sqlx::query!(
        "insert into core.heard_channels
             (org_id, channel_id, workspace_id, name, is_private, switched_on_by, link_prefix, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        tx.org().0,
        opening.channel.as_str(),
        opening.workspace,
        opening.name,
        opening.is_private,
        opening.by.as_str(),
        opening.link_prefix,
        opening.position,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if begun == 0 {
        return Ok(false);
    }
    // Whatever else had put messages of this channel here, from now on Slack itself does.
    sqlx::query!(
        "delete from core.messages where org_id = $1 and source = $2 and channel_id = $3",
        tx.org().0,
        SOURCE,
        opening.channel.as_str(),
    )
    .execute(tx.connection())
    .await?;
    // In the list of systems Slack stands once, whoever put it there.
    sqlx::query!(
        "insert into core.connections (org_id, connection_id, system, name, scope, health, source, source_id)
         select $1, gen_random_uuid(), $2, 'Slack', 'org', 'healthy', $2, 'channels'
         where not exists (select from core.connections where org_id = $1 and system = $2)
         on conflict do nothing",
        tx.org().0,
        SOURCE,
    )
    .execute(tx.connection())
    .await?;
    jobs::nudge(tx, READ_BACK, opening.channel.as_str()).await?;
    jobs::nudge(tx, CHECK, opening.channel.as_str()).await?;
    announce(tx).await?;
    Ok(true)
}

/// What is read is held in memory beside the installations, and read anew when this is heard.
async fn announce(tx: &mut OrgTx) -> StoreResult<()> {
    sqlx::query!("select pg_notify('penny_installations', '')")
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Stops reading a channel and erases what was kept of it; returns how many messages that were,
/// or none if it was not being read.
pub async fn forget(tx: &mut OrgTx, channel: &ChannelId) -> StoreResult<Option<u64>> {
    let was_read = sqlx::query!(
        "delete from core.heard_channels where org_id = $1 and channel_id = $2",
        tx.org().0,
        channel.as_str(),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if was_read == 0 {
        return Ok(None);
    }
    let erased = erase(tx, std::slice::from_ref(&channel.0)).await?;
    Ok(Some(erased))
}

/// As [`forget`], for all channels of a workspace that Penny was removed from.
pub async fn forget_workspace(tx: &mut OrgTx, workspace: &str) -> StoreResult<u64> {
    let channels = sqlx::query_scalar!(
        "delete from core.heard_channels where org_id = $1 and workspace_id = $2 returning channel_id",
        tx.org().0,
        workspace,
    )
    .fetch_all(tx.connection())
    .await?;
    if channels.is_empty() {
        return Ok(0);
    }
    erase(tx, &channels).await
}

async fn erase(tx: &mut OrgTx, channels: &[String]) -> StoreResult<u64> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from core.heard where org_id = $1 and channel_id = any($2)",
        org,
        channels,
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!(
        "delete from core.unsaid where org_id = $1 and channel_id = any($2)",
        org,
        channels,
    )
    .execute(tx.connection())
    .await?;
    events::forget_channels(tx, channels).await?;
    let erased = sqlx::query!(
        "delete from core.messages where org_id = $1 and source = $2 and channel_id = any($3)",
        org,
        SOURCE,
        channels,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    sqlx::query!(
        "delete from core.connections where org_id = $1 and system = $2 and source_id = 'channels'
             and not exists (select from core.heard_channels where org_id = $1)",
        org,
        SOURCE,
    )
    .execute(tx.connection())
    .await?;
    announce(tx).await?;
    Ok(erased)
}

pub async fn get(tx: &mut OrgTx, channel: &ChannelId) -> StoreResult<Option<Channel>> {
    Ok(sqlx::query_as!(
        Row,
        "select channel_id, workspace_id, name, is_private, switched_on_by, switched_on_at, link_prefix,
             report_channel, report_ts, position, read_count, read_back_at, checked_at
         from core.heard_channels where org_id = $1 and channel_id = $2",
        tx.org().0,
        channel.as_str(),
    )
    .fetch_optional(tx.connection())
    .await?
    .map(Channel::from))
}

/// All that are read, by name.
pub async fn list(tx: &mut OrgTx) -> StoreResult<Vec<Channel>> {
    Ok(sqlx::query_as!(
        Row,
        "select channel_id, workspace_id, name, is_private, switched_on_by, switched_on_at, link_prefix,
             report_channel, report_ts, position, read_count, read_back_at, checked_at
         from core.heard_channels where org_id = $1 order by name, channel_id",
        tx.org().0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(Channel::from)
    .collect())
}

/// Those of some channels that are still read, held until `tx` ends: nobody else writes their
/// messages meanwhile.
pub async fn hold(tx: &mut OrgTx, channels: &[String]) -> StoreResult<HashMap<ChannelId, Channel>> {
    Ok(sqlx::query_as!(
        Row,
        "select channel_id, workspace_id, name, is_private, switched_on_by, switched_on_at, link_prefix,
             report_channel, report_ts, position, read_count, read_back_at, checked_at
         from core.heard_channels where org_id = $1 and channel_id = any($2)
         order by channel_id for update",
        tx.org().0,
        channels,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| (ChannelId(row.channel_id.clone()), Channel::from(row)))
    .collect())
}

/// The channels that are read, by workspace, in every organisation: what ingress listens for.
pub async fn all_read(db: &Db) -> StoreResult<HashMap<(OrgId, String), HashSet<ChannelId>>> {
    let rows = sqlx::query!("select org_id, workspace_id, channel_id from core.heard_channels")
        .fetch_all(db.system())
        .await?;
    let mut read: HashMap<_, HashSet<_>> = HashMap::new();
    for row in rows {
        let workspace = (OrgId(row.org_id), row.workspace_id);
        let channels = read.entry(workspace).or_default();
        channels.insert(ChannelId(row.channel_id));
    }
    Ok(read)
}

/// A channel as Slack knows it by now. Its messages carry its name and are seen by whom it is
/// seen by; both change with it.
pub async fn describe(
    tx: &mut OrgTx,
    channel: &ChannelId,
    name: &str,
    is_private: bool,
) -> StoreResult<bool> {
    let changed = sqlx::query!(
        "update core.heard_channels set name = $3, is_private = $4
         where org_id = $1 and channel_id = $2 and (name, is_private) is distinct from ($3, $4)",
        tx.org().0,
        channel.as_str(),
        name,
        is_private,
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if changed == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "update core.messages
         set channel_name = $4, visibility = case when $5 then 'channel' else 'org' end
         where org_id = $1 and source = $2 and channel_id = $3",
        tx.org().0,
        SOURCE,
        channel.as_str(),
        name,
        is_private,
    )
    .execute(tx.connection())
    .await?;
    events::redescribe(tx, channel.as_str(), is_private).await?;
    Ok(true)
}

/// Has every channel looked at that was not for an hour, in every organisation: what no event
/// told of is found out then.
pub async fn due(db: &Db) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "insert into core.jobs (org_id, kind, key)
         select org_id, $1, channel_id from core.heard_channels
         where checked_at < now() - interval '1 hour'
         on conflict (org_id, kind, key) do update
         set nudges = core.jobs.nudges + 1, attempts = 0, dead_at = null
         where core.jobs.dead_at is not null",
        CHECK,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// Has the report of a channel's reading brought up to date.
pub(super) async fn nudge_report(tx: &mut OrgTx, channel: &ChannelId) -> StoreResult<()> {
    jobs::nudge(tx, REPORT, channel.as_str()).await
}
