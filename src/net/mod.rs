//! How Penny talks HTTP to the world: one client with time-outs, one retry policy,
//! a parser for event streams, and a guard for addresses that other people choose.

pub mod guard;
pub mod retry;
pub mod sse;

use std::time::Duration;

/// Long enough for a slow handshake, short enough to notice a dead host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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

fn builder() -> reqwest::ClientBuilder {
    install_crypto();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
}
