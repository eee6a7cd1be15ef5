//! The ways of a proposal up to its approval or its end without one. Each is one conditional
//! UPDATE that names the state it comes from and asks the database's clock: of any number that
//! race, one finds its condition true.

use super::Key;
use crate::base::ids::{GrantId, PersonId, ProposalId};
use crate::store::db::{OrgTx, StoreResult};

/// An approval is carried out until the proposal would have expired, and for at least this long.
const START_WITHIN_SECONDS: f64 = 3600.0;

/// Moves an open proposal to `state`: approved, rejected, or still proposed where more have to
/// say yes. False: it has expired, was decided on otherwise, or is another than was seen.
pub async fn decide(tx: &mut OrgTx, key: Key, hash: &[u8], state: &str) -> StoreResult<bool> {
    let moved = sqlx::query!(
        "update core.proposals
         set state = $5, decided_at = clock_timestamp(),
             start_by = case when $5 = 'approved' then
                 greatest(expires_at, clock_timestamp() + make_interval(secs => $6)) end
         where org_id = $1 and proposal_id = $2 and version = $3 and hash = $4
             and state = 'proposed' and expires_at > clock_timestamp()",
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
        hash,
        state,
        START_WITHIN_SECONDS,
    )
    .execute(tx.connection())
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Notes what a person said. A no replaces their earlier yes.
pub async fn record_decision(
    tx: &mut OrgTx,
    key: Key,
    person: PersonId,
    verdict: &str,
    reason: Option<&str>,
    grant: Option<GrantId>,
) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.decisions (org_id, proposal_id, version, person_id, verdict, reason, grant_id)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (org_id, proposal_id, version, person_id) do update
         set verdict = excluded.verdict, reason = excluded.reason,
             decided_at = excluded.decided_at",
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
        person.0,
        verdict,
        reason,
        grant.map(|grant| grant.0),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends a proposal whose time is up; false if it is not, or somebody else was first.
pub async fn expire(tx: &mut OrgTx, key: Key) -> StoreResult<bool> {
    let moved = sqlx::query!(
        "update core.proposals set state = 'expired', ended_at = clock_timestamp()
         where org_id = $1 and proposal_id = $2 and version = $3
             and (state = 'proposed' and expires_at <= clock_timestamp()
                  or state = 'approved' and start_by <= clock_timestamp())",
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
    )
    .execute(tx.connection())
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Voids an open version, because the next one takes its place.
pub async fn supersede(tx: &mut OrgTx, key: Key, hash: &[u8]) -> StoreResult<bool> {
    let moved = sqlx::query!(
        "update core.proposals set state = 'superseded', ended_at = clock_timestamp()
         where org_id = $1 and proposal_id = $2 and version = $3 and hash = $4
             and state = 'proposed' and expires_at > clock_timestamp()",
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
        hash,
    )
    .execute(tx.connection())
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Voids a version that nobody has begun to carry out; false if somebody has, or it is over.
pub async fn withdraw(tx: &mut OrgTx, key: Key) -> StoreResult<bool> {
    let moved = sqlx::query!(
        "update core.proposals set state = 'withdrawn', ended_at = clock_timestamp()
         where org_id = $1 and proposal_id = $2 and version = $3 and state in ('proposed', 'approved')",
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
    )
    .execute(tx.connection())
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Marks what was done as undone; false if it does not stand as done.
pub async fn mark_undone(tx: &mut OrgTx, proposal: ProposalId) -> StoreResult<bool> {
    let moved = sqlx::query!(
        "update core.proposals set state = 'undone'
         where org_id = $1 and proposal_id = $2 and state = 'succeeded'",
        tx.org().0,
        proposal.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(moved.rows_affected() == 1)
}
