//! Search engines on the web, asked in words and answering with pages. One file says what each
//! wants to be asked and how it answers; everything else is the same for all.

mod exa;
mod perplexity;

use super::ClientError;
use super::retry::{RetryPolicy, retry_after};
use crate::base::clock::SharedClock;
use crate::base::config::{Endpoint, SearchConfig};
use serde_json::Value;
use std::time::Duration;

/// For one attempt.
const PATIENCE: Duration = Duration::from_secs(15);

const RETRIES: RetryPolicy = RetryPolicy {
    attempts: 3,
    first_wait: Duration::from_millis(500),
    longest_wait: Duration::from_secs(5),
    budget: Duration::from_secs(25),
};

/// How much of a page comes along with it.
const EXCERPT_CHARS: usize = 700;

/// A page that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub title: String,
    pub url: String,
    /// When it was published, as far as the engine knows.
    pub date: Option<String>,
    pub excerpt: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    #[error("{engine} does not accept the key in {variable}")]
    Key {
        engine: &'static str,
        variable: &'static str,
    },
    #[error("the account at {0} is out of credit")]
    Credit(&'static str),
    #[error("{engine} is asked too often{}", .wait.map_or_else(String::new, |wait| format!(" and wants {} seconds of peace", wait.as_secs().max(1))))]
    Busy {
        engine: &'static str,
        wait: Option<Duration>,
    },
    #[error("{0} did not answer")]
    Away(&'static str),
    #[error("{0} did not accept the question")]
    Rejected(&'static str),
    #[error("{0} answered with something that cannot be read")]
    Garbled(&'static str),
}

impl SearchError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Away(_))
    }
}

/// What differs between engines.
#[derive(Debug, Clone, Copy)]
struct Dialect {
    name: &'static str,
    variable: &'static str,
    /// The header for the key, and what stands before it there.
    header: (&'static str, &'static str),
    question: fn(&str, usize) -> Value,
    /// The pages in an answer; None if it is none.
    found: fn(&Value) -> Option<Vec<Found>>,
}

#[derive(Debug)]
pub struct Engine {
    dialect: Dialect,
    endpoint: Endpoint,
    client: reqwest::Client,
    clock: SharedClock,
}

impl Engine {
    /// Those that have a key, in the order in which they are asked.
    pub fn all(config: &SearchConfig, clock: &SharedClock) -> Result<Vec<Self>, ClientError> {
        let configured = [
            (exa::DIALECT, &config.exa),
            (perplexity::DIALECT, &config.perplexity),
        ];
        configured
            .into_iter()
            .filter_map(|(dialect, endpoint)| Some((dialect, endpoint.clone()?)))
            .map(|(dialect, endpoint)| {
                Ok(Self {
                    dialect,
                    endpoint,
                    client: super::client()?,
                    clock: clock.clone(),
                })
            })
            .collect()
    }

    pub fn name(&self) -> &'static str {
        self.dialect.name
    }

    pub async fn search(&self, words: &str, at_most: usize) -> Result<Vec<Found>, SearchError> {
        let begun = self.clock.now();
        let mut made = 0;
        loop {
            let error = match self.ask(words, at_most).await {
                Ok(found) => return Ok(found),
                Err(error) => error,
            };
            made += 1;
            let elapsed = (self.clock.now() - begun).to_std().unwrap_or_default();
            let asked = match &error {
                SearchError::Busy { wait, .. } => *wait,
                _ => None,
            };
            match RETRIES.wait(made, elapsed, asked) {
                Some(wait) if error.is_passing() => self.clock.sleep(wait).await,
                _ => return Err(error),
            }
        }
    }

    async fn ask(&self, words: &str, at_most: usize) -> Result<Vec<Found>, SearchError> {
        let name = self.dialect.name;
        let mut url = self.endpoint.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("search");
        }
        let (header, prefix) = self.dialect.header;
        let key = format!("{prefix}{}", self.endpoint.key.expose());
        let response = self
            .client
            .post(url)
            .header(header, key)
            .json(&(self.dialect.question)(words, at_most))
            .timeout(PATIENCE)
            .send()
            .await
            // Its text would repeat the address, and perhaps more.
            .map_err(|_| SearchError::Away(name))?;
        match response.status().as_u16() {
            200..=299 => {}
            401 | 403 => {
                return Err(SearchError::Key {
                    engine: name,
                    variable: self.dialect.variable,
                });
            }
            402 => return Err(SearchError::Credit(name)),
            429 => {
                return Err(SearchError::Busy {
                    engine: name,
                    wait: retry_after(response.headers(), self.clock.now()),
                });
            }
            400..=499 => return Err(SearchError::Rejected(name)),
            _ => return Err(SearchError::Away(name)),
        }
        let answer: Value = response
            .json()
            .await
            .map_err(|_| SearchError::Garbled(name))?;
        let mut found = (self.dialect.found)(&answer).ok_or(SearchError::Garbled(name))?;
        found.truncate(at_most);
        Ok(found)
    }
}

/// A text of an answer in one line, and not too long.
fn line(value: &Value, most: usize) -> String {
    let text = value.as_str().unwrap_or_default();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The day of a time stamp, which is as much as matters.
fn day(value: &Value) -> Option<String> {
    let day = value.as_str()?.get(..10)?;
    Some(day.to_owned())
}

#[cfg(test)]
mod tests;
