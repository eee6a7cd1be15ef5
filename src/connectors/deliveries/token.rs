//! The token that Google sends with each push of a Pub/Sub subscription: signed by a key of
//! Google's, for the audience that the subscription names, about the service account that it
//! pushes as.

use super::verify::{Refusal, only};
use crate::net::jwks::{Keys, RsaKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;
use serde::de::DeserializeOwned;

const ISSUERS: [&str; 2] = ["accounts.google.com", "https://accounts.google.com"];
/// How far Google's clock and ours may differ.
const SKEW_SECONDS: i64 = 60;
/// Google's are about a thousand bytes.
const MAX_TOKEN: usize = 8_192;

/// For whom a token has to be, and about whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    pub audience: String,
    pub service_account: String,
}

/// Checks tokens with Google's public keys.
#[derive(Debug, Clone)]
pub struct PushTokens {
    keys: Keys,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    exp: i64,
    iat: i64,
    #[serde(default)]
    email: String,
    #[serde(default)]
    email_verified: bool,
}

impl PushTokens {
    pub fn new(keys: Keys) -> Self {
        Self { keys }
    }

    pub(super) async fn check(
        &self,
        headers: &HeaderMap,
        audience: &Audience,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let shown = only(headers, "authorization")
            .map_err(|several| several.of(Refusal::MissingSignature, Refusal::DoubledSignature))?;
        let token = bearer(shown).ok_or(Refusal::MalformedSignature)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::MalformedSignature)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::MalformedSignature)?;
        let header: Header = decoded(header).ok_or(Refusal::MalformedSignature)?;
        // The token does not get to choose how it is checked.
        if header.alg != "RS256" {
            return Err(Refusal::WrongSignature);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature);
        let signature = signature.map_err(|_| Refusal::MalformedSignature)?;
        let key = self.keys.named(&header.kid).await;
        let key = key.map_err(|_| Refusal::NoKeys)?;
        let key = key.ok_or(Refusal::WrongSignature)?;
        if !is_by(&key, signed.as_bytes(), &signature) {
            return Err(Refusal::WrongSignature);
        }
        let claims: Claims = decoded(claims).ok_or(Refusal::WrongToken)?;
        claims.check(audience, now)
    }
}

impl Claims {
    fn check(&self, audience: &Audience, now: DateTime<Utc>) -> Result<(), Refusal> {
        let now = now.timestamp();
        let is_current = self.iat.saturating_sub(SKEW_SECONDS) <= now
            && now < self.exp.saturating_add(SKEW_SECONDS);
        if !is_current {
            return Err(Refusal::Stale);
        }
        let is_ours = ISSUERS.contains(&self.iss.as_str())
            && self.aud == audience.audience
            && self.email == audience.service_account
            && self.email_verified;
        is_ours.then_some(()).ok_or(Refusal::WrongToken)
    }
}

fn bearer(shown: &[u8]) -> Option<&str> {
    let shown = std::str::from_utf8(shown).ok()?;
    let (scheme, token) = shown.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    (is_bearer && token.len() <= MAX_TOKEN).then_some(token)
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn is_by(key: &RsaKey, signed: &[u8], signature: &[u8]) -> bool {
    let key = RsaPublicKeyComponents {
        n: &key.modulus,
        e: &key.exponent,
    };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
        .is_ok()
}
