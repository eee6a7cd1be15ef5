//! What other systems sent by themselves: stored with the job that works on it before the sender
//! gets its answer, once however often it is sent, and kept for a while to be worked on again.

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::{ConnectionId, DeliveryId, OrgId};
use chrono::{DateTime, Utc};

/// The kind of job that works on a connection's deliveries; its key is the connection's id.
pub const HEAR: &str = "hear";

/// A connection that a delivery is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub org: OrgId,
    pub connection: ConnectionId,
}

struct Row {
    org_id: uuid::Uuid,
    connection_id: uuid::Uuid,
}

impl From<Row> for Listener {
    fn from(row: Row) -> Self {
        Self {
            org: OrgId(row.org_id),
            connection: ConnectionId(row.connection_id),
        }
    }
}

/// The connections that read this account, in every organisation: whose they are is what the
/// account says. Addresses of mail come in any case.
pub async fn listeners_of_account(
    db: &Db,
    system: &str,
    account: &str,
) -> StoreResult<Vec<Listener>> {
    let rows = sqlx::query_as!(
        Row,
        "select org_id, connection_id from core.connections
         where system = $1 and lower(account_id) = lower($2) and credentials is not null",
        system,
        account,
    )
    .fetch_all(db.system())
    .await?;
    Ok(rows.into_iter().map(Listener::from).collect())
}

/// The connections that have read this repository, in every organisation.
pub async fn listeners_of_repository(
    db: &Db,
    system: &str,
    repository: &str,
) -> StoreResult<Vec<Listener>> {
    let rows = sqlx::query_as!(
        Row,
        "select c.org_id, c.connection_id from core.connections as c
         where c.system = $1 and c.credentials is not null and exists (
             select from core.repositories as r
             where r.org_id = c.org_id and r.source = $1 and r.source_id = $2)",
        system,
        repository,
    )
    .fetch_all(db.system())
    .await?;
    Ok(rows.into_iter().map(Listener::from).collect())
}

/// A delivery on its way in.
#[derive(Debug)]
pub struct Incoming<'a> {
    pub to: Listener,
    pub sender_id: &'a str,
    pub fingerprint: &'a [u8],
    pub topic: Option<&'a str>,
    pub payload: &'a [u8],
}

/// Stores deliveries and the jobs that they ask for, in one statement, over organisations: one
/// request may be for several. Returns how many were new.
pub async fn store(db: &Db, incoming: &[Incoming<'_>]) -> StoreResult<u64> {
    let (mut orgs, mut connections, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    let (mut senders, mut fingerprints) = (Vec::new(), Vec::new());
    let (mut topics, mut payloads) = (Vec::new(), Vec::new());
    for one in incoming {
        orgs.push(one.to.org.0);
        connections.push(one.to.connection.0);
        ids.push(DeliveryId::fresh().0);
        senders.push(one.sender_id.to_owned());
        fingerprints.push(one.fingerprint.to_owned());
        topics.push(one.topic.unwrap_or_default().to_owned());
        payloads.push(one.payload.to_owned());
    }
    let stored = sqlx::query!(
        r#"with stored as (
             insert into core.deliveries (org_id, connection_id, delivery_id, sender_id,
                 fingerprint, topic, payload)
             select org_id, connection_id, delivery_id, sender_id, fingerprint,
                 nullif(topic, ''), payload
             from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[], $6::text[],
                 $7::bytea[]) as new (org_id, connection_id, delivery_id, sender_id, fingerprint,
                 topic, payload)
             order by org_id, connection_id
             on conflict do nothing
             returning org_id, connection_id
         ), asked as (
             insert into core.jobs (org_id, kind, key)
             select distinct org_id, $8, connection_id::text from stored order by 1, 3
             on conflict (org_id, kind, key) do update
             set nudges = core.jobs.nudges + 1, dead_at = null,
                 run_at = least(core.jobs.run_at, excluded.run_at),
                 attempts = case when core.jobs.dead_at is null then core.jobs.attempts else 0 end
             returning 1
         )
         select count(*) as "new!" from stored"#,
        &orgs,
        &connections,
        &ids,
        &senders,
        &fingerprints,
        &topics,
        &payloads,
        HEAR,
    )
    .fetch_one(db.system())
    .await?;
    if stored.new > 0 {
        db.announce();
    }
    Ok(stored.new.unsigned_abs())
}

/// A delivery that has not been worked on.
#[derive(Debug)]
pub struct Waiting {
    pub id: DeliveryId,
    pub topic: Option<String>,
    pub payload: Vec<u8>,
    /// Tries that failed.
    pub attempts: i32,
    pub received_at: DateTime<Utc>,
}

/// The next deliveries of a connection in the order in which they came. What was blanked cannot
/// be worked on any more.
pub async fn waiting(
    tx: &mut OrgTx,
    connection: ConnectionId,
    limit: i64,
) -> StoreResult<Vec<Waiting>> {
    let rows = sqlx::query!(
        r#"select delivery_id, topic, payload as "payload!", attempts, received_at
           from core.deliveries
           where org_id = $1 and connection_id = $2 and state = 'waiting' and due_at <= now()
               and payload is not null
           order by received_at, delivery_id limit $3"#,
        tx.org().0,
        connection.0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Waiting {
            id: DeliveryId(row.delivery_id),
            topic: row.topic,
            payload: row.payload,
            attempts: row.attempts,
            received_at: row.received_at,
        })
        .collect())
}

/// Seconds until the next delivery of a connection is due; none: nothing waits.
pub async fn next_due(tx: &mut OrgTx, connection: ConnectionId) -> StoreResult<Option<f64>> {
    let seconds = sqlx::query_scalar!(
        "select extract(epoch from min(due_at) - now())::float8
         from core.deliveries
         where org_id = $1 and connection_id = $2 and state = 'waiting' and payload is not null",
        tx.org().0,
        connection.0,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(seconds.map(|seconds| seconds.max(0.0)))
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Worked<'a> {
    Done,
    /// Another try after these seconds.
    Again(f64, &'a str),
    /// No more tries, unless somebody wants one.
    Failed(&'a str),
}

pub async fn settle(tx: &mut OrgTx, id: DeliveryId, worked: Worked<'_>) -> StoreResult<()> {
    let (state, wait, error) = match worked {
        Worked::Done => ("done", 0.0, None),
        Worked::Again(seconds, error) => ("waiting", seconds, Some(error)),
        Worked::Failed(error) => ("failed", 0.0, Some(error)),
    };
    sqlx::query!(
        "update core.deliveries
         set state = $3, error = $4, due_at = now() + make_interval(secs => $5),
             attempts = attempts + case when $4::text is null then 0 else 1 end,
             worked_at = case when $3 = 'waiting' then null else now() end
         where org_id = $1 and delivery_id = $2",
        tx.org().0,
        id.0,
        state,
        error,
        wait,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A system that was disconnected is not listened to: what waits of it goes unheard.
pub async fn turn_away(tx: &mut OrgTx, connection: ConnectionId) -> StoreResult<()> {
    sqlx::query!(
        "update core.deliveries
         set state = 'failed', error = 'The system was disconnected.', worked_at = now()
         where org_id = $1 and connection_id = $2 and state = 'waiting'",
        tx.org().0,
        connection.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Erases what was sent to an organisation that Penny has left.
pub async fn blank_all(tx: &mut OrgTx) -> StoreResult<()> {
    sqlx::query!(
        "update core.deliveries set payload = null where org_id = $1",
        tx.org().0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A delivery as whoever runs Penny looks at it: never what it says.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: DeliveryId,
    pub org: OrgId,
    pub system: String,
    pub topic: Option<String>,
    pub state: String,
    pub attempts: i32,
    pub error: Option<String>,
    pub received_at: DateTime<Utc>,
    pub is_blanked: bool,
}

/// The latest deliveries of all organisations, of one state or of any: for the operator.
pub async fn latest(db: &Db, state: Option<&str>, limit: i64) -> StoreResult<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"select d.delivery_id, d.org_id, c.system, d.topic, d.state, d.attempts, d.error,
               d.received_at, d.payload is null as "is_blanked!"
           from core.deliveries as d join core.connections as c using (org_id, connection_id)
           where $1::text is null or d.state = $1
           order by d.received_at desc, d.delivery_id desc limit $2"#,
        state,
        limit,
    )
    .fetch_all(db.system())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Listed {
            id: DeliveryId(row.delivery_id),
            org: OrgId(row.org_id),
            system: row.system,
            topic: row.topic,
            state: row.state,
            attempts: row.attempts,
            error: row.error,
            received_at: row.received_at,
            is_blanked: row.is_blanked,
        })
        .collect())
}

/// Has a delivery worked on again, whatever became of it: an operator's wish, and they know it by
/// its id alone. False: there is none, or what it said is erased.
pub async fn replay(db: &Db, id: DeliveryId) -> StoreResult<bool> {
    let asked = sqlx::query_scalar!(
        r#"with again as (
             update core.deliveries
             set state = 'waiting', attempts = 0, error = null, due_at = now(), worked_at = null
             where delivery_id = $1 and payload is not null
             returning org_id, connection_id
         ), asked as (
             insert into core.jobs (org_id, kind, key)
             select org_id, $2, connection_id::text from again
             on conflict (org_id, kind, key) do update
             set nudges = core.jobs.nudges + 1, dead_at = null, run_at = now(),
                 attempts = case when core.jobs.dead_at is null then core.jobs.attempts else 0 end
             returning 1
         )
         select count(*) as "asked!" from asked"#,
        id.0,
        HEAR,
    )
    .fetch_one(db.system())
    .await?;
    Ok(asked > 0)
}

/// Erases what deliveries of all organisations said once nobody is likely to want it again; a
/// bounded number at a time; returns how many.
pub async fn blank_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "update core.deliveries set payload = null where ctid = any(array(
            select ctid from core.deliveries
            where received_at < now() - make_interval(days => $1) and payload is not null
                and state = 'done' limit $2))",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// Forgets deliveries past the retention, in every organisation, a bounded number at a time.
pub async fn delete_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.deliveries where ctid = any(array(
            select ctid from core.deliveries
            where received_at < now() - make_interval(days => greatest($1, 1)) limit $2))",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
