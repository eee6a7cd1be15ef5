//! What Penny means to post, written down first.

use super::db::{Db, StoreResult, column};
use super::gather::{Gather, Pace};
use crate::base::ids::{OrgId, Ts};
use chrono::{DateTime, Utc};
use std::collections::HashSet;

/// What is known of earlier attempts with the same key.
#[derive(Debug, PartialEq, Eq)]
pub enum Earlier {
    None,
    /// Begun, outcome unknown: look before sending.
    Unsettled,
    Sent(Ts),
}

/// An intent as it stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Intended {
    /// When it was written down first: the message is not older.
    pub at: DateTime<Utc>,
    pub earlier: Earlier,
}

/// What somebody means to post.
#[derive(Debug, Clone)]
struct Intent {
    org: OrgId,
    key: String,
}

#[derive(Debug, Clone)]
struct Settled {
    org: OrgId,
    key: String,
    ts: String,
}

/// The way to the rows, which whoever posts at the same time shares, in whichever organisation.
#[derive(Debug, Clone)]
pub struct Outbox {
    intents: Gather<Intent, Intended>,
    settled: Gather<Settled, ()>,
}

impl Outbox {
    pub fn start(db: &Db) -> Self {
        let (intending, settling) = (db.clone(), db.clone());
        Self {
            intents: Gather::start(Pace::at_once(2), move |intents| {
                let db = intending.clone();
                async move { intend_all(&db, &intents).await }
            }),
            settled: Gather::start(Pace::at_once(1), move |settled| {
                let db = settling.clone();
                async move { settle_all(&db, &settled).await }
            }),
        }
    }

    /// Durable when this returns.
    pub async fn intend(&self, org: OrgId, key: &str) -> StoreResult<Intended> {
        let key = key.to_owned();
        self.intents.ask(Intent { org, key }).await
    }

    /// It was posted. A server that dies may forget that, and whoever asks again looks.
    pub async fn sent(&self, org: OrgId, key: &str, ts: &Ts) -> StoreResult<()> {
        let (key, ts) = (key.to_owned(), ts.0.clone());
        self.settled.ask(Settled { org, key, ts }).await
    }
}

async fn intend_all(db: &Db, intents: &[Intent]) -> StoreResult<Vec<Intended>> {
    let rows = sqlx::query!(
        r#"
        with asked as (
            select * from unnest($1::uuid[], $2::text[]) with ordinality as asked(org_id, key, place)
        ), made as (
            insert into core.outbox (org_id, key) select org_id, key from asked order by org_id, key
            on conflict do nothing
            returning org_id, key, created_at
        )
        select made.key is not null as "is_made!", earlier.sent_ts as "sent_ts?",
            coalesce(made.created_at, earlier.created_at, now()) as "at!"
        from asked left join made using (org_id, key) left join core.outbox as earlier using (org_id, key)
        order by place
        "#,
        &column(intents, |it| it.org.0),
        &column(intents, |it| it.key.as_str()) as _,
    )
    .fetch_all(db.system())
    .await?;
    // Of two that mean the same at the same time, one has made the row.
    let mut made = HashSet::new();
    let earlier = intents.iter().zip(rows).map(|(intent, row)| {
        let earlier = if row.is_made && made.insert((intent.org, &intent.key)) {
            Earlier::None
        } else {
            let sent = row.sent_ts.map(|ts| Earlier::Sent(Ts(ts)));
            sent.unwrap_or(Earlier::Unsettled)
        };
        Intended {
            at: row.at,
            earlier,
        }
    });
    Ok(earlier.collect())
}

async fn settle_all(db: &Db, settled: &[Settled]) -> StoreResult<Vec<()>> {
    sqlx::query!(
        "update core.outbox as o set sent_ts = settled.ts
         from unnest($1::uuid[], $2::text[], $3::text[]) as settled(org_id, key, ts)
         where o.org_id = settled.org_id and o.key = settled.key",
        &column(settled, |it| it.org.0),
        &column(settled, |it| it.key.as_str()) as _,
        &column(settled, |it| it.ts.as_str()) as _,
    )
    .execute(db.repeatable())
    .await?;
    Ok(vec![(); settled.len()])
}

/// Deletes what was intended longer ago than the retention allows, in every organisation, a
/// bounded number at a time; returns how many. Nobody asks for so old a key again.
pub async fn delete_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.outbox where (org_id, key) in (
            select org_id, key from core.outbox
            where created_at < now() - make_interval(days => $1) limit $2)",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
