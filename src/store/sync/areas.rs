//! Areas of connected systems that only some of their users may read. Their rows are seen as
//! those of a private Slack channel are, so what is kept here ends in `core.channel_members`.

use crate::base::ids::{ChannelId, ConnectionId, PersonId};
use crate::base::viewer::Audience;
use crate::store::company;
use crate::store::db::{OrgTx, StoreResult};
use std::collections::HashSet;
use uuid::Uuid;

/// A part of a system that has readers of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The `channel_id` of the rows in it, if not everybody may read them.
    pub id: ChannelId,
    /// Where those rows are: tables, and how their ids in that system begin.
    pub rows: Vec<(&'static str, String)>,
    pub readers: Readers,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readers {
    Everybody,
    /// By their ids in that system.
    Users(Vec<String>),
    /// The system does not say. Whoever connected it can read what its key opens.
    Unsaid,
}

/// Private areas that somebody may read, where they are now.
#[derive(Debug, Clone, Default)]
pub struct Readable(HashSet<String>);

impl Readable {
    pub fn includes(&self, area: &ChannelId) -> bool {
        self.0.contains(area.as_str())
    }
}

/// Keeps who may read these areas, and has what was read of them follow. Returns how many rows
/// somebody else sees from now on.
pub async fn keep_areas(
    tx: &mut OrgTx,
    connection: ConnectionId,
    source: &str,
    areas: &[Area],
) -> StoreResult<u64> {
    let mut moved = 0;
    for area in areas {
        let is_news = match &area.readers {
            Readers::Everybody => open(tx, &area.id).await?,
            Readers::Users(users) => close(tx, connection, source, &area.id, Some(users)).await?,
            Readers::Unsaid => close(tx, connection, source, &area.id, None).await?,
        };
        let confined = (area.readers != Readers::Everybody).then_some(&area.id);
        for (table, prefix) in area.rows.iter().filter(|_| is_news) {
            moved += company::confine(tx, table, source, prefix, confined).await?;
        }
    }
    settle_readers(tx, source).await?;
    Ok(moved)
}

/// True: not everybody could read it until now.
async fn open(tx: &mut OrgTx, area: &ChannelId) -> StoreResult<bool> {
    Ok(sqlx::query_scalar!(
        r#"with opened as (
             delete from core.private_areas where org_id = $1 and area_id = $2 returning area_id
         ), left_out as (
             delete from core.channel_members
             where org_id = $1 and channel_id in (select area_id from opened)
         )
         select exists (select from opened) as "opened!""#,
        tx.org().0,
        area.as_str(),
    )
    .fetch_one(tx.connection())
    .await?)
}

/// True: until now it was not known to be private.
async fn close(
    tx: &mut OrgTx,
    connection: ConnectionId,
    source: &str,
    area: &ChannelId,
    users: Option<&[String]>,
) -> StoreResult<bool> {
    Ok(sqlx::query_scalar!(
        r#"insert into core.private_areas (org_id, area_id, source, connection_id, readers)
           values ($1, $2, $3, $4, $5)
           on conflict (org_id, area_id) do update
           set connection_id = excluded.connection_id, readers = excluded.readers
           returning (xmax = 0) as "is_new!""#,
        tx.org().0,
        area.as_str(),
        source,
        connection.0,
        users,
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Makes those the members of a system's private areas who may read them there, as far as it is
/// known who its users are here. The account that lets Penny in is whoever connected it, unless an
/// administrator says otherwise.
pub(super) async fn settle_readers(tx: &mut OrgTx, source: &str) -> StoreResult<()> {
    sqlx::query!(
        "with wanted as (
             select p.area_id, l.person_id
             from core.private_areas as p
             join core.person_links as l
                 on l.org_id = p.org_id and l.source = p.source and l.source_id = any(p.readers)
             where p.org_id = $1 and p.source = $2 and l.person_id is not null
             union
             select p.area_id, c.connected_by
             from core.private_areas as p
             join core.connections as c
                 on c.org_id = p.org_id and c.connection_id = p.connection_id
             left join core.person_links as l
                 on l.org_id = p.org_id and l.source = p.source and l.source_id = c.account_id
             where p.org_id = $1 and p.source = $2 and c.connected_by is not null
                 and (p.readers is null
                     or c.account_id = any(p.readers) and l.is_corrected is not true)
         ), left_out as (
             delete from core.channel_members as m using core.private_areas as p
             where m.org_id = $1 and p.org_id = $1 and p.source = $2 and m.channel_id = p.area_id
                 and not exists (select from wanted as w
                     where w.area_id = m.channel_id and w.person_id = m.person_id)
         )
         insert into core.channel_members (org_id, channel_id, person_id)
         select $1, area_id, person_id from wanted on conflict do nothing",
        tx.org().0,
        source,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The private areas of a system that this person may be shown where these read along. In a
/// channel there are none: nobody knows that everybody there may read them.
pub async fn readable(
    tx: &mut OrgTx,
    person: PersonId,
    audience: &Audience,
    source: &str,
) -> StoreResult<Readable> {
    if *audience != Audience::Private {
        return Ok(Readable::default());
    }
    let areas = sqlx::query_scalar!(
        "select a.area_id from core.private_areas as a
         join core.channel_members as m on m.org_id = a.org_id and m.channel_id = a.area_id
         where a.org_id = $1 and a.source = $2 and m.person_id = $3",
        tx.org().0,
        source,
        person.0,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(Readable(areas.into_iter().collect()))
}

/// How many areas a connection does not tell the readers of.
pub(super) async fn unsaid(tx: &mut OrgTx, connection: Uuid) -> StoreResult<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from core.private_areas
           where org_id = $1 and connection_id = $2 and readers is null"#,
        tx.org().0,
        connection,
    )
    .fetch_one(tx.connection())
    .await?)
}
