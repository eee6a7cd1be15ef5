//! What is looked for over all organisations: time that is up, work that nobody does, and texts
//! that nobody needs any more. The ledger keeps its entries; those name a text by its hash.

use super::{Key, key};
use crate::base::ids::OrgId;
use crate::store::db::{Db, OrgTx, StoreResult};

/// Proposals of all organisations whose time is up: undecided, or approved and never begun.
pub async fn due(db: &Db, limit: i64) -> StoreResult<Vec<(OrgId, Key)>> {
    Ok(sqlx::query!(
        "select org_id, proposal_id, version from core.proposals
         where state = 'proposed' and expires_at <= clock_timestamp()
             or state = 'approved' and start_by <= clock_timestamp()
         limit $1",
        limit,
    )
    .fetch_all(db.system())
    .await?
    .into_iter()
    .map(|row| (OrgId(row.org_id), key(row.proposal_id, row.version)))
    .collect())
}

/// Approved proposals that nobody carries out: not begun for a while, neither after their approval
/// nor after a pause, or left by a process that died. Each needs a job; to give it one too many
/// costs nothing.
pub async fn stranded(db: &Db, limit: i64) -> StoreResult<Vec<(OrgId, Key)>> {
    Ok(sqlx::query!(
        "select org_id, proposal_id, version from core.proposals
         where state = 'approved' and start_by > clock_timestamp()
                 and greatest(decided_at, wait_until) < clock_timestamp() - interval '10 seconds'
             or state = 'executing' and lease_until < clock_timestamp()
         limit $1",
        limit,
    )
    .fetch_all(db.system())
    .await?
    .into_iter()
    .map(|row| (OrgId(row.org_id), key(row.proposal_id, row.version)))
    .collect())
}

/// Deletes what ended longer ago than the retention allows, in every organisation, a bounded
/// number at a time; returns how many. It can no longer be undone. What is unknown stays until
/// somebody has found out.
pub async fn delete_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.proposals where (org_id, proposal_id, version) in (
            select org_id, proposal_id, version from core.proposals
            where ended_at < now() - make_interval(days => $1)
                and state not in ('executing', 'unknown')
            limit $2)",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// Deletes an organisation's proposals and grants, for it has removed Penny. Only what is being carried out right now stays, until it has ended and aged.
pub async fn forget_all(tx: &mut OrgTx) -> StoreResult<()> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from core.proposals where org_id = $1 and state <> 'executing'",
        org,
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!("delete from core.grants where org_id = $1", org)
        .execute(tx.connection())
        .await?;
    Ok(())
}
