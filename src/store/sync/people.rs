//! Who the users of other systems are here.

use super::areas::settle_readers;
use crate::base::ids::{PersonId, UserId};
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
    settle_readers(tx, source).await
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

/// A user of another system, and who that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonLink {
    pub source: String,
    pub source_id: String,
    pub name: String,
    pub email: Option<String>,
    /// None: nobody that is known.
    pub person: Option<LinkedPerson>,
    /// A person said so, and no matching overrides it.
    pub is_corrected: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedPerson {
    pub name: String,
    pub user: Option<UserId>,
}

/// The users of all systems in whose name, address or system these words are, those that nobody
/// is known for first; and how many there are in all.
pub async fn person_links(
    tx: &mut OrgTx,
    words: &str,
    limit: i64,
) -> StoreResult<(Vec<PersonLink>, i64)> {
    let rows = sqlx::query!(
        r#"select l.source, l.source_id, coalesce(l.name, l.email, l.source_id) as "name!",
               l.email, l.is_corrected, p.name as "person?", p.slack_user_id,
               count(*) over () as "total!"
           from core.person_links as l
           left join core.people as p on p.org_id = l.org_id and p.person_id = l.person_id
           where l.org_id = $1
               and position(lower($2) in lower(concat_ws(' ', l.name, l.email, l.source, p.name))) > 0
           order by l.person_id is not null or l.is_corrected, l.is_corrected desc, lower(l.name),
               l.source, l.source_id
           limit $3"#,
        tx.org().0,
        words,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let links = rows.into_iter().map(|row| PersonLink {
        source: row.source,
        source_id: row.source_id,
        name: row.name,
        email: row.email,
        is_corrected: row.is_corrected,
        person: row.person.map(|name| LinkedPerson {
            name,
            user: row.slack_user_id.map(UserId),
        }),
    });
    Ok((links.collect(), total))
}

/// What a user of another system is called there; None: there is no such user.
pub async fn linked_name(
    tx: &mut OrgTx,
    source: &str,
    source_id: &str,
) -> StoreResult<Option<String>> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(name, email, source_id) as "name!" from core.person_links
           where org_id = $1 and source = $2 and source_id = $3"#,
        tx.org().0,
        source,
        source_id,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Says who a user of another system is here, for good. None: no colleague. False: there is no
/// such user.
pub async fn correct_link(
    tx: &mut OrgTx,
    source: &str,
    source_id: &str,
    person: Option<PersonId>,
) -> StoreResult<bool> {
    let done = sqlx::query!(
        "update core.person_links set person_id = $4, is_corrected = true
         where org_id = $1 and source = $2 and source_id = $3",
        tx.org().0,
        source,
        source_id,
        person.map(|person| person.0),
    )
    .execute(tx.connection())
    .await?;
    settle_readers(tx, source).await?;
    Ok(done.rows_affected() > 0)
}

/// From now on the mail address says again who a user is here. False: nobody had said otherwise.
pub async fn forget_correction(tx: &mut OrgTx, source: &str, source_id: &str) -> StoreResult<bool> {
    let done = sqlx::query!(
        "update core.person_links as l set is_corrected = false, person_id = (
             select person_id from core.people as p
             where p.org_id = $1 and lower(p.email) = lower(l.email)
             order by p.slack_user_id is null, p.person_id limit 1)
         where l.org_id = $1 and l.source = $2 and l.source_id = $3 and l.is_corrected",
        tx.org().0,
        source,
        source_id,
    )
    .execute(tx.connection())
    .await?;
    settle_readers(tx, source).await?;
    Ok(done.rows_affected() > 0)
}

/// Has a system read from its beginning, because what its rows say of people is no longer right.
pub async fn read_anew(tx: &mut OrgTx, source: &str) -> StoreResult<()> {
    tx.reaches_jobs();
    sqlx::query!(
        "with known as (
             select connection_id from core.connections
             where org_id = $1 and system = $2 and credentials is not null
         ), forgotten as (
             delete from core.sync_streams
             where org_id = $1 and connection_id in (select connection_id from known)
         )
         insert into core.jobs (org_id, kind, key)
         select $1, 'sync', connection_id::text from known
         on conflict (org_id, kind, key) do update
         set nudges = core.jobs.nudges + 1, dead_at = null",
        tx.org().0,
        source,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
