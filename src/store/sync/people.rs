//! Who the users of other systems are here.

use crate::base::ids::PersonId;
use crate::store::db::{OrgTx, StoreResult};
use std::collections::HashMap;

/// A user of another system.
#[derive(Debug, Clone)]
pub struct SourceUser<'a> {
    pub source_id: &'a str,
    pub name: &'a str,
    pub email: Option<&'a str>,
}

/// Finds out who the users of a system are here, by mail address. What a person corrected stays.
pub async fn link_people(
    tx: &mut OrgTx,
    source: &str,
    users: &[SourceUser<'_>],
) -> StoreResult<()> {
    let ids: Vec<&str> = users.iter().map(|user| user.source_id).collect();
    let names: Vec<&str> = users.iter().map(|user| user.name).collect();
    let emails: Vec<Option<&str>> = users.iter().map(|user| user.email).collect();
    sqlx::query!(
        r#"
        insert into core.person_links as old (org_id, source, source_id, name, email, person_id)
        select $1, $2, u.source_id, u.name, u.email, (
            select person_id from core.people as p
            where p.org_id = $1 and lower(p.email) = lower(u.email)
            order by p.slack_user_id is null, p.person_id limit 1)
        from unnest($3::text[], $4::text[], $5::text[]) as u(source_id, name, email)
        on conflict (org_id, source, source_id) do update
        set name = excluded.name, email = excluded.email,
            person_id = case when old.is_corrected then old.person_id else excluded.person_id end
        "#,
        tx.org().0,
        source,
        &ids as _,
        &names as _,
        &emails as _,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Who the users of a system are here, as far as that is known.
pub async fn people_of(tx: &mut OrgTx, source: &str) -> StoreResult<HashMap<String, PersonId>> {
    let rows = sqlx::query!(
        r#"select source_id, person_id as "person_id!" from core.person_links
           where org_id = $1 and source = $2 and person_id is not null"#,
        tx.org().0,
        source,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.source_id, PersonId(row.person_id)))
        .collect())
}
