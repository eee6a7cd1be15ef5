//! Fetching from addresses that a person, a model or a page chose. Nothing inside our own network
//! can be reached through it, no credential or cookie is ever sent, and no answer is too large,
//! too slow or of the wrong kind.

mod address;
mod posting;
mod resolve;
mod rules;
mod target;
#[cfg(any(test, feature = "playground"))]
pub mod testing;

pub use address::is_public;
pub use posting::PostError;
pub use resolve::{Resolver, SystemResolver};

use super::ClientError;
use super::retry::retry_after;
use bytes::{Bytes, BytesMut};
use chrono::Utc;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderName, HeaderValue};
use reqwest::Response;
use resolve::CheckedResolver;
use rules::Rules;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    #[error("that is not a web address")]
    Malformed,
    #[error("only http and https addresses can be fetched")]
    Scheme,
    #[error("an address with a user name in it is not fetched")]
    UserInfo,
    #[error("only the usual web ports can be fetched from")]
    Port,
    #[error("that address is not on the public internet")]
    Inside,
    #[error("no such host is known")]
    UnknownHost,
    #[error("it redirects from https to http")]
    Downgrade,
    #[error("it redirects too often")]
    TooManyRedirects,
    #[error("it is larger than {0} bytes")]
    TooLarge(usize),
    #[error("it took longer than {0:?}")]
    TooSlow(Duration),
    #[error("it is of the type {0:?}, which is not wanted here")]
    WrongType(String),
    #[error("it is compressed although that was declined")]
    Compressed,
    #[error("it answered with status {status}")]
    Status {
        status: u16,
        /// How long the server asks to be left alone.
        retry_after: Option<Duration>,
    },
    #[error("it could not be reached")]
    Unreachable,
}

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub redirects: usize,
    pub bytes: usize,
    /// For one request, until the last byte of its answer.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            redirects: 3,
            bytes: 5 * 1024 * 1024,
            time: Duration::from_secs(20),
        }
    }
}

#[derive(Debug)]
pub struct Page {
    /// Where it was found in the end.
    pub url: Url,
    pub content_type: String,
    pub body: Bytes,
}

#[derive(Debug)]
pub struct Guard {
    client: reqwest::Client,
    resolver: Arc<CheckedResolver>,
    rules: Rules,
    limits: Limits,
}

impl Guard {
    pub fn new(resolver: Arc<dyn Resolver>, limits: Limits) -> Result<Self, ClientError> {
        Self::with_rules(resolver, limits, Rules::default())
    }

    fn with_rules(
        resolver: Arc<dyn Resolver>,
        limits: Limits,
        rules: Rules,
    ) -> Result<Self, ClientError> {
        let resolver = Arc::new(CheckedResolver {
            resolver,
            rules: rules.clone(),
        });
        let client = super::builder()
            .dns_resolver(resolver.clone())
            // A proxy would resolve names itself, past every check.
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(ClientError)?;
        Ok(Self {
            client,
            resolver,
            rules,
            limits,
        })
    }

    /// A fetch as somebody wrote its address, before its first request.
    pub fn trip(&self, written: &str) -> Result<Trip<'_>, GuardError> {
        Ok(Trip {
            guard: self,
            at: target::parse(written, &self.rules)?,
            redirects_left: self.limits.redirects,
        })
    }

    /// From the address to its page, over redirects. `accepts` are beginnings of the content
    /// types that are of use, such as `text/`.
    pub async fn fetch(&self, written: &str, accepts: &[&str]) -> Result<Page, GuardError> {
        let mut trip = self.trip(written)?;
        loop {
            if let Some(page) = trip.step(accepts).await? {
                return Ok(page);
            }
        }
    }

    async fn get(&self, url: Url) -> Result<Response, GuardError> {
        self.client
            .get(url)
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            .send()
            .await
            .map_err(|error| refusal_within(&error))
    }

    async fn read(
        &self,
        url: Url,
        mut response: Response,
        accepts: &[&str],
    ) -> Result<Page, GuardError> {
        if !response.status().is_success() {
            return Err(GuardError::Status {
                status: response.status().as_u16(),
                retry_after: retry_after(response.headers(), Utc::now()),
            });
        }
        let encoding = header(&response, CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
            return Err(GuardError::Compressed);
        }
        let content_type = header(&response, CONTENT_TYPE).unwrap_or_default();
        let lowercase = content_type.to_ascii_lowercase();
        if !accepts
            .iter()
            .any(|accepted| lowercase.starts_with(accepted))
        {
            return Err(GuardError::WrongType(lowercase.chars().take(80).collect()));
        }
        let too_large = GuardError::TooLarge(self.limits.bytes);
        if response.content_length() > Some(self.limits.bytes as u64) {
            return Err(too_large);
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|_| GuardError::Unreachable)?
        {
            if body.len() + chunk.len() > self.limits.bytes {
                return Err(too_large);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Page {
            url,
            content_type,
            body: body.freeze(),
        })
    }
}

/// A fetch under way, one request at a time, so that whoever makes it can ask before each of them
/// whether the next host may be asked.
#[derive(Debug)]
pub struct Trip<'a> {
    guard: &'a Guard,
    at: Url,
    redirects_left: usize,
}

impl Trip<'_> {
    /// What the next step will ask.
    pub fn at(&self) -> &Url {
        &self.at
    }

    /// One request. None: it leads elsewhere, and that may be asked next.
    pub async fn step(&mut self, accepts: &[&str]) -> Result<Option<Page>, GuardError> {
        let limit = self.guard.limits.time;
        match tokio::time::timeout(limit, self.request(accepts)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(GuardError::TooSlow(limit)),
        }
    }

    async fn request(&mut self, accepts: &[&str]) -> Result<Option<Page>, GuardError> {
        let response = self.guard.get(self.at.clone()).await?;
        let location = header(&response, LOCATION);
        let Some(location) = location.filter(|_| response.status().is_redirection()) else {
            return self
                .guard
                .read(self.at.clone(), response, accepts)
                .await
                .map(Some);
        };
        self.redirects_left = self
            .redirects_left
            .checked_sub(1)
            .ok_or(GuardError::TooManyRedirects)?;
        self.at = target::redirected(&self.at, &location, &self.guard.rules)?;
        Ok(None)
    }
}

fn header(response: &Response, name: HeaderName) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    Some(value.trim().to_owned())
}

/// The resolver's refusal comes wrapped in the client's errors.
fn refusal_within(error: &reqwest::Error) -> GuardError {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(refusal) = inner.downcast_ref::<GuardError>() {
            return refusal.clone();
        }
        cause = inner.source();
    }
    GuardError::Unreachable
}

#[cfg(test)]
mod tests;
