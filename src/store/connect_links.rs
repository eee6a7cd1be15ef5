//! Private links for connecting a system in the browser. A link is good for one beginning, what
//! begins for one coming back, in the same browser, and each for ten minutes. Who comes with one
//! is known by it alone, so it is looked for over all organisations.

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::{OrgId, PersonId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub org: OrgId,
    pub system: String,
    pub person: PersonId,
    /// The name of the person that it was handed to.
    pub name: String,
}

pub async fn hand_out(
    tx: &mut OrgTx,
    link: &[u8],
    system: &str,
    person: PersonId,
) -> StoreResult<()> {
    sqlx::query!(
        "insert into core.connect_links (org_id, link_hash, system, person_id, expires_at)
         values ($1, $2, $3, $4, now() + interval '10 minutes')",
        tx.org().0,
        link,
        system,
        person.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whose link it is, if nobody has begun with it yet.
pub async fn read(db: &Db, link: &[u8], system: &str) -> StoreResult<Option<Link>> {
    Ok(sqlx::query!(
        "select l.org_id, l.system, l.person_id, p.name
         from core.connect_links as l join core.people as p using (org_id, person_id)
         where l.link_hash = $1 and l.system = $2 and l.state_hash is null and l.expires_at > now()",
        link,
        system,
    )
    .fetch_optional(db.system())
    .await?
    .map(|row| Link {
        org: OrgId(row.org_id),
        system: row.system,
        person: PersonId(row.person_id),
        name: row.name,
    }))
}

/// Uses a link up for one way there and back. False: somebody was faster.
pub async fn begin(
    tx: &mut OrgTx,
    link: &[u8],
    state: &[u8],
    browser: &[u8],
    verifier: &[u8],
) -> StoreResult<bool> {
    let begun = sqlx::query!(
        "update core.connect_links
         set state_hash = $3, browser_hash = $4, verifier = $5,
             expires_at = now() + interval '10 minutes'
         where org_id = $1 and link_hash = $2 and state_hash is null and expires_at > now()",
        tx.org().0,
        link,
        state,
        browser,
        verifier,
    )
    .execute(tx.connection())
    .await?;
    Ok(begun.rows_affected() == 1)
}

/// Somebody who has come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    pub org: OrgId,
    pub person: PersonId,
    /// Sealed.
    pub verifier: Vec<u8>,
}

/// Uses a state up. None: it is unknown, too old, of another system or of another browser.
pub async fn come_back(
    db: &Db,
    state: &[u8],
    browser: &[u8],
    system: &str,
) -> StoreResult<Option<Returned>> {
    let row = sqlx::query!(
        r#"delete from core.connect_links where state_hash = $1
           returning org_id, person_id, verifier as "verifier!",
               browser_hash = $2 and system = $3 and expires_at > now() as "valid!""#,
        state,
        browser,
        system,
    )
    .fetch_optional(db.system())
    .await?;
    Ok(row.filter(|row| row.valid).map(|row| Returned {
        org: OrgId(row.org_id),
        person: PersonId(row.person_id),
        verifier: row.verifier,
    }))
}

/// Deletes the links that nobody came back with.
pub async fn delete_expired(db: &Db) -> StoreResult<u64> {
    Ok(
        sqlx::query!("delete from core.connect_links where expires_at < now()")
            .execute(db.system())
            .await?
            .rows_affected(),
    )
}
