//! Pages of the web that were read lately, so that reading one again asks nobody.

use super::db::{Db, OrgTx, StoreResult};
use chrono::{DateTime, Utc};

/// How long a page counts as it was read.
pub const KEPT_HOURS: i32 = 24;
/// Pages an organisation has at most; the oldest go first.
pub const MAX_PAGES: i64 = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where redirects led.
    pub url: String,
    pub title: String,
    pub body: String,
    pub read_at: DateTime<Utc>,
}

/// A page as it was read within the last day.
pub async fn recent(tx: &mut OrgTx, asked_url: &str) -> StoreResult<Option<Page>> {
    Ok(sqlx::query_as!(
        Page,
        "select url, title, body, read_at from core.pages
         where org_id = $1 and asked_url = $2 and read_at > now() - make_interval(hours => $3)",
        tx.org().0,
        asked_url,
        KEPT_HOURS,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Keeps a page that was just read, in the place of an older reading, and lets the oldest go
/// where there are too many.
pub async fn keep(
    tx: &mut OrgTx,
    asked_url: &str,
    (url, title, body): (&str, &str, &str),
) -> StoreResult<Page> {
    let page = sqlx::query_as!(
        Page,
        "insert into core.pages (org_id, asked_url, url, title, body) values ($1, $2, $3, $4, $5)
         on conflict (org_id, asked_url) do update
         set url = excluded.url, title = excluded.title, body = excluded.body, read_at = now()
         returning url, title, body, read_at",
        tx.org().0,
        asked_url,
        url,
        title,
        body,
    )
    .fetch_one(tx.connection())
    .await?;
    sqlx::query!(
        "delete from core.pages where org_id = $1 and asked_url in (
             select asked_url from core.pages where org_id = $1
             order by read_at desc, asked_url offset $2)",
        tx.org().0,
        MAX_PAGES,
    )
    .execute(tx.connection())
    .await?;
    Ok(page)
}

/// Deletes what is no longer used, at most so many. Returns how many.
pub async fn delete_old(db: &Db, at_most: i64) -> StoreResult<u64> {
    // Housekeeping, over all organisations.
    let deleted = sqlx::query!(
        "delete from core.pages where (org_id, asked_url) in (
             select org_id, asked_url from core.pages
             where read_at <= now() - make_interval(hours => $1) limit $2)",
        KEPT_HOURS,
        at_most,
    )
    .execute(db.system())
    .await?;
    Ok(deleted.rows_affected())
}
