//! Who owns a record of a connected system, for whoever asks whether they may decide on it.

use crate::base::ids::PersonId;
use crate::store::db::{OrgTx, StoreResult};

/// The owner of a record by what its system calls it, if that kind of record has one.
pub async fn owner_of(
    tx: &mut OrgTx,
    source: &str,
    kind: &str,
    source_id: &str,
) -> StoreResult<Option<PersonId>> {
    let owner = sqlx::query_scalar!(
        r#"
        select owner_id from core.accounts
        where org_id = $1 and source = $2 and source_id = $4 and $3 in ('company', 'account')
        union all select owner_id from core.contacts
        where org_id = $1 and source = $2 and source_id = $4 and $3 = 'contact'
        union all select owner_id from core.deals
        where org_id = $1 and source = $2 and source_id = $4 and $3 = 'deal'
        union all select owner_id from core.activities
        where org_id = $1 and source = $2 and source_id = $4 and $3 in ('activity', 'note', 'task')
        union all select owner_id from core.projects
        where org_id = $1 and source = $2 and source_id = $4 and $3 = 'project'
        union all select owner_id from core.issues
        where org_id = $1 and source = $2 and source_id = $4 and $3 = 'issue'
        union all select owner_id from core.repositories
        where org_id = $1 and source = $2 and source_id = $4 and $3 = 'repository'
        union all select owner_id from core.pull_requests
        where org_id = $1 and source = $2 and source_id = $4 and $3 = 'pull_request'
        limit 1
        "#,
        tx.org().0,
        source,
        kind,
        source_id,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(owner.flatten().map(PersonId))
}
