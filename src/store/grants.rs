//! Standing grants. Their caps are columns, and a use is one conditional UPDATE, so that no
//! number of processes together can spend more than was granted.

use super::db::{OrgTx, StoreResult};
use crate::base::ids::{GrantId, PersonId, WorkflowId};
use chrono::{DateTime, Utc};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    pub id: GrantId,
    pub granted_by: PersonId,
    pub requester: PersonId,
    pub system: String,
    pub operation: String,
    /// Set for an envelope, which covers the runs of that workflow and nothing else.
    pub workflow: Option<WorkflowId>,
    pub caps: Caps,
    pub uses: i32,
    pub amount_used: i64,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caps {
    pub uses: i32,
    /// In the currency's smallest unit, over all uses. Without it nothing that moves money
    /// is covered.
    pub amount: Option<(i64, String)>,
}

#[derive(Debug)]
pub struct NewGrant<'a> {
    pub id: GrantId,
    pub granted_by: PersonId,
    /// What gave them the right, as a policy spells it.
    pub granted_as: &'a str,
    pub requester: PersonId,
    pub system: &'a str,
    pub operation: &'a str,
    pub envelope: Option<&'a Envelope>,
    pub caps: &'a Caps,
    pub lives_for: Duration,
}

/// What narrows a grant to the runs of one workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub workflow: WorkflowId,
    /// The records that it is for, by their ids over there; empty for any.
    pub targets: Vec<String>,
}

/// Stores a grant and returns when it ends.
pub async fn insert(tx: &mut OrgTx, grant: &NewGrant<'_>) -> StoreResult<DateTime<Utc>> {
    let (amount, currency) = grant.caps.amount.clone().unzip();
    let targets = grant.envelope.map(|envelope| envelope.targets.as_slice());
    let targets = targets.filter(|targets| !targets.is_empty());
    Ok(sqlx::query_scalar!(
        "insert into core.grants (org_id, grant_id, granted_by, granted_as, requester_id,
             system, operation, max_uses, max_amount, currency, expires_at, workflow_id, targets)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
             date_trunc('second', clock_timestamp() + make_interval(secs => $11)), $12, $13)
         returning expires_at",
        tx.org().0,
        grant.id.0,
        grant.granted_by.0,
        grant.granted_as,
        grant.requester.0,
        grant.system,
        grant.operation,
        grant.caps.uses,
        amount,
        currency,
        grant.lives_for.as_secs_f64(),
        grant.envelope.map(|envelope| envelope.workflow.0),
        targets,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// What a use of a grant has to be covered by.
#[derive(Debug)]
pub struct Use<'a> {
    pub requester: PersonId,
    pub system: &'a str,
    pub operation: &'a str,
    pub amount: Option<(i64, &'a str)>,
    /// What gives the right to decide by today's policy.
    pub deciders: &'a [String],
    /// Of those, what one has to be an administrator for.
    pub admin: &'a str,
    /// The requester's own grants do not count.
    pub not_by_requester: bool,
    /// The workflow at the beginning of the run that asks, whose envelopes alone count then.
    pub workflow: Option<WorkflowId>,
    /// The ids that the record goes by over there.
    pub target: &'a [&'a str],
}

/// Spends one use of a grant that covers it and says which, and who gave it. A grant of
/// somebody who has left, became a guest or lost the right behind it covers nothing.
pub async fn spend(tx: &mut OrgTx, wanted: &Use<'_>) -> StoreResult<Option<(GrantId, PersonId)>> {
    let (amount, currency) = wanted.amount.unzip();
    Ok(sqlx::query!(
        r#"
        update core.grants as spent
        set uses = spent.uses + 1, amount_used = spent.amount_used + coalesce($5, 0)
        from (
            select g.org_id, g.grant_id
            from core.grants g
            join core.people p on p.org_id = g.org_id and p.person_id = g.granted_by
            where g.org_id = $1 and g.requester_id = $2 and g.system = $3 and g.operation = $4
                and g.revoked_at is null and g.expires_at > clock_timestamp()
                and g.uses < g.max_uses
                and ($5::bigint is null or (g.currency = $6 and g.amount_used + $5 <= g.max_amount))
                and not p.is_deactivated and not p.is_restricted
                and g.granted_as = any($8) and (p.is_admin or g.granted_as <> $9)
                and not ($7 and g.granted_by = g.requester_id)
                and g.workflow_id is not distinct from $10
                and (g.targets is null or g.targets && $11::text[])
            order by g.expires_at, g.grant_id
            limit 1
            for update of g
        ) as found
        where spent.org_id = found.org_id and spent.grant_id = found.grant_id
        returning spent.grant_id, spent.granted_by
        "#,
        tx.org().0,
        wanted.requester.0,
        wanted.system,
        wanted.operation,
        amount,
        currency,
        wanted.not_by_requester,
        wanted.deciders,
        wanted.admin,
        wanted.workflow.map(|workflow| workflow.0),
        wanted.target as &[&str],
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| (GrantId(row.grant_id), PersonId(row.granted_by))))
}

/// Revokes a grant; false if there was none that could still be used.
pub async fn revoke(tx: &mut OrgTx, grant: GrantId, by: PersonId) -> StoreResult<bool> {
    let revoked = sqlx::query!(
        "update core.grants set revoked_at = clock_timestamp(), revoked_by = $3
         where org_id = $1 and grant_id = $2 and revoked_at is null",
        tx.org().0,
        grant.0,
        by.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(revoked.rows_affected() == 1)
}

/// The grants that can still be used, those that end first in front.
pub async fn usable(tx: &mut OrgTx) -> StoreResult<Vec<Grant>> {
    Ok(sqlx::query!(
        "select grant_id, granted_by, requester_id, system, operation, workflow_id,
             max_uses, uses, max_amount, amount_used, currency, expires_at
         from core.grants
         where org_id = $1 and revoked_at is null and expires_at > clock_timestamp()
             and uses < max_uses
         order by expires_at, grant_id",
        tx.org().0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Grant {
        id: GrantId(row.grant_id),
        granted_by: PersonId(row.granted_by),
        requester: PersonId(row.requester_id),
        system: row.system,
        operation: row.operation,
        workflow: row.workflow_id.map(WorkflowId),
        caps: Caps {
            uses: row.max_uses,
            amount: row.max_amount.zip(row.currency),
        },
        uses: row.uses,
        amount_used: row.amount_used,
        expires_at: row.expires_at,
    })
    .collect())
}
