//! Messages of the channels that are read, as events: each once, when it is first known, and no
//! longer than the message itself is kept.

use super::{MESSAGE_MATCHED, fresh_ids};
use crate::store::db::{OrgTx, StoreResult};

/// Tells of messages that were said since their channel is read, but not of those that are only
/// heard of after a day.
pub async fn record_said(tx: &mut OrgTx, source: &str, source_ids: &[String]) -> StoreResult<u64> {
    if source_ids.is_empty() {
        return Ok(0);
    }
    Ok(sqlx::query!(
        r#"insert into core.events (org_id, event_id, kind, payload, system, source_id, occurred_at,
               visibility, owner_id, channel_id, cause)
           select $1, ($2::uuid[])[row_number() over (order by m.sent_at, m.source_id)], $3,
               jsonb_build_object('text', m.text, 'author', m.author_name,
                   'channel', m.channel_name, 'channel_id', m.channel_id,
                   'thread_id', m.thread_id, 'url', m.source_url),
               m.source, m.source_id, m.sent_at, m.visibility, m.owner_id, m.channel_id,
               'said/' || m.source_id
           from core.messages as m
           join core.heard_channels as c on c.org_id = m.org_id and c.channel_id = m.channel_id
           where m.org_id = $1 and m.source = $4 and m.source_id = any($5)
               and m.sent_at >= c.switched_on_at and m.sent_at > now() - interval '1 day'
           on conflict do nothing"#,
        tx.org().0,
        &fresh_ids(source_ids.len()),
        MESSAGE_MATCHED,
        source,
        source_ids,
    )
    .execute(tx.connection())
    .await?
    .rows_affected())
}

/// Takes back what told of messages that were deleted.
pub async fn forget_messages(
    tx: &mut OrgTx,
    channels: &[String],
    source_ids: &[String],
) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.events
         where org_id = $1 and kind = $2 and channel_id = any($3) and source_id = any($4)",
        tx.org().0,
        MESSAGE_MATCHED,
        channels,
        source_ids,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes back what told of messages of channels that are no longer read.
pub async fn forget_channels(tx: &mut OrgTx, channels: &[String]) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.events where org_id = $1 and kind = $2 and channel_id = any($3)",
        tx.org().0,
        MESSAGE_MATCHED,
        channels,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Follows a channel that became private, or public, in what was told of its messages.
pub async fn redescribe(tx: &mut OrgTx, channel: &str, is_private: bool) -> StoreResult<()> {
    sqlx::query!(
        "update core.events set visibility = case when $4 then 'channel' else 'org' end
         where org_id = $1 and kind = $2 and channel_id = $3",
        tx.org().0,
        MESSAGE_MATCHED,
        channel,
        is_private,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
