//! What goes on beside a thread: a lane is a conversation of its own that shows in the thread.

use super::db::{OrgTx, StoreResult};
use super::inbox::Item;
use crate::base::ids::{ChannelId, Ts, UserId};

/// Hands a stop on to the turns that go on beside a thread, in lanes. Returns the keys of their jobs.
pub async fn stop(
    tx: &mut OrgTx,
    channel: &ChannelId,
    thread_ts: &Ts,
    stop: &Item,
) -> StoreResult<Vec<String>> {
    tx.asks_for_work();
    Ok(sqlx::query_scalar!(
        r#"
        with stopped as (
            insert into core.inbox (org_id, kind, event_key, workspace_id, channel_id, thread_ts,
                ts, user_id, payload, trace_id)
            select org_id, 'stop', 'lane-stop:' || $4 || ':' || thread_ts, workspace_id, channel_id,
                thread_ts, $5, $6, '', $7
            from core.conversations as c
            where org_id = $1 and channel_id = $2 and starts_with(thread_ts, $3 || '/')
                and exists (select from core.turns as t
                    where t.org_id = $1 and t.conversation_id = c.conversation_id
                        and t.state in ('running', 'waiting'))
            on conflict do nothing
            returning channel_id || ':' || thread_ts as key
        )
        insert into core.jobs (org_id, kind, key, trace_id)
        select $1, 'turn', key, $7 from stopped order by key
        on conflict (org_id, kind, key) do update
        set nudges = core.jobs.nudges + 1, run_at = least(core.jobs.run_at, now())
        returning key
        "#,
        tx.org().0,
        channel.as_str(),
        thread_ts.as_str(),
        stop.inbox_id.to_string(),
        stop.ts.as_ref().map(Ts::as_str),
        stop.user.as_ref().map(UserId::as_str),
        stop.trace_id,
    )
    .fetch_all(tx.connection())
    .await?)
}
