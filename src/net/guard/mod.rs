//! Fetching from addresses that a person, a model or a page chose. Nothing inside our own network
//! can be reached through it, no credential leaves for another host, and no answer is too large,
//! too slow or of the wrong kind.

mod address;
mod resolve;
mod target;

pub use address::is_public;
pub use resolve::{Resolver, SystemResolver};

use super::ClientError;
use crate::base::secret::Secret;
use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderName, HeaderValue};
use reqwest::Response;
use resolve::CheckedResolver;
use std::net::IpAddr;
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
    #[error("it is of the type {0}, which is not wanted here")]
    WrongType(String),
    #[error("it is compressed although that was declined")]
    Compressed,
    #[error("it answered with status {0}")]
    Status(u16),
    #[error("it could not be reached")]
    Unreachable,
}

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub redirects: usize,
    pub bytes: usize,
    /// For the whole fetch, redirects included.
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

/// Which addresses count as outside. Only tests have others than the usual.
#[derive(Debug, Clone, Copy)]
struct Rules {
    allows: fn(IpAddr) -> bool,
    any_port: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            allows: is_public,
            any_port: false,
        }
    }
}

impl Rules {
    fn check(&self, address: IpAddr) -> Result<(), GuardError> {
        match (self.allows)(address) {
            true => Ok(()),
            false => Err(GuardError::Inside),
        }
    }
}

/// What to fetch.
#[derive(Debug, Clone, Copy)]
pub struct Fetch<'a> {
    pub url: &'a str,
    /// Beginnings of the content types that are of use, such as `text/`.
    pub accepts: &'a [&'a str],
    /// Sent to the host of `url` alone.
    pub bearer: Option<&'a Secret>,
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
        let client = super::builder()
            .dns_resolver(Arc::new(CheckedResolver { resolver, rules }))
            // A proxy would resolve names itself, past every check.
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(ClientError)?;
        Ok(Self {
            client,
            rules,
            limits,
        })
    }

    pub async fn fetch(&self, fetch: Fetch<'_>) -> Result<Page, GuardError> {
        let limit = self.limits.time;
        match tokio::time::timeout(limit, self.follow(fetch)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(GuardError::TooSlow(limit)),
        }
    }

    async fn follow(&self, fetch: Fetch<'_>) -> Result<Page, GuardError> {
        let mut url = target::parse(fetch.url, &self.rules)?;
        let home = url.origin();
        for _ in 0..=self.limits.redirects {
            let bearer = fetch.bearer.filter(|_| url.origin() == home);
            let response = self.get(url.clone(), bearer).await?;
            let location = header(&response, LOCATION);
            match location.filter(|_| response.status().is_redirection()) {
                Some(location) => url = target::redirected(&url, &location, &self.rules)?,
                None => return self.read(url, response, fetch.accepts).await,
            }
        }
        Err(GuardError::TooManyRedirects)
    }

    async fn get(&self, url: Url, bearer: Option<&Secret>) -> Result<Response, GuardError> {
        let request = self
            .client
            .get(url)
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let request = match bearer {
            Some(secret) => request.bearer_auth(secret.expose()),
            None => request,
        };
        request.send().await.map_err(|error| refusal_within(&error))
    }

    async fn read(
        &self,
        url: Url,
        mut response: Response,
        accepts: &[&str],
    ) -> Result<Page, GuardError> {
        if !response.status().is_success() {
            return Err(GuardError::Status(response.status().as_u16()));
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
