//! Jobs that were stored in a rush, one row a commit. A job is a quarter of what its delivery costs,
//! and in a rush few of them begin anyway. The row is as durable as the deliveries are, and which
//! process unpacks it does not matter.

use crate::store::db::{Db, StoreResult};

/// As many commits become jobs at once: some hundred jobs. In a rush that lasts, deliveries feel
/// it while a statement makes thousands.
const AT_ONCE: i64 = 8;

/// Makes jobs of what was bundled first; returns how many bundles there were. A server that dies
/// may undo it, and then the bundles are there again.
pub async fn unpack(db: &Db) -> StoreResult<i64> {
    // Of all organisations, since concurrent deliveries of all of them share one commit. In the
    // order of their keys, so that nobody who asks for several jobs waits in a ring.
    let unpacked = sqlx::query!(
        r#"
        with taken as (
            delete from core.bundles where bundle_id = any(array(
                select bundle_id from core.bundles order by bundle_id limit $1 for update skip locked))
            returning bundle_id, org_ids, kinds, keys, trace_ids
        ), due as (
            select distinct on (org_id, kind, key) org_id, kind, key, trace_id
            from taken, unnest(org_ids, kinds, keys, trace_ids) as job(org_id, kind, key, trace_id)
            order by org_id, kind, key, bundle_id
        ), nudged as (
            insert into core.jobs (org_id, kind, key, trace_id)
            select org_id, kind, key, trace_id from due order by org_id, kind, key
            on conflict (org_id, kind, key) do update
            set nudges = core.jobs.nudges + 1,
                run_at = least(core.jobs.run_at, now()),
                can_wait = false,
                attempts = case when core.jobs.dead_at is null then core.jobs.attempts else 0 end,
                dead_at = null
        )
        select count(*) as "bundles!" from taken
        "#,
        AT_ONCE,
    )
    .fetch_one(db.repeatable())
    .await?;
    Ok(unpacked.bundles)
}
