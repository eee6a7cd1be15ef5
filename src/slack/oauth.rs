//! Installing Penny through OAuth: the page of consent that people are sent to, and the state
//! that ties their coming back to the browser they left with. Codes and refresh tokens are
//! traded by `client`; what is kept of it all is the store's.

use crate::base::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use url::Url;

/// Where Slack sends people back to, below the public address.
pub const CALLBACK_PATH: &str = "/slack/oauth/callback";
/// Where installing begins.
pub const INSTALL_PATH: &str = "/slack/install";

/// What Penny asks for, and nothing that no feature needs.
pub const BOT_SCOPES: [&str; 18] = [
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
];

/// A secret handed out for one installation. Only its fingerprint is stored.
#[derive(Debug, Clone)]
pub struct Nonce(Secret);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system has no randomness to offer")]
pub struct NoRandomness;

impl Nonce {
    pub fn fresh() -> Result<Self, NoRandomness> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// One that came back in a query or a cookie.
    pub fn received(text: &str) -> Self {
        Self(Secret::new(text))
    }

    /// For the query or the cookie that carries it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What is stored instead of it.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.0.expose().as_bytes()).into()
    }
}

/// Slack's page of consent, at the origin that the Web API is called at.
pub fn authorize_url(api: &Url, client_id: &str, redirect_uri: &str, state: &Nonce) -> Url {
    let mut url = api.clone();
    url.set_path("/oauth/v2/authorize");
    url.query_pairs_mut()
        .clear()
        .append_pair("client_id", client_id)
        .append_pair("scope", &BOT_SCOPES.join(","))
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("state", state.expose());
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_consent_carries_all_that_slack_needs() {
        let api = Url::parse("https://slack.com/api").unwrap();
        let state = Nonce::received("s t&te");
        let url = authorize_url(
            &api,
            "1.2",
            "https://penny.example/slack/oauth/callback",
            &state,
        );
        assert_eq!(url.origin().ascii_serialization(), "https://slack.com");
        assert_eq!(url.path(), "/oauth/v2/authorize");
        let query: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(query["state"], "s t&te");
        assert_eq!(query["client_id"], "1.2");
        assert!(query["scope"].split(',').any(|scope| scope == "chat:write"));
    }

    #[test]
    fn nonces_are_long_different_and_not_to_be_read_from_what_is_stored() {
        let (one, other) = (Nonce::fresh().unwrap(), Nonce::fresh().unwrap());
        assert!(one.expose().len() >= 43);
        assert_ne!(one.expose(), other.expose());
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert_eq!(
            one.fingerprint(),
            Nonce::received(one.expose()).fingerprint()
        );
        assert!(!format!("{one:?}").contains(one.expose()));
    }
}
