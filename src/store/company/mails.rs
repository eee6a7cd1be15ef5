//! Mails find the customers that they are about: by the addresses in them, whichever system the
//! mail and the contact came from, and whichever of the two was here first.

use crate::base::ids::RunId;
use crate::store::db::{OrgTx, StoreResult};

/// Gives mails without a contact the one that everybody knows by an address in it, with the
/// contact's company; returns how many that were. What is between colleagues stays without, and a run that changed nothing brought nobody together.
pub async fn match_mails(tx: &mut OrgTx, run: RunId) -> StoreResult<u64> {
    let done = sqlx::query!(
        "with found as (
             select distinct on (a.activity_id) a.activity_id, c.contact_id, c.account_id
             from core.activities as a
             cross join lateral unnest(a.to_addresses || a.from_address) as address
             join core.contacts as c on c.org_id = $1 and c.visibility = 'org'
                 and lower(c.email) = address
             where a.org_id = $1 and a.contact_id is null and a.to_addresses is not null
                 and exists (select from core.sync_runs
                     where org_id = $1 and run_id = $2 and rows_changed > 0)
             order by a.activity_id, address is distinct from a.from_address, c.contact_id
         )
         update core.activities as a
         set contact_id = found.contact_id, account_id = coalesce(a.account_id, found.account_id)
         from found where a.org_id = $1 and a.activity_id = found.activity_id",
        tx.org().0,
        run.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
