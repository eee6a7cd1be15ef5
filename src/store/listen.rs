//! Postgres notifications: how one process hears at once what another has committed.

use super::announcer::tell;
use super::db::{Db, StoreError, StoreResult};
use sqlx::postgres::PgListener;

/// Somebody stops what runs in a thread.
pub const STOPS: &str = "penny_stop";
/// Who is in a channel has changed.
pub const AUDIENCES: &str = "penny_audiences";

/// A workspace was installed, renewed or removed, or other channels of it are read.
pub const INSTALLATIONS: &str = "penny_installations";

#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    pub async fn connect(db: &Db, channels: &[&str]) -> StoreResult<Self> {
        let mut listener = PgListener::connect_with(db.system()).await?;
        listener.listen_all(channels.iter().copied()).await?;
        Ok(Self(listener))
    }

    /// The next notification: channel and payload. An error where the connection was lost: what
    /// was said meanwhile is not to be heard any more, so whoever listens looks for themselves.
    pub async fn next(&mut self) -> StoreResult<(String, String)> {
        let heard = self.0.try_recv().await?;
        let heard = heard
            .ok_or_else(|| StoreError::Away("the connection that listens was lost".to_owned()))?;
        Ok((heard.channel().to_owned(), heard.payload().to_owned()))
    }
}

/// Tells every process that listens.
pub async fn notify(db: &Db, channel: &str, payload: &str) -> StoreResult<()> {
    Ok(tell(db.system(), channel, payload).await?)
}
