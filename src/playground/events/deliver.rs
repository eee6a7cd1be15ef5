//! Brings requests to Penny as Slack does: signed at the moment of sending, answered within
//! three seconds or missed; events are repeated at once, after one minute and after five.

use super::{EVENTS, FORM, Outgoing};
use crate::base::clock::SharedClock;
use crate::base::secret::Secret;
use arc_swap::ArcSwapOption;
use axum::body::{Body, Bytes};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use parking_lot::Mutex;
use sha2::Sha256;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const RETRY_AFTER: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
];
const MAX_ANSWER: usize = 1024 * 1024;
const KEPT_DELIVERIES: usize = 5_000;

/// What Penny answered to one request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why a request counts as unanswered, in Slack's words (`X-Slack-Retry-Reason`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missed {
    #[error("http_timeout")]
    Timeout,
    #[error("connection_failed")]
    Connection,
    #[error("http_error")]
    Status { code: u16, no_retry: bool },
}

/// One request to Penny and what came of each attempt.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub request: Outgoing,
    pub attempts: Vec<Result<u16, Missed>>,
}

#[derive(Debug)]
pub struct Courier {
    client: Client<HttpConnector, Body>,
    target: ArcSwapOption<String>,
    secret: Secret,
    clock: SharedClock,
    ack_within: Duration,
    keeps: bool,
    kept: Mutex<VecDeque<Delivery>>,
    under_way: AtomicUsize,
}

impl Courier {
    pub fn new(secret: Secret, clock: SharedClock, ack_within: Duration, keeps: bool) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            target: ArcSwapOption::empty(),
            secret,
            clock,
            ack_within,
            keeps,
            kept: Mutex::new(VecDeque::new()),
            under_way: AtomicUsize::new(0),
        }
    }

    pub fn point_at(&self, base_url: &str) {
        self.target
            .store(Some(Arc::new(base_url.trim_end_matches('/').to_owned())));
    }

    /// Deliveries that wait for their first answer.
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }

    pub fn kept(&self) -> Vec<Delivery> {
        self.kept.lock().iter().cloned().collect()
    }

    /// The first attempt. When it fails, the repeats of an event go on in the background.
    pub async fn deliver(self: Arc<Self>, request: Outgoing) -> Result<Answer, Missed> {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let outcome = self.attempt(&request, None).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        if let (Err(missed), EVENTS) = (&outcome, request.path) {
            let (courier, reason) = (self.clone(), missed.clone());
            tokio::spawn(async move { courier.repeat(request, reason).await });
        }
        outcome
    }

    async fn repeat(&self, request: Outgoing, mut reason: Missed) {
        for (number, pause) in (1u32..).zip(RETRY_AFTER) {
            if matches!(reason, Missed::Status { no_retry: true, .. }) {
                return;
            }
            if !pause.is_zero() {
                self.clock.sleep(pause).await;
            }
            match self.attempt(&request, Some((number, &reason))).await {
                Ok(_) => return,
                Err(missed) => reason = missed,
            }
        }
    }

    /// Sends once, with retry headers when it is a repeat.
    pub async fn attempt(
        &self,
        request: &Outgoing,
        repeat: Option<(u32, &Missed)>,
    ) -> Result<Answer, Missed> {
        let mut headers = self.signed(&request.body);
        if let Some((number, reason)) = repeat {
            headers.push((
                HeaderName::from_static("x-slack-retry-num"),
                number.to_string(),
            ));
            headers.push((
                HeaderName::from_static("x-slack-retry-reason"),
                reason.to_string(),
            ));
        }
        let answer = self
            .post(
                request.path,
                request.content_type,
                &headers,
                request.body.clone(),
            )
            .await;
        let outcome = match answer {
            Ok(answer) if answer.status.is_success() => Ok(answer),
            Ok(answer) => Err(Missed::Status {
                code: answer.status.as_u16(),
                no_retry: answer
                    .headers
                    .get("x-slack-no-retry")
                    .is_some_and(|value| value == "1"),
            }),
            Err(missed) => Err(missed),
        };
        self.keep(request, &outcome);
        outcome
    }

    fn keep(&self, request: &Outgoing, outcome: &Result<Answer, Missed>) {
        if !self.keeps {
            return;
        }
        let short = outcome
            .as_ref()
            .map(|answer| answer.status.as_u16())
            .map_err(Missed::clone);
        let mut kept = self.kept.lock();
        if let Some(known) = kept
            .iter_mut()
            .rev()
            .find(|known| known.request.id == request.id)
        {
            known.attempts.push(short);
            return;
        }
        if kept.len() >= KEPT_DELIVERIES {
            kept.pop_front();
        }
        kept.push_back(Delivery {
            request: request.clone(),
            attempts: vec![short],
        });
    }

    /// The headers that prove Slack as the sender, for this very body at this very second.
    pub fn signed(&self, body: &[u8]) -> Vec<(HeaderName, String)> {
        let timestamp = self.clock.now().timestamp().to_string();
        vec![
            (
                HeaderName::from_static("x-slack-signature"),
                signature(&self.secret, &timestamp, body),
            ),
            (
                HeaderName::from_static("x-slack-request-timestamp"),
                timestamp,
            ),
        ]
    }

    /// Posts exactly these headers and bytes; tests send their garbage through here.
    pub async fn post(
        &self,
        path: &str,
        content_type: &str,
        headers: &[(HeaderName, String)],
        body: Bytes,
    ) -> Result<Answer, Missed> {
        let target = self.target.load_full().ok_or(Missed::Connection)?;
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = format!("{target}{path}")
            .parse()
            .map_err(|_| Missed::Connection)?;
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).map_err(|_| Missed::Connection)?;
            request.headers_mut().append(name.clone(), value);
        }
        let content_type =
            HeaderValue::from_str(content_type).unwrap_or(HeaderValue::from_static(FORM));
        request
            .headers_mut()
            .insert(http::header::CONTENT_TYPE, content_type);
        match tokio::time::timeout(self.ack_within, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Missed::Timeout),
        }
    }

    async fn exchange(&self, request: Request<Body>) -> Result<Answer, Missed> {
        let response = self
            .client
            .request(request)
            .await
            .map_err(|_| Missed::Connection)?;
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(Body::new(body), MAX_ANSWER)
            .await
            .map_err(|_| Missed::Connection)?;
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }
}

/// Slack's `v0` signature of a body.
pub fn signature(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return String::new();
    };
    mac.update(b"v0:");
    mac.update(timestamp.as_bytes());
    mac.update(b":");
    mac.update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_slacks_documentation() {
        let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        assert_eq!(
            signature(
                &Secret::new("8f742231b10e8888abcd99yyyzzz85a5"),
                "1531420618",
                body
            ),
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        );
    }
}
