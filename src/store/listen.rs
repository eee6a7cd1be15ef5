//! Postgres notifications: how one process hears at once what another has committed.

use super::db::{Db, StoreResult};
use sqlx::postgres::PgListener;

#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    pub async fn connect(db: &Db, channels: &[&str]) -> StoreResult<Self> {
        let mut listener = PgListener::connect_with(db.system()).await?;
        listener.listen_all(channels.iter().copied()).await?;
        Ok(Self(listener))
    }

    /// The next notification: channel and payload.
    pub async fn next(&mut self) -> StoreResult<(String, String)> {
        let heard = self.0.recv().await?;
        Ok((heard.channel().to_owned(), heard.payload().to_owned()))
    }
}

/// Tells every process that listens.
pub async fn notify(db: &Db, channel: &str, payload: &str) -> StoreResult<()> {
    sqlx::query!("select pg_notify($1, $2)::text as told", channel, payload)
        .fetch_one(db.system())
        .await?;
    Ok(())
}
