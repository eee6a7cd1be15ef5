//! What an organisation has said about who may decide on proposals.

use super::db::{OrgTx, StoreResult};
use crate::base::ids::PersonId;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Stands for every system, or every operation of one.
pub const ANY: &str = "*";

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub system: String,
    pub operation: String,
    pub policy: Value,
    pub set_at: DateTime<Utc>,
}

/// The most specific policy that covers an operation.
pub async fn for_operation(
    tx: &mut OrgTx,
    system: &str,
    operation: &str,
) -> StoreResult<Option<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "select system, operation, policy, set_at from core.policies
         where org_id = $1 and system in ($2, $4) and operation in ($3, $4)
         order by system = $4, operation = $4
         limit 1",
        tx.org().0,
        system,
        operation,
        ANY,
    )
    .fetch_optional(tx.connection())
    .await?)
}

pub async fn list(tx: &mut OrgTx) -> StoreResult<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "select system, operation, policy, set_at from core.policies
         where org_id = $1 order by system, operation",
        tx.org().0,
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Sets or replaces the policy of a scope; with None the next wider one holds again.
pub async fn set(
    tx: &mut OrgTx,
    system: &str,
    operation: &str,
    policy: Option<&Value>,
    by: PersonId,
) -> StoreResult<()> {
    let org = tx.org().0;
    let Some(policy) = policy else {
        sqlx::query!(
            "delete from core.policies where org_id = $1 and system = $2 and operation = $3",
            org,
            system,
            operation,
        )
        .execute(tx.connection())
        .await?;
        return Ok(());
    };
    sqlx::query!(
        "insert into core.policies (org_id, system, operation, policy, set_by)
         values ($1, $2, $3, $4, $5)
         on conflict (org_id, system, operation) do update
         set policy = excluded.policy, set_by = excluded.set_by, set_at = now()",
        org,
        system,
        operation,
        policy,
        by.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
