//! One HTTP exchange with a provider, for the adapters that speak to one without an SDK: JSON
//! there, an event stream or a refusal back.

use super::ModelError;
use super::attempt::{Failure, not_silent};
use super::refusal::{Refusal, without_key};
use crate::base::secret::Secret;
use crate::net::ClientError;
use crate::net::retry::retry_after;
use crate::net::sse::{Event, Parser};
use bytes::Bytes;
use chrono::Utc;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{RequestBuilder, Response};
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;
use url::Url;

pub(super) struct Exchange {
    client: reqwest::Client,
    headers: HeaderMap,
    key: Secret,
    /// How long the provider may take to begin its answer.
    first_byte: Duration,
}

/// Why an adapter cannot be set up as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("the base URL is not an http or https address")]
    BaseUrl,
    #[error("the key holds characters that no header can carry")]
    Key,
    #[error("the HTTP client could not be set up: {0}")]
    Client(String),
}

impl From<ClientError> for SetupError {
    fn from(error: ClientError) -> Self {
        Self::Client(error.to_string())
    }
}

impl Exchange {
    /// With servers at this address. The key goes into `header`, after `prefix`; an empty one is not
    /// sent.
    pub fn new(
        (header, prefix): (HeaderName, &str),
        key: &Secret,
        first_byte: Duration,
        base: &Url,
    ) -> Result<Self, SetupError> {
        let mut headers = HeaderMap::new();
        if !key.is_empty() {
            let mut value = HeaderValue::from_str(&format!("{prefix}{}", key.expose()))
                .map_err(|_| SetupError::Key)?;
            value.set_sensitive(true);
            headers.insert(header, value);
        }
        Ok(Self {
            client: crate::net::client_for(base)?,
            headers,
            key: key.clone(),
            first_byte,
        })
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Whatever comes within `idle` keeps the answer alive, be it a ping or a comment.
    pub async fn post(
        &self,
        url: Url,
        body: &impl Serialize,
        idle: Duration,
    ) -> Result<Events, Failure> {
        let response = self.send(self.client.post(url).json(body)).await?;
        Ok(Events {
            body: response.bytes_stream().boxed(),
            parser: Parser::default(),
            complete: VecDeque::new(),
            key: self.key.clone(),
            idle,
        })
    }

    pub async fn get(&self, url: Url) -> Result<Value, Failure> {
        let response = self.send(self.client.get(url)).await?;
        let body = tokio::time::timeout(self.first_byte, response.json()).await;
        match body {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(error)) => Err(self.unreachable(error)),
            Err(_) => Err(self.too_slow()),
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let request = request.headers(self.headers.clone());
        let response = match tokio::time::timeout(self.first_byte, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(self.unreachable(error)),
            Err(_) => return Err(self.too_slow()),
        };
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let asked = retry_after(response.headers(), Utc::now());
        let text = tokio::time::timeout(self.first_byte, response.text()).await;
        let text = text.ok().and_then(Result::ok).unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let mut refusal = Refusal::in_body(&body);
        refusal.status = Some(status);
        refusal.retry_after = asked;
        if refusal.message.is_empty() {
            refusal.message = &text;
        }
        Err(Failure::of(refusal.meaning(&self.key)))
    }

    fn unreachable(&self, error: reqwest::Error) -> Failure {
        let text = without_key(&error.without_url().to_string(), &self.key);
        Failure::of(ModelError::Unreachable(text))
    }

    fn too_slow(&self) -> Failure {
        let seconds = self.first_byte.as_secs();
        Failure::of(ModelError::Unreachable(format!(
            "it did not begin to answer within {seconds} s"
        )))
    }
}

/// The events of an answer, as they come.
pub(super) struct Events {
    body: BoxStream<'static, Result<Bytes, reqwest::Error>>,
    parser: Parser,
    complete: VecDeque<Event>,
    key: Secret,
    /// How long nothing at all may come.
    idle: Duration,
}

impl Events {
    /// `None` when the connection has ended, properly or not.
    pub async fn next(&mut self) -> Option<Result<Event, Failure>> {
        loop {
            if let Some(event) = self.complete.pop_front() {
                return Some(Ok(event));
            }
            let bytes = match not_silent(self.idle, self.body.next()).await {
                Ok(bytes) => bytes?,
                Err(silent) => return Some(Err(silent)),
            };
            let parsed = match bytes {
                Ok(bytes) => self.parser.push(&bytes).map_err(|error| error.to_string()),
                Err(error) => Err(without_key(&error.without_url().to_string(), &self.key)),
            };
            match parsed {
                Ok(events) => self.complete.extend(events),
                Err(how) => return Some(Err(Failure::of(ModelError::Broken(how)))),
            }
        }
    }

    /// What an error that came as an event means.
    pub fn refused(&self, body: &Value) -> Failure {
        Failure::of(Refusal::in_body(body).meaning(&self.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    fn events(body: BoxStream<'static, Result<Bytes, reqwest::Error>>) -> Events {
        Events {
            body,
            parser: Parser::default(),
            complete: VecDeque::new(),
            key: Secret::new(""),
            idle: Duration::from_millis(600),
        }
    }

    #[tokio::test]
    async fn a_comment_keeps_a_stream_alive_and_silence_does_not() {
        let now_and_then = tokio::time::interval(Duration::from_millis(60));
        let comments = stream::unfold((now_and_then, 0), |(mut ticks, n)| async move {
            ticks.tick().await;
            let bytes = match n {
                ..15 => ": still at it\n\n",
                15 => "data: nine\n\n",
                _ => std::future::pending().await,
            };
            Some((Ok(Bytes::from(bytes)), (ticks, n + 1)))
        });
        let mut events = events(comments.boxed());
        let first = events.next().await.unwrap().unwrap();
        assert_eq!(first.data, "nine");
        let silent = events.next().await.unwrap().unwrap_err();
        assert!(matches!(silent.error, ModelError::Broken(_)), "{silent:?}");
    }
}
