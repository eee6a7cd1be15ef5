//! What deliveries and approved changes mean for runs: which single records one has to look at
//! besides what it lists, and when there is to be one.

use crate::base::ids::{ConnectionId, DeliveryId};
use crate::store::db::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};

/// A delivery that was worked on.
#[derive(Debug)]
pub struct Heard {
    pub id: DeliveryId,
    pub topic: Option<String>,
    pub payload: Vec<u8>,
    pub worked_at: DateTime<Utc>,
}

impl Heard {
    /// Its place among the others.
    pub fn place(&self) -> (DateTime<Utc>, DeliveryId) {
        (self.worked_at, self.id)
    }
}

/// The deliveries of a connection that were worked on behind this place, in that order.
pub async fn heard_behind(
    tx: &mut OrgTx,
    connection: ConnectionId,
    (since, last): (DateTime<Utc>, DeliveryId),
    limit: i64,
) -> StoreResult<Vec<Heard>> {
    let rows = sqlx::query!(
        r#"select delivery_id, topic, payload as "payload!", worked_at as "worked_at!"
           from core.deliveries
           where org_id = $1 and connection_id = $2 and state = 'done' and payload is not null
               and received_at >= $3::timestamptz - interval '1 day'
               and (worked_at, delivery_id) > ($3, $4)
           order by worked_at, delivery_id limit $5"#,
        tx.org().0,
        connection.0,
        since,
        last.0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Heard {
            id: DeliveryId(row.delivery_id),
            topic: row.topic,
            payload: row.payload,
            worked_at: row.worked_at,
        })
        .collect())
}

/// What was changed in a system by approval since then, by the system's own ids.
pub async fn changed_by_approval(
    tx: &mut OrgTx,
    system: &str,
    since: DateTime<Utc>,
) -> StoreResult<Vec<String>> {
    let ids = sqlx::query_scalar!(
        "select outcome::json #>> '{succeeded,id}' from core.proposals
         where org_id = $1 and system = $2 and ended_at >= $3",
        tx.org().0,
        system,
        since,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(ids.into_iter().flatten().collect())
}

/// After a system has said that something changed, it is left alone for so many seconds: what it
/// says until then is read in the same run.
const GATHERED: f64 = 5.0;
/// Between the beginnings of two such runs lie so many seconds at least, and so many times what
/// the last one took: all that a system allows in an hour is not for them alone.
const APART: f64 = 60.0;
const TIMES: f64 = 10.0;
/// More than this nobody has to wait.
const LONGEST: f64 = 1_800.0;

/// In how many seconds a system is to be read because of what it said. None: it is being read,
/// and whoever does that looks at the end for what was said meanwhile.
pub async fn to_be_read_in(tx: &mut OrgTx, connection: ConnectionId) -> StoreResult<Option<f64>> {
    // Whoever ends the run just now has either seen this delivery or is waited for.
    let running = sqlx::query_scalar!(
        "select run_id from core.sync_runs
         where org_id = $1 and connection_id = $2 and state = 'running' for share",
        tx.org().0,
        connection.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    if running.is_some() {
        return Ok(None);
    }
    let seconds = sqlx::query_scalar!(
        r#"select extract(epoch from started_at - now())::float8 + least($5::float8, greatest(
               $3::float8, $4::float8 * extract(epoch from ended_at - started_at)::float8))
               as "seconds!"
           from core.sync_runs
           where org_id = $1 and connection_id = $2 and ended_at is not null
           order by started_at desc limit 1"#,
        tx.org().0,
        connection.0,
        APART,
        TIMES,
        LONGEST,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(Some(seconds.unwrap_or(GATHERED).max(GATHERED)))
}
