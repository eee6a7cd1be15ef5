//! Carrying a proposal out, fenced by a lease like the queue's jobs: whoever stalled and woke up
//! finds another token in the row, and may neither send nor settle.

use super::Key;
use crate::store::db::{OrgTx, StoreError, StoreResult};
use std::time::Duration;
use uuid::Uuid;

/// How long an executor has between its claim, its renewals and the end of its work. Longer than
/// a job's: it covers a call of the provider with its time-out.
const LEASE_SECONDS: f64 = 60.0;

/// Whoever waits out a pause has this long to begin afterwards.
const BEGIN_WITHIN_SECONDS: f64 = 3600.0;

/// The exclusive right to carry one version out. Only [`claim`] makes it, and it is not `Clone`.
#[derive(Debug)]
pub struct Lease {
    key: Key,
    token: Uuid,
    attempts: i32,
    pauses: i32,
}

impl Lease {
    pub fn key(&self) -> Key {
        self.key
    }

    /// How often the version was claimed, this time included.
    pub fn attempts(&self) -> i32 {
        self.attempts
    }

    /// How often the system asked for a pause instead.
    pub fn pauses(&self) -> i32 {
        self.pauses
    }

    #[cfg(test)]
    pub fn for_test(key: Key) -> Self {
        Self {
            key,
            token: Uuid::nil(),
            attempts: 1,
            pauses: 0,
        }
    }
}

#[derive(Debug)]
pub struct Claim {
    pub lease: Lease,
    pub content: Vec<u8>,
    pub hash: Vec<u8>,
    /// An earlier holder may have reached the provider.
    pub was_sent: bool,
}

/// Takes an approved proposal whose pause is over, or one whose executor vanished. None: there is
/// nothing to do yet, or somebody else does it.
pub async fn claim(tx: &mut OrgTx, key: Key) -> StoreResult<Option<Claim>> {
    let token = Uuid::new_v4();
    Ok(sqlx::query!(
        r#"
        update core.proposals
        set state = 'executing', lease_token = $4, attempts = attempts + 1, wait_until = null,
            lease_until = clock_timestamp() + make_interval(secs => $5)
        where org_id = $1 and proposal_id = $2 and version = $3
            and (state = 'approved' and start_by > clock_timestamp()
                     and coalesce(wait_until <= clock_timestamp(), true)
                 or state = 'executing' and lease_until < clock_timestamp())
        returning content, hash, attempts, pauses, sent_at is not null as "was_sent!"
        "#,
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
        token,
        LEASE_SECONDS,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| Claim {
        lease: Lease {
            key,
            token,
            attempts: row.attempts,
            pauses: row.pauses,
        },
        content: row.content,
        hash: row.hash,
        was_sent: row.was_sent,
    }))
}

/// Notes, once, that from now on the provider may have got it. Only within the lease: whoever
/// comes too late must not send.
pub async fn send(tx: &mut OrgTx, lease: &Lease) -> StoreResult<()> {
    let noted = sqlx::query!(
        "update core.proposals set sent_at = clock_timestamp(),
             lease_until = clock_timestamp() + make_interval(secs => $5)
         where org_id = $1 and proposal_id = $2 and version = $3 and lease_token = $4
             and sent_at is null and lease_until > clock_timestamp()",
        tx.org().0,
        lease.key.proposal.0,
        lease.key.version.cast_signed(),
        lease.token,
        LEASE_SECONDS,
    )
    .execute(tx.connection())
    .await?;
    held(noted.rows_affected())
}

/// Keeps the lease for as long again.
pub async fn renew(tx: &mut OrgTx, lease: &Lease) -> StoreResult<()> {
    let renewed = sqlx::query!(
        "update core.proposals
         set lease_until = clock_timestamp() + make_interval(secs => $5)
         where org_id = $1 and proposal_id = $2 and version = $3 and lease_token = $4",
        tx.org().0,
        lease.key.proposal.0,
        lease.key.version.cast_signed(),
        lease.token,
        LEASE_SECONDS,
    )
    .execute(tx.connection())
    .await?;
    held(renewed.rows_affected())
}

/// Gives the lease back until a pause is over that the system asks for: nothing was sent. False,
/// and nothing was done, if that is later than the approval is kept, or the lease is lost.
pub async fn put_off(
    tx: &mut OrgTx,
    lease: &Lease,
    pause: Duration,
    kept_for: Duration,
    outcome: &str,
) -> StoreResult<bool> {
    let put_off = sqlx::query!(
        "update core.proposals
         set state = 'approved', outcome = $5, lease_token = null, lease_until = null,
             sent_at = null, pauses = pauses + 1,
             wait_until = clock_timestamp() + make_interval(secs => $6),
             start_by = greatest(start_by, clock_timestamp() + make_interval(secs => $6)
                 + make_interval(secs => $7))
         where org_id = $1 and proposal_id = $2 and version = $3 and lease_token = $4
             and clock_timestamp() + make_interval(secs => $6)
                 < decided_at + make_interval(secs => $8)",
        tx.org().0,
        lease.key.proposal.0,
        lease.key.version.cast_signed(),
        lease.token,
        outcome,
        pause.as_secs_f64(),
        BEGIN_WITHIN_SECONDS,
        kept_for.as_secs_f64(),
    )
    .execute(tx.connection())
    .await?;
    Ok(put_off.rows_affected() == 1)
}

/// Keeps the lease over a pause in which the system cannot be asked what became of it. False, and
/// nothing was done, as with [`put_off`].
pub async fn keep_over(
    tx: &mut OrgTx,
    lease: &Lease,
    pause: Duration,
    kept_for: Duration,
) -> StoreResult<bool> {
    let kept = sqlx::query!(
        "update core.proposals
         set pauses = pauses + 1, lease_until = clock_timestamp() + make_interval(secs => $5)
         where org_id = $1 and proposal_id = $2 and version = $3 and lease_token = $4
             and clock_timestamp() + make_interval(secs => $5)
                 < decided_at + make_interval(secs => $6)",
        tx.org().0,
        lease.key.proposal.0,
        lease.key.version.cast_signed(),
        lease.token,
        pause.as_secs_f64(),
        kept_for.as_secs_f64(),
    )
    .execute(tx.connection())
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// How an execution ended.
#[derive(Debug)]
pub struct Settled<'a> {
    pub state: &'a str,
    /// As JSON.
    pub outcome: &'a str,
}

/// Ends an execution and gives the lease back. Back to `approved` means that nothing was sent:
/// the next one may.
pub async fn settle(tx: &mut OrgTx, lease: &Lease, settled: &Settled<'_>) -> StoreResult<()> {
    let ended = sqlx::query!(
        "update core.proposals
         set state = $5, outcome = $6, lease_token = null, lease_until = null,
             sent_at = case when $5 <> 'approved' then sent_at end,
             ended_at = case when $5 <> 'approved' then clock_timestamp() end
         where org_id = $1 and proposal_id = $2 and version = $3 and lease_token = $4",
        tx.org().0,
        lease.key.proposal.0,
        lease.key.version.cast_signed(),
        lease.token,
        settled.state,
        settled.outcome,
    )
    .execute(tx.connection())
    .await?;
    held(ended.rows_affected())
}

/// Settles what was unknown, once somebody has found out; false if it is not unknown.
pub async fn resolve(tx: &mut OrgTx, key: Key, settled: &Settled<'_>) -> StoreResult<bool> {
    let resolved = sqlx::query!(
        "update core.proposals set state = $4, outcome = $5
         where org_id = $1 and proposal_id = $2 and version = $3 and state = 'unknown'",
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
        settled.state,
        settled.outcome,
    )
    .execute(tx.connection())
    .await?;
    Ok(resolved.rows_affected() == 1)
}

/// What it means that a write found no row with its token.
fn held(rows: u64) -> StoreResult<()> {
    match rows {
        1 => Ok(()),
        _ => Err(StoreError::Fenced),
    }
}
