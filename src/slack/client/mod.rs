//! Calling Slack. [`SlackApi`] is the connection that all workspaces share, [`SlackClient`] is
//! it with one workspace's token. Transport and request encoding are slack-morphism's; answers
//! are read into tolerant types of our own, because its strict ones fail on real payloads.

mod archive;
mod chat;
mod conversations;
mod error;
mod files;
mod http;
mod limits;
mod method;
mod oauth;
mod sessions;
mod views;

pub use archive::Archived;
pub use chat::{Metadata, NewMessage, Posted, Stream, StreamStart};
pub use conversations::{Channel, Group, Member, Page, Said, SaidMetadata};
pub use error::{ApiCode, SlackError};
pub use files::{Share, Upload};
pub use limits::Limiter;
pub use method::Method;
pub use oauth::{AppCredentials, Grant, GrantedTeam};
pub use sessions::{Identity, SessionStatus};

use crate::base::clock::SharedClock;
use crate::base::ids::{ChannelId, TeamId};
use crate::base::metrics as names;
use crate::base::secret::Secret;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use method::Repeat;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use slack_morphism::hyper_tokio::SlackClientHyperConnector;
use slack_morphism::{SlackApiToken, SlackApiTokenValue};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

type Https = HttpsConnector<HttpConnector>;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// How long a call that must be made waits for its turn in a hold.
pub const PATIENT: Duration = Duration::from_secs(120);
/// For calls that are only worth making now.
pub const NOW: Duration = Duration::ZERO;
const ATTEMPTS: u32 = 3;

/// The connection to Slack that all workspaces share.
pub struct SlackApi {
    slack: slack_morphism::SlackClient<SlackClientHyperConnector<Https>>,
    plain: http::PlainHttp,
    limiter: Limiter,
    clock: SharedClock,
    base: Url,
}

impl std::fmt::Debug for SlackApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SlackApi({})", self.base)
    }
}

impl SlackApi {
    /// `base` is `https://slack.com/api`, or a stand-in's; a stand-in may speak plain HTTP.
    pub fn new(base: &Url, clock: SharedClock) -> std::io::Result<Arc<Self>> {
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        // What never got through surely was not done, and can be done in another way.
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        http.enforce_http(false);
        let connector: Https = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(http);
        let slack = SlackClientHyperConnector::with_connector(connector.clone())
            .with_slack_api_url(base.as_str().trim_end_matches('/'));
        Ok(Arc::new(Self {
            slack: slack_morphism::SlackClient::new(slack),
            plain: http::PlainHttp::new(connector, base.clone()),
            limiter: Limiter::new(clock.clone()),
            clock,
            base: base.clone(),
        }))
    }

    /// Where the Web API is; Slack's other pages lie beside it.
    pub fn base(&self) -> &Url {
        &self.base
    }

    pub fn client(self: &Arc<Self>, team: TeamId, token: Secret) -> SlackClient {
        SlackClient {
            api: self.clone(),
            team,
            token,
        }
    }
}

/// Slack's Web API as one workspace's bot.
#[derive(Clone)]
pub struct SlackClient {
    api: Arc<SlackApi>,
    team: TeamId,
    token: Secret,
}

impl std::fmt::Debug for SlackClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SlackClient({})", self.team)
    }
}

/// Query of a GET: names and values, absent ones left out.
type Query<'q> = Vec<(&'q str, Option<String>)>;

impl SlackClient {
    pub fn team(&self) -> &TeamId {
        &self.team
    }

    pub fn clock(&self) -> &SharedClock {
        &self.api.clock
    }

    async fn post<T: DeserializeOwned>(
        &self,
        method: Method,
        channel: Option<&ChannelId>,
        body: &(impl Serialize + Sync),
        patience: Duration,
    ) -> Result<T, SlackError> {
        self.repeated(method, channel, patience, Body::Json(&body))
            .await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        method: Method,
        query: &Query<'_>,
    ) -> Result<T, SlackError> {
        let body: Body<'_, ()> = Body::Query(query);
        self.repeated(method, None, PATIENT, body).await
    }

    /// One call, made again as often and as far as its method allows.
    async fn repeated<T: DeserializeOwned>(
        &self,
        method: Method,
        channel: Option<&ChannelId>,
        patience: Duration,
        body: Body<'_, impl Serialize + Sync>,
    ) -> Result<T, SlackError> {
        let give_up_at = self.api.clock.now() + patience;
        let mut attempt = 1;
        loop {
            let left = (give_up_at - self.api.clock.now())
                .to_std()
                .unwrap_or_default();
            self.api
                .limiter
                .acquire(&self.team, method, channel, left)
                .await
                .map_err(|full| {
                    count(method, "held_back");
                    SlackError::RateLimited {
                        retry_after: full.retry_after,
                    }
                })?;
            let error = match self.once(method, &body).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match &error {
                // The limiter decides at the loop's head whether the wait is bearable.
                SlackError::RateLimited { retry_after } => {
                    self.api
                        .limiter
                        .hold(&self.team, method, channel, *retry_after);
                    continue;
                }
                SlackError::NotSent => {}
                SlackError::Ambiguous(_) if method.repeat() == Repeat::Safe => {}
                _ => return Err(error),
            }
            if attempt == ATTEMPTS {
                return Err(error);
            }
            self.api.clock.sleep(pause_after(attempt)).await;
            attempt += 1;
        }
    }

    async fn once<T: DeserializeOwned>(
        &self,
        method: Method,
        body: &Body<'_, impl Serialize + Sync>,
    ) -> Result<T, SlackError> {
        let token = SlackApiToken::new(SlackApiTokenValue(self.token.expose().to_owned()));
        let session = self.api.slack.open_session(&token);
        let api = &session.http_session_api;
        let call = async {
            match body {
                Body::Json(json) => api.http_post(method.name(), json, None).await,
                Body::Query(query) => api.http_get(method.name(), *query, None).await,
            }
        };
        let answer: Result<Value, SlackError> = tokio::time::timeout(REQUEST_TIMEOUT, call)
            .await
            .map_err(|_| SlackError::Ambiguous("it took too long"))
            .and_then(|answer| answer.map_err(SlackError::from));
        let answer = answer.and_then(read);
        let outcome = answer.as_ref().err().map_or("ok", SlackError::outcome);
        count(method, outcome);
        tracing::debug!(slack.method = method.name(), slack.team = %self.team, slack.outcome = outcome, "called Slack");
        answer
    }
}

enum Body<'b, B> {
    Json(&'b B),
    Query(&'b Query<'b>),
}

/// An answer that is not marked as a success is none, whatever its HTTP status.
fn read<T: DeserializeOwned>(answer: Value) -> Result<T, SlackError> {
    match answer.get("ok").and_then(Value::as_bool) {
        Some(true) => serde_json::from_value(answer)
            .map_err(|_| SlackError::Ambiguous("Slack's answer could not be read")),
        Some(false) => Err(SlackError::refused("unknown_error", None)),
        None => Err(SlackError::Ambiguous("Slack's answer could not be read")),
    }
}

fn count(method: Method, outcome: &'static str) {
    metrics::counter!(names::SLACK_CALLS, "method" => method.name(), "outcome" => outcome)
        .increment(1);
}

/// Growing, and different for each caller so that they do not come back all at once.
fn pause_after(attempt: u32) -> Duration {
    let jitter = rand::random_range(0.5..1.5);
    Duration::from_millis(200).mul_f64(f64::from(1 << (2 * (attempt - 1))) * jitter)
}

/// The answer of methods of which only the success matters.
#[derive(serde::Deserialize)]
struct Done {}

#[cfg(test)]
mod tests;
