//! The public keys with which somebody signs tokens, fetched from where they publish them and
//! kept for a while. A token's header names its key; one that is not known may be new, so they
//! are fetched again, but not as often as somebody who makes names up might like.

use super::{ClientError, client};
use crate::base::clock::SharedClock;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(5);
const MAX_BODY: usize = 256 * 1024;
/// Whoever publishes keys does so days before they sign with them.
const KEPT: TimeDelta = TimeDelta::hours(6);
const FETCHED_AT_MOST_EVERY: TimeDelta = TimeDelta::minutes(1);

/// An RSA key as it is published: big-endian numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaKey {
    pub modulus: Vec<u8>,
    pub exponent: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("the keys could not be fetched")]
    Away,
}

#[derive(Clone)]
pub struct Keys {
    url: Url,
    client: reqwest::Client,
    clock: SharedClock,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    keys: HashMap<String, RsaKey>,
    tried_at: Option<DateTime<Utc>>,
    fetched_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}

impl Keys {
    pub fn new(url: Url, clock: SharedClock) -> Result<Self, ClientError> {
        Ok(Self {
            url,
            client: client()?,
            clock,
            known: Arc::default(),
        })
    }

    /// The key of this name; none: there is no such key. Who asks while they are fetched waits
    /// for the same fetch.
    pub async fn named(&self, name: &str) -> Result<Option<RsaKey>, KeysError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        let is_young = |at: Option<DateTime<Utc>>, age| at.is_some_and(|at| now - at < age);
        let is_known = known.keys.contains_key(name) && is_young(known.fetched_at, KEPT);
        if !is_known && !is_young(known.tried_at, FETCHED_AT_MOST_EVERY) {
            known.tried_at = Some(now);
            match self.fetch().await {
                Ok(keys) => {
                    known.keys = keys;
                    known.fetched_at = Some(now);
                }
                // The last ones are better than none.
                Err(error) => tracing::warn!(%error, "public keys could not be fetched"),
            }
        }
        match known.fetched_at {
            None => Err(KeysError::Away),
            Some(_) => Ok(known.keys.get(name).cloned()),
        }
    }

    async fn fetch(&self) -> Result<HashMap<String, RsaKey>, KeysError> {
        let request = self.client.get(self.url.clone()).timeout(PATIENCE);
        let away = |_| KeysError::Away;
        let answer = request.send().await.map_err(away)?;
        let mut answer = answer.error_for_status().map_err(away)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(away)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BODY {
                return Err(KeysError::Away);
            }
        }
        let published: Published = serde_json::from_slice(&body).map_err(|_| KeysError::Away)?;
        Ok(published.keys.into_iter().filter_map(rsa).collect())
    }
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: String,
    kty: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

/// Keys of another kind are none of ours.
fn rsa(key: Key) -> Option<(String, RsaKey)> {
    let number = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let numbers = RsaKey {
        modulus: number(&key.n)?,
        exponent: number(&key.e)?,
    };
    (key.kty == "RSA").then_some((key.kid, numbers))
}
