//! How Penny talks HTTP to the world: one client with time-outs, one retry policy,
//! a parser for event streams, a guard for addresses that other people choose, manners for
//! reading the web, and the search engines.

pub mod guard;
pub mod json_api;
pub mod jwks;
pub mod polite;
pub mod retry;
pub mod search;
pub mod sse;

use self::guard::{Guard, Limits, SystemResolver};
use crate::base::secret::Secret;
use std::sync::Arc;
use std::time::Duration;

/// Long enough for a slow handshake, short enough to notice a dead host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest answer of an address that hands out tokens.
const MAX_FORM_ANSWER: usize = 256 * 1024;

/// How servers know us, in logs and in robots.txt.
const PRODUCT: &str = "Penny";
const USER_AGENT: &str = concat!("Penny/", env!("CARGO_PKG_VERSION"));

#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up: {0}")]
pub struct ClientError(reqwest::Error);

/// Chooses the TLS implementation for the whole process. Several libraries bring one each, and
/// rustls refuses to guess between them, so this comes before anything connects. Doing it twice
/// is harmless.
pub fn install_crypto() {
    // An error only says that a provider is already installed, which is what is wanted.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
}

/// A client for addresses that the operator chose. Time-outs of a whole call belong to the caller:
/// a stream may rightly last minutes.
pub fn client() -> Result<reqwest::Client, ClientError> {
    builder().build().map_err(ClientError)
}

/// The same for one address: a proxy that the environment names cannot know this machine's own.
pub fn client_for(base: &url::Url) -> Result<reqwest::Client, ClientError> {
    if is_here(base) {
        client_for_here()
    } else {
        client()
    }
}

fn client_for_here() -> Result<reqwest::Client, ClientError> {
    builder().no_proxy().build().map_err(ClientError)
}

fn is_here(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Connections to the systems that a company uses, kept open for whoever calls next: a handshake
/// costs more than most calls.
#[derive(Debug, Clone)]
pub struct Http {
    outside: reqwest::Client,
    /// For stand-ins and gateways on this machine.
    here: reqwest::Client,
    /// In front of addresses that somebody typed.
    guard: Arc<Guard>,
}

impl Http {
    pub fn new() -> Result<Self, ClientError> {
        let guard = Guard::new(Arc::new(SystemResolver), Limits::default())?;
        Ok(Self {
            outside: client()?,
            here: client_for_here()?,
            guard: Arc::new(guard),
        })
    }

    fn client(&self, url: &url::Url) -> &reqwest::Client {
        if is_here(url) {
            &self.here
        } else {
            &self.outside
        }
    }

    /// Posts a form, as those who hand out tokens want it; the answer with its status. Some answer
    /// with a form as well, unless they are asked for JSON. No answer in time is an error, which
    /// does not repeat the address.
    pub async fn post_form(
        &self,
        url: &url::Url,
        fields: &[(&str, &str)],
        within: Duration,
    ) -> Result<(u16, Vec<u8>), ProbeError> {
        let request = self.client(url).post(url.clone());
        answered(request.timeout(within).form(fields)).await
    }

    /// Deletes what a client made, in the client's own name; the answer as with a form.
    pub async fn delete(
        &self,
        url: &url::Url,
        (client, secret): (&str, &Secret),
        body: &serde_json::Value,
        within: Duration,
    ) -> Result<(u16, Vec<u8>), ProbeError> {
        let request = self.client(url).delete(url.clone());
        let request = request.timeout(within).json(body);
        answered(request.basic_auth(client, Some(secret.expose()))).await
    }
}

async fn answered(request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), ProbeError> {
    let request = request.header("accept", "application/json");
    let mut answer = request.send().await.map_err(|_| ProbeError::Silent)?;
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| ProbeError::Silent)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_FORM_ANSWER {
            return Err(ProbeError::Refused(status));
        }
    }
    Ok((status, body))
}

fn builder() -> reqwest::ClientBuilder {
    install_crypto();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
}

#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("there was no answer")]
    Silent,
    #[error("it answered {0}")]
    Refused(u16),
}

/// Asks an operator's address once and returns one header of its answer: for health checks.
pub async fn probe(
    url: &url::Url,
    bearer: Option<&Secret>,
    header: &str,
    within: Duration,
) -> Result<Option<String>, ProbeError> {
    let mut request = client_for(url)?.get(url.clone()).timeout(within);
    if let Some(token) = bearer {
        request = request.bearer_auth(token.expose());
    }
    // The error would repeat the URL, and nothing else that helps.
    let answer = request.send().await.map_err(|_| ProbeError::Silent)?;
    if !answer.status().is_success() {
        return Err(ProbeError::Refused(answer.status().as_u16()));
    }
    let value = answer.headers().get(header);
    Ok(value
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned))
}
