//! Messages of the channels that are read: what was heard and is still to be folded, and the one
//! way to write them. The latest state of a message wins, whatever the order in which its states
//! come in, and nothing brings back what was deleted.

use super::{FOLD, SOURCE, source_id};
use crate::base::ids::ChannelId;
use crate::store::company::ChannelMessage;
use crate::store::db::{Db, OrgTx, StoreResult};
use crate::store::events;
use std::collections::HashMap;

/// An event about a message, as it came.
#[derive(Debug, Clone)]
pub struct Heard {
    pub event_key: String,
    pub channel: ChannelId,
    pub payload: String,
}

/// What is known of some messages by now.
#[derive(Debug, Default)]
pub struct Saying {
    /// Each at most once; `updated_at` of its origin says which state of it this is.
    pub said: Vec<ChannelMessage>,
    /// Deleted: channels and ts.
    pub unsaid: Vec<(String, String)>,
}

/// Some of what is still to be folded.
pub async fn waiting(tx: &mut OrgTx, limit: i64) -> StoreResult<Vec<Heard>> {
    Ok(sqlx::query!(
        "select event_key, channel_id, payload from core.heard where org_id = $1 limit $2",
        tx.org().0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Heard {
        event_key: row.event_key,
        channel: ChannelId(row.channel_id),
        payload: row.payload,
    })
    .collect())
}

/// Says that these were folded, or that there is nothing to fold them into.
pub async fn drop_heard(tx: &mut OrgTx, event_keys: &[String]) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.heard where org_id = $1 and event_key = any($2)",
        tx.org().0,
        event_keys,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes what is known, and tells of what is new. The caller holds the channels; returns how many
/// rows that changed.
pub async fn save(tx: &mut OrgTx, saying: &Saying) -> StoreResult<u64> {
    let mut changed = 0;
    if !saying.unsaid.is_empty() {
        changed += unsay(tx, &saying.unsaid).await?;
    }
    if saying.said.is_empty() {
        return Ok(changed);
    }
    let written = sqlx::query!(
        "insert into core.messages as old (org_id, message_id, channel_name, author_name, text, sent_at,
             thread_id, visibility, owner_id, channel_id, shareable, source, source_id, source_url,
             raw, created_at, updated_at)
         select $1, message_id, channel_name, author_name, text, sent_at, thread_id, visibility,
             owner_id, channel_id, shareable, source, source_id, source_url, raw, created_at, updated_at
         from jsonb_populate_recordset(null::core.messages, $2) as new
         where not exists (select from core.unsaid as gone
             where gone.org_id = $1 and gone.channel_id = new.channel_id
                 and gone.channel_id || ':' || gone.ts = new.source_id)
         on conflict (org_id, source, source_id) do update
         set channel_name = excluded.channel_name, author_name = excluded.author_name,
             text = excluded.text, thread_id = excluded.thread_id, visibility = excluded.visibility,
             owner_id = excluded.owner_id, shareable = excluded.shareable,
             source_url = excluded.source_url, raw = excluded.raw, updated_at = excluded.updated_at
         where old.updated_at < excluded.updated_at",
        tx.org().0,
        serde_json::to_value(&saying.said)?,
    )
    .execute(tx.connection())
    .await?;
    let said = saying.said.iter().map(|it| it.origin.source_id.clone());
    events::record_said(tx, SOURCE, &said.collect::<Vec<_>>()).await?;
    Ok(changed + written.rows_affected())
}

async fn unsay(tx: &mut OrgTx, gone: &[(String, String)]) -> StoreResult<u64> {
    let (channels, ts): (Vec<_>, Vec<_>) = gone.iter().cloned().unzip();
    sqlx::query!(
        "insert into core.unsaid (org_id, channel_id, ts)
         select $1, channel_id, ts from unnest($2::text[], $3::text[]) as gone (channel_id, ts)
         on conflict do nothing",
        tx.org().0,
        &channels,
        &ts,
    )
    .execute(tx.connection())
    .await?;
    let deleted = sqlx::query!(
        "delete from core.messages where org_id = $1 and source = $2 and source_id in (
             select channel_id || ':' || ts from unnest($3::text[], $4::text[]) as gone (channel_id, ts))",
        tx.org().0,
        SOURCE,
        &channels,
        &ts,
    )
    .execute(tx.connection())
    .await?;
    let source_ids = gone.iter().map(|(channel, ts)| source_id(channel, ts));
    events::forget_messages(tx, &channels, &source_ids.collect::<Vec<_>>()).await?;
    Ok(deleted.rows_affected())
}

/// Makes sure that whatever waits to be folded is, in every organisation.
pub async fn nudge_waiting(db: &Db) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "insert into core.jobs (org_id, kind, key) select distinct org_id, $1, '' from core.heard
         on conflict (org_id, kind, key) do update
         set nudges = core.jobs.nudges + 1, attempts = 0, dead_at = null
         where core.jobs.dead_at is not null",
        FOLD,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// Deletes messages of the channels that are read which are older than they shall be kept, in
/// every organisation, a bounded number at a time; returns how many.
pub async fn delete_old(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.messages where ctid = any(array(
             select m.ctid from core.heard_channels as c
             join core.messages as m on (m.org_id, m.channel_id) = (c.org_id, c.channel_id)
             where m.source = $1 and m.sent_at < now() - make_interval(days => greatest($2, 1))
             limit $3))",
        SOURCE,
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// Forgets what was deleted so long ago that nothing can still be on its way that tells of it.
pub async fn forget_unsaid(db: &Db) -> StoreResult<u64> {
    Ok(
        sqlx::query!("delete from core.unsaid where deleted_at < now() - interval '7 days'")
            .execute(db.system())
            .await?
            .rows_affected(),
    )
}

/// How many messages are kept of each channel that is read.
pub async fn counts(tx: &mut OrgTx) -> StoreResult<HashMap<ChannelId, i64>> {
    Ok(sqlx::query!(
        r#"select c.channel_id, count(*) as "messages!" from core.heard_channels as c
           join core.messages as m on m.org_id = c.org_id and m.channel_id = c.channel_id
           where c.org_id = $1 and m.source = $2 group by 1"#,
        tx.org().0,
        SOURCE,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| (ChannelId(row.channel_id), row.messages))
    .collect())
}
