//! JSON over HTTP with a system that a company uses: one account's token, patience with its
//! limits, and errors that say who has to do something about them.

use super::retry::{RetryPolicy, retry_after};
use super::{ClientError, client};
use crate::base::clock::SharedClock;
use crate::base::secret::Secret;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use url::Url;

const CALL_TIME: Duration = Duration::from_secs(60);
/// Shorter than the lease of the one who writes.
const WRITE_TIME: Duration = Duration::from_secs(30);
const MAX_BODY: usize = 32 * 1024 * 1024;
/// Of what a system says about a refused call.
const MAX_SAID: usize = 300;
/// A longer wait is not slept away: whoever called comes back.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    #[error("it no longer accepts the key")]
    Unauthorized,
    #[error("the key may not do that: {0}")]
    Forbidden(String),
    #[error("it has no such record")]
    NotFound,
    #[error("it asks for a pause of {} s", .0.as_secs())]
    Limited(Duration),
    #[error("it refused the request ({status}): {said}")]
    Refused { status: u16, said: String },
    #[error("it did not answer ({0})")]
    Away(String),
    #[error("its answer could not be read: {0}")]
    Unreadable(String),
}

/// What became of a call that writes, where it did not simply succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The system said no: nothing was written.
    #[error("{0}")]
    Refused(String),
    /// It never arrived, or was turned away before it was looked at: another try is safe.
    #[error(transparent)]
    NotSent(ApiError),
    /// It may have been written.
    #[error("{0}")]
    Unclear(String),
}

/// Reading is patient and repeats what failed; writing is tried once, and says what it cannot know.
#[derive(Clone)]
pub struct JsonApi {
    client: reqwest::Client,
    base: Url,
    token: Secret,
    policy: RetryPolicy,
    clock: SharedClock,
}

impl JsonApi {
    pub fn new(base: Url, token: Secret, clock: SharedClock) -> Result<Self, ClientError> {
        Ok(Self {
            client: client()?,
            base,
            token,
            policy: RetryPolicy::default(),
            clock,
        })
    }

    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        self.read(|| self.request(Method::GET, path).map(|it| it.query(query)))
            .await
    }

    /// For systems whose searches are posted.
    pub async fn search<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, ApiError> {
        self.read(|| self.request(Method::POST, path).map(|it| it.json(body)))
            .await
    }

    /// One try at a call that changes something.
    pub async fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &Value,
    ) -> Result<T, WriteError> {
        let mut request = self
            .request(method, path)
            .map_err(WriteError::NotSent)?
            .timeout(WRITE_TIME)
            .json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.map_err(|error| {
            let reason = reason(&error).to_owned();
            if error.is_connect() {
                WriteError::NotSent(ApiError::Away(reason))
            } else {
                WriteError::Unclear(ApiError::Away(reason).to_string())
            }
        })?;
        self.answer(response)
            .await
            .map_err(|(error, _)| match error {
                ApiError::Limited(_) | ApiError::Unauthorized => WriteError::NotSent(error),
                ApiError::Away(_) | ApiError::Unreadable(_) => {
                    WriteError::Unclear(error.to_string())
                }
                error => WriteError::Refused(error.to_string()),
            })
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ApiError> {
        // Joined as text, so that a base with a path of its own keeps it.
        let base = self.base.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{path}"))
            .map_err(|_| ApiError::Unreadable(format!("{path} is no path")))?;
        Ok(self
            .client
            .request(method, url)
            .timeout(CALL_TIME)
            .bearer_auth(self.token.expose()))
    }

    async fn read<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> Result<RequestBuilder, ApiError>,
    ) -> Result<T, ApiError> {
        let begun = self.clock.now();
        let mut made = 0;
        loop {
            made += 1;
            let (error, asked) = match request()?.send().await {
                Ok(response) => match self.answer(response).await {
                    Ok(value) => return Ok(value),
                    Err(failed) => failed,
                },
                // The error would repeat the address with its query.
                Err(error) => (ApiError::Away(reason(&error).to_owned()), None),
            };
            let may_pass = matches!(error, ApiError::Away(_) | ApiError::Limited(_));
            let elapsed = (self.clock.now() - begun).to_std().unwrap_or_default();
            let wait = self.policy.wait(made, elapsed, asked);
            match wait.filter(|wait| may_pass && *wait <= LONGEST_SLEEP) {
                Some(wait) => self.clock.sleep(wait).await,
                None => return Err(error),
            }
        }
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        response: Response,
    ) -> Result<T, (ApiError, Option<Duration>)> {
        let status = response.status();
        let asked = retry_after(response.headers(), self.clock.now());
        let body = body_of(response).await.map_err(|error| (error, None))?;
        if status.is_success() {
            // A call that has nothing to say sends nothing.
            let said: &[u8] = if body.is_empty() { b"null" } else { &body };
            return serde_json::from_slice(said)
                .map_err(|error| (ApiError::Unreadable(error.to_string()), None));
        }
        let error = match status {
            StatusCode::UNAUTHORIZED => ApiError::Unauthorized,
            StatusCode::FORBIDDEN => ApiError::Forbidden(said(&body)),
            StatusCode::NOT_FOUND | StatusCode::GONE => ApiError::NotFound,
            StatusCode::TOO_MANY_REQUESTS => {
                ApiError::Limited(asked.unwrap_or(Duration::from_secs(10)))
            }
            status if status.is_server_error() => ApiError::Away(status.to_string()),
            status => ApiError::Refused {
                status: status.as_u16(),
                said: said(&body),
            },
        };
        Err((error, asked))
    }
}

impl std::fmt::Debug for JsonApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JsonApi")
            .field("host", &self.base.host_str())
            .finish_non_exhaustive()
    }
}

async fn body_of(mut response: Response) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_BODY => {
                return Err(ApiError::Unreadable("it is too long".to_owned()));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(ApiError::Away(reason(&error).to_owned())),
        }
    }
}

/// What the system says is wrong, in the places where systems say it.
fn said(body: &[u8]) -> String {
    let parsed: Value = serde_json::from_slice(body).unwrap_or_default();
    let message = ["/message", "/error_description", "/error/message", "/error"]
        .iter()
        .find_map(|place| parsed.pointer(place)?.as_str());
    message
        .unwrap_or("it does not say why")
        .chars()
        .take(MAX_SAID)
        .collect()
}

fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    }
}
