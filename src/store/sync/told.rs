//! Which single records a run has to look at besides what it lists: those that deliveries and
//! approved changes were about.

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
