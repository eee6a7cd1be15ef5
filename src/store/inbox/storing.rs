//! Storing a batch: the deliveries and the jobs that they cause are one statement.

use super::Delivery;
use crate::store::db::{Db, StoreResult, column};
use sqlx::PgExecutor;

/// So many wait to be stored at once, or are in one commit, only where more come than can be stored.
pub const A_RUSH: usize = 16;

/// What becomes of the jobs that a batch causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Jobs {
    Urgent,
    /// They are taken up after all that came from people.
    CanWait,
    /// One row stands for all of them until the rush is over: `bundles`.
    Bundled,
}

/// Whether the jobs of this batch are bundled, to be unpacked later.
pub fn comes_in_a_rush(batch: &[Delivery]) -> bool {
    batch.len() >= A_RUSH
}

/// Stores a batch. When this returns, all of it is durable, and what was there before changed
/// nothing. Spans organisations because concurrent deliveries of all of them share one commit.
///
/// Whoever calls this tells the workers: a notification inside the transaction would make the
/// commits of concurrent batches wait for each other.
pub async fn store(db: &Db, batch: &[Delivery]) -> StoreResult<()> {
    let jobs = match comes_in_a_rush(batch) {
        true => Jobs::Bundled,
        false => Jobs::Urgent,
    };
    let stored = insert(db.ingress(), batch.iter(), jobs).await;
    db.room().note(&stored);
    Ok(stored?)
}

/// The same, for what commits together with something else. What `can_wait` is taken up after all
/// that came from people.
pub async fn store_with(
    executor: impl PgExecutor<'_>,
    batch: impl Iterator<Item = &Delivery>,
    can_wait: bool,
) -> StoreResult<()> {
    let jobs = if can_wait {
        Jobs::CanWait
    } else {
        Jobs::Urgent
    };
    Ok(insert(executor, batch, jobs).await?)
}

async fn insert(
    executor: impl PgExecutor<'_>,
    batch: impl Iterator<Item = &Delivery>,
    jobs: Jobs,
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
            select org_id, job, key, trace_id
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
        ), bundled as (
            insert into core.bundles (org_ids, kinds, keys, trace_ids)
            select array_agg(org_id), array_agg(job), array_agg(key), array_agg(trace_id)
            from due where $17 having count(*) > 0
        )
        insert into core.jobs (org_id, kind, key, trace_id, can_wait)
        select distinct on (org_id, job, key) org_id, job, key, trace_id, $16
        from due where not $17
        order by org_id, job, key
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
        jobs == Jobs::CanWait,
        jobs == Jobs::Bundled,
    )
    .execute(executor)
    .await?;
    Ok(())
}
