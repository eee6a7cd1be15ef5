//! JSON over HTTP with a system that a company uses: one account's token, patience with its
//! limits, and errors that say who has to do something about them.

mod answer;
mod dialect;
mod outward;
mod pacing;
mod tokens;
mod writing;

pub use dialect::{Answered, Dialect, Keys, UNNAMED};
pub use pacing::{Limit, Pace};
pub use tokens::Tokens;

use self::answer::{Answer, next_query};
use self::dialect::ending;
use self::tokens::Fixed;
use super::Http;
use super::retry::RetryPolicy;
use crate::base::clock::SharedClock;
use crate::base::secret::Secret;
use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, HeaderValue, LINK};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const CALL_TIME: Duration = Duration::from_secs(60);
const MAX_BODY: usize = 32 * 1024 * 1024;
/// Of what a system says about a refused call.
const MAX_SAID: usize = 300;
/// A longer wait is not slept away: whoever called comes back.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);
/// The pause after a limit whose end nobody names.
const LIMITED: Duration = Duration::from_secs(10);

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

/// One page of a list whose following page stands in a `Link` header.
#[derive(Debug)]
pub struct Linked<T> {
    pub items: T,
    /// The query of the following page. Of the link nothing else is taken, so that no answer can
    /// send the key to another place.
    pub next: Option<String>,
}

/// Reading is patient and repeats what failed; writing is tried once, and says what it cannot know.
#[derive(Clone)]
pub struct JsonApi {
    http: Http,
    base: Url,
    /// Whether the operator has named another place for it than its own.
    is_moved: bool,
    tokens: Arc<dyn Tokens>,
    dialect: Dialect,
    /// None: as fast as answers come.
    pace: Option<Arc<Pace>>,
    policy: RetryPolicy,
    clock: SharedClock,
}

impl JsonApi {
    pub fn new(http: &Http, base: Url, token: Secret, clock: SharedClock) -> Self {
        Self::renewing(http, base, Arc::new(Fixed(token)), clock)
    }

    /// With tokens that end, and are followed by others.
    pub fn renewing(http: &Http, base: Url, tokens: Arc<dyn Tokens>, clock: SharedClock) -> Self {
        Self {
            http: http.clone(),
            base,
            is_moved: false,
            tokens,
            dialect: Dialect::PLAIN,
            pace: None,
            policy: RetryPolicy::default(),
            clock,
        }
    }

    pub fn speaking(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// It is where the operator says, and not where others find it.
    pub fn moved(self) -> Self {
        Self {
            is_moved: true,
            ..self
        }
    }

    /// What somebody pasted, where that is more than a token.
    pub async fn key(&self) -> Result<Secret, ApiError> {
        self.tokens.current().await
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ApiError> {
        let request = || self.request(Method::GET, path).map(|it| it.query(query));
        self.read(path, request).await?.json()
    }

    /// A page of a list that is continued where its `Link` header says.
    pub async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &str,
    ) -> Result<Linked<T>, ApiError> {
        let path = format!("{path}?{query}");
        let request = || self.request(Method::GET, &path);
        let answer = self.read(&path, request).await?;
        Ok(Linked {
            next: answer.headers.get(LINK).and_then(next_query),
            items: answer.json()?,
        })
    }

    /// Something that is no JSON, such as a diff.
    pub async fn text(&self, path: &str, accept: &'static str) -> Result<String, ApiError> {
        let request = || {
            self.request(Method::GET, path)
                .map(|it| with_accept(it, accept))
        };
        let answer = self.read(path, request).await?;
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// A search that is posted.
    pub async fn search<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, ApiError> {
        let request = || self.request(Method::POST, path).map(|it| it.json(body));
        self.read(path, request).await?.json()
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ApiError> {
        // Joined as text, so that a base with a path of its own keeps it.
        let base = self.base.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{path}"))
            .map_err(|_| ApiError::Unreadable(format!("{path} is no path")))?;
        let client = self.http.client(&url);
        let request = client.request(method, url).timeout(CALL_TIME);
        let headers = self.dialect.headers.iter();
        Ok(headers.fold(request, |it, (name, value)| it.header(*name, *value)))
    }

    fn signed(&self, request: RequestBuilder, token: &Secret) -> Result<RequestBuilder, ApiError> {
        let key = token.expose();
        match self.dialect.keys {
            Keys::Login(login) => {
                let (name, password) = login(key).ok_or(ApiError::Unauthorized)?;
                return Ok(request.basic_auth(name, Some(password)));
            }
            Keys::BareFrom(start) if key.starts_with(start) => {}
            _ => return Ok(request.bearer_auth(key)),
        }
        let mut key = HeaderValue::from_str(key).map_err(|_| ApiError::Unauthorized)?;
        key.set_sensitive(true);
        Ok(request.header(AUTHORIZATION, key))
    }

    async fn read(
        &self,
        path: &str,
        request: impl Fn() -> Result<RequestBuilder, ApiError>,
    ) -> Result<Answer, ApiError> {
        let begun = self.clock.now();
        let mut made = 0;
        let mut token = self.tokens.current().await?;
        let mut is_renewed = false;
        loop {
            made += 1;
            self.turn(path).await?;
            let error = match self.signed(request()?, &token)?.send().await {
                Ok(response) => match self.answer(response).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                },
                // The error would repeat the address with its query.
                Err(error) => ApiError::Away(reason(&error).to_owned()),
            };
            if error == ApiError::Unauthorized {
                if is_renewed {
                    self.tokens.shut_out(&token).await;
                    return Err(error);
                }
                token = self.tokens.instead_of(&token).await?;
                is_renewed = true;
                continue;
            }
            let (may_pass, asked) = match &error {
                ApiError::Limited(wait) => (true, Some(*wait).filter(|wait| *wait != UNNAMED)),
                ApiError::Away(_) => (true, None),
                _ => (false, None),
            };
            let elapsed = (self.clock.now() - begun).to_std().unwrap_or_default();
            let wait = self.policy.wait(made, elapsed, asked);
            match wait.filter(|wait| may_pass && *wait <= LONGEST_SLEEP) {
                Some(wait) => self.clock.sleep(wait).await,
                None => return Err(ending(error)),
            }
        }
    }

    async fn answer(&self, response: Response) -> Result<Answer, ApiError> {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = body_of(response).await?;
        let answered = Answered {
            status: status.as_u16(),
            headers: &headers,
            body: &body,
            now: self.clock.now(),
        };
        if let Some(error) = (self.dialect.meaning)(&answered) {
            return Err(error);
        }
        if status.is_success() {
            return Ok(Answer { headers, body });
        }
        Err(match status {
            StatusCode::UNAUTHORIZED => ApiError::Unauthorized,
            StatusCode::FORBIDDEN => ApiError::Forbidden(said(&body)),
            StatusCode::NOT_FOUND | StatusCode::GONE => ApiError::NotFound,
            StatusCode::TOO_MANY_REQUESTS => {
                ApiError::Limited(answered.retry_after().unwrap_or(LIMITED))
            }
            status if status.is_server_error() => ApiError::Away(status.to_string()),
            status => ApiError::Refused {
                status: status.as_u16(),
                said: said(&body),
            },
        })
    }
}

fn with_accept(request: RequestBuilder, accept: &'static str) -> RequestBuilder {
    // Set as a whole: `header` would add to what the dialect sends.
    let accept = [(reqwest::header::ACCEPT, HeaderValue::from_static(accept))];
    request.headers(accept.into_iter().collect())
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
    shortened(message.unwrap_or("it does not say why"))
}

/// A system's own words, as long as they may be in an error.
pub fn shortened(said: &str) -> String {
    said.chars().take(MAX_SAID).collect()
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
