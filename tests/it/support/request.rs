//! Requests to Penny that Slack itself would never send, and those that only claim to be Slack's.

use super::TestApp;
use penny::playground::signature;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::time::{Duration, Instant};

pub const EVENTS: &str = "/slack/events";
pub const INTERACTIONS: &str = "/slack/interactions";
pub const COMMANDS: &str = "/slack/commands";

pub struct Post {
    client: reqwest::Client,
    url: String,
    secret: penny::base::secret::Secret,
    headers: HeaderMap,
    body: Vec<u8>,
}

#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    pub took: Duration,
}

impl TestApp {
    pub fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> Post {
        Post {
            client: self.client.clone(),
            url: format!("{}{path}", self.address()),
            secret: self.slack.signing_secret(),
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    pub async fn get(&self, path: &str) -> u16 {
        let url = format!("{}{path}", self.address());
        let response = self.client.get(url).send().await.expect("an answer");
        response.status().as_u16()
    }

    /// Posts as Slack would, at this very second.
    pub async fn post_signed(&self, path: &str, body: impl Into<Vec<u8>>) -> Answered {
        self.post(path, body).signed().send().await
    }
}

impl Post {
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.headers.append(name, value);
        self
    }

    pub fn signed(self) -> Self {
        let now = now();
        self.signed_at(&now.to_string())
    }

    /// With a signature that is right for this timestamp, however it is written.
    pub fn signed_at(self, timestamp: &str) -> Self {
        let signature = self.signature(timestamp);
        self.header("x-slack-request-timestamp", timestamp)
            .header("x-slack-signature", signature)
    }

    pub fn signature(&self, timestamp: &str) -> String {
        signature(&self.secret, timestamp, &self.body)
    }

    /// Changes what is sent after it was signed.
    pub fn but_with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub async fn send(self) -> Answered {
        let begun = Instant::now();
        let response = self
            .client
            .post(self.url)
            .headers(self.headers)
            .body(self.body)
            .send()
            .await
            .expect("an answer");
        Answered {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.expect("a body"),
            took: begun.elapsed(),
        }
    }
}

pub fn now() -> i64 {
    chrono::Utc::now().timestamp()
}
