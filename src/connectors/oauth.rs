//! Consent in the browser, as the protocol has it (RFC 6749, with RFC 7636 where a system knows
//! it): the page that people are sent to, and trading codes and refresh tokens for access.

use super::{Manifest, OAuth, Revocation};
use crate::base::config::OAuthClient;
use crate::base::secret::Secret;
use crate::net::{Http, ProbeError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;
use url::Url;

/// Shorter than the right to renew a token lasts.
const EXCHANGE_TIME: Duration = Duration::from_secs(20);
const MAX_SAID: usize = 200;

/// What a system handed out.
#[derive(Debug, Clone)]
pub struct Granted {
    pub access: Secret,
    /// None: the one before stays good, or there is none.
    pub refresh: Option<Secret>,
    /// None: it does not end.
    pub expires_at: Option<DateTime<Utc>>,
    /// From then on there is another one to ask for.
    pub renew_at: Option<DateTime<Utc>>,
    /// None: what was asked for.
    pub scopes: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// The code or the refresh token is no longer good, or the client's secret is wrong.
    #[error("it refused: {0}")]
    Refused(String),
    #[error("it did not answer")]
    Away,
    #[error("its answer could not be read")]
    Unreadable,
}

/// A system's consent, at its own addresses or at those of a stand-in.
#[derive(Debug, Clone)]
pub struct Consent<'a> {
    http: &'a Http,
    oauth: &'static OAuth,
    client: &'a OAuthClient,
    base: Option<&'a Url>,
}

impl<'a> Consent<'a> {
    /// None where the system offers none, or the operator has registered no client.
    pub fn of(
        http: &'a Http,
        manifest: &'static Manifest,
        client: Option<&'a OAuthClient>,
        base: Option<&'a Url>,
    ) -> Option<Self> {
        Some(Self {
            http,
            oauth: manifest.oauth.as_ref()?,
            client: client?,
            base,
        })
    }

    /// Where the browser is sent, with what it brings back.
    pub fn page(&self, redirect_uri: &str, state: &str, verifier: &Secret) -> Option<Url> {
        let mut url = self.at(self.oauth.authorize_url)?;
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client.id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &self.oauth.scopes.join(self.oauth.separator))
            .append_pair("state", state);
        if self.oauth.has_pkce {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()));
            query
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", "S256");
        }
        for (name, value) in self.oauth.extra {
            query.append_pair(name, value);
        }
        drop(query);
        Some(url)
    }

    pub fn scopes(&self) -> Vec<String> {
        let scopes = self.oauth.scopes.iter();
        scopes.map(|scope| (*scope).to_owned()).collect()
    }

    pub async fn exchange(
        &self,
        code: &Secret,
        redirect_uri: &str,
        verifier: &Secret,
        now: DateTime<Utc>,
    ) -> Result<Granted, OAuthError> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", redirect_uri),
        ];
        if self.oauth.has_pkce {
            fields.push(("code_verifier", verifier.expose()));
        }
        self.trade(fields, now).await
    }

    pub async fn refresh(
        &self,
        refresh: &Secret,
        now: DateTime<Utc>,
    ) -> Result<Granted, OAuthError> {
        let fields = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose()),
        ];
        self.trade(fields, now).await
    }

    /// Gives access back: the token that outlives the others, where there is one. That it is no
    /// longer good is as well as can be.
    pub async fn revoke(
        &self,
        access: &Secret,
        refresh: Option<&Secret>,
    ) -> Result<(), OAuthError> {
        let revocation = self.oauth.revocation.as_ref();
        let (status, body) = match revocation.ok_or(OAuthError::Unreadable)? {
            Revocation::Posted(address) => {
                let url = self.at(address).ok_or(OAuthError::Away)?;
                let hint = match refresh {
                    Some(_) => "refresh_token",
                    None => "access_token",
                };
                let fields = [
                    ("token", refresh.unwrap_or(access).expose()),
                    ("token_type_hint", hint),
                    ("client_id", &self.client.id),
                    ("client_secret", self.client.secret.expose()),
                ];
                self.http.post_form(&url, &fields, EXCHANGE_TIME).await
            }
            Revocation::DeletedByClient(address) => {
                let address = address.replace("{client}", &self.client.id);
                let url = self.at(&address).ok_or(OAuthError::Away)?;
                let client = (self.client.id.as_str(), &self.client.secret);
                let body = json!({"access_token": access.expose()});
                self.http.delete(&url, client, &body, EXCHANGE_TIME).await
            }
        }
        .map_err(|_| OAuthError::Away)?;
        let parsed: Value = serde_json::from_slice(&body).unwrap_or_default();
        match status {
            200..300 => Ok(()),
            _ if parsed["error"] == "invalid_token" => Ok(()),
            500.. | 429 => Err(OAuthError::Away),
            _ => Err(OAuthError::Refused(status.to_string())),
        }
    }

    async fn trade(
        &self,
        mut fields: Vec<(&str, &str)>,
        now: DateTime<Utc>,
    ) -> Result<Granted, OAuthError> {
        let url = self.at(self.oauth.token_url).ok_or(OAuthError::Away)?;
        fields.push(("client_id", &self.client.id));
        fields.push(("client_secret", self.client.secret.expose()));
        match self.http.post_form(&url, &fields, EXCHANGE_TIME).await {
            Ok((status, body)) => read(status, &body, now),
            Err(ProbeError::Refused(_)) => Err(OAuthError::Unreadable),
            Err(_) => Err(OAuthError::Away),
        }
    }

    fn at(&self, address: &str) -> Option<Url> {
        let own = Url::parse(address).ok()?;
        match self.base {
            None => Some(own),
            Some(base) => {
                let base = base.as_str().trim_end_matches('/');
                Url::parse(&format!("{base}{}", own.path())).ok()
            }
        }
    }
}

/// So long before its end a token is renewed, and one with a short life in its last quarter.
const BEFORE_EXPIRY: TimeDelta = TimeDelta::minutes(3);

/// When a token that was given now is to be renewed.
pub(super) fn renewal(now: DateTime<Utc>, end: DateTime<Utc>) -> DateTime<Utc> {
    end - BEFORE_EXPIRY.min((end - now) / 4)
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    scope: Value,
}

/// A token that is good once only must not be lost because of what stands beside it, so that is
/// read in whatever form it comes.
impl Answer {
    fn seconds(&self) -> Option<i64> {
        let text = self.expires_in.as_str();
        let seconds = text.and_then(|text| text.trim().parse().ok());
        seconds.or_else(|| Some(self.expires_in.as_f64()? as i64))
    }

    fn scopes(&self) -> Option<Vec<String>> {
        let words = |text: &str| {
            let words = text.split([' ', ',']).filter(|word| !word.is_empty());
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        match &self.scope {
            Value::String(text) => Some(words(text)),
            // As Linear lists them for apps of the first years.
            Value::Array(all) => Some(
                all.iter()
                    .filter_map(Value::as_str)
                    .flat_map(words)
                    .collect(),
            ),
            _ => None,
        }
    }
}

/// Some say that they refuse with 200.
fn read(status: u16, body: &[u8], now: DateTime<Utc>) -> Result<Granted, OAuthError> {
    let parsed: Value = serde_json::from_slice(body).unwrap_or_default();
    if status >= 500 || status == 429 {
        return Err(OAuthError::Away);
    }
    if status >= 400 || parsed.get("error").is_some() {
        let said = ["/error_description", "/message", "/error"]
            .iter()
            .find_map(|place| parsed.pointer(place)?.as_str());
        let said = said.unwrap_or("it does not say why");
        return Err(OAuthError::Refused(said.chars().take(MAX_SAID).collect()));
    }
    let answer: Answer = serde_json::from_value(parsed).map_err(|_| OAuthError::Unreadable)?;
    let lasts = answer.seconds().and_then(TimeDelta::try_seconds);
    let expires_at = lasts.and_then(|lasts| now.checked_add_signed(lasts));
    Ok(Granted {
        scopes: answer.scopes(),
        access: Secret::new(answer.access_token),
        refresh: answer.refresh_token.map(Secret::new),
        expires_at,
        renew_at: expires_at.map(|end| renewal(now, end)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::registry;
    use std::collections::HashMap;

    const WITH_PKCE: OAuth = OAuth {
        authorize_url: "https://a.example/authorize",
        token_url: "https://b.example/v1/token",
        scopes: &["read", "write"],
        separator: ",",
        has_pkce: true,
        extra: &[("access_type", "offline")],
        revocation: None,
    };

    fn client() -> OAuthClient {
        OAuthClient {
            id: "penny".to_owned(),
            secret: "canary".into(),
        }
    }

    #[test]
    fn the_page_of_consent_carries_the_challenge_and_never_the_verifier() {
        let (http, client) = (Http::new().unwrap(), client());
        let verifier = Secret::new("v".repeat(43));
        let consent = Consent {
            http: &http,
            oauth: &WITH_PKCE,
            client: &client,
            base: None,
        };
        let back = "https://penny.example/connect/x/callback";
        let page = consent.page(back, "st&te", &verifier).unwrap();
        let query: HashMap<_, _> = page.query_pairs().into_owned().collect();
        assert_eq!(query["scope"], "read,write");
        assert_eq!(query["state"], "st&te");
        assert_eq!(query["redirect_uri"], back);
        assert_eq!(query["access_type"], "offline");
        assert_eq!(query["code_challenge_method"], "S256");
        // As RFC 7636 has it, of forty-three times the letter v.
        assert_eq!(query["code_challenge"].len(), 43);
        assert!(!page.as_str().contains(verifier.expose()));
        assert!(!page.as_str().contains("canary"));
    }

    #[test]
    fn a_stand_in_has_the_same_paths_at_its_own_address() {
        let (http, client) = (Http::new().unwrap(), client());
        let base = Url::parse("http://127.0.0.1:9/sub/").unwrap();
        let consent = Consent {
            http: &http,
            oauth: &WITH_PKCE,
            client: &client,
            base: Some(&base),
        };
        let token = consent.at(WITH_PKCE.token_url).unwrap();
        assert_eq!(token.as_str(), "http://127.0.0.1:9/sub/v1/token");
        let hubspot = registry::find("hubspot").unwrap().manifest();
        assert!(
            Consent::of(&http, hubspot, None, None).is_none(),
            "without a client"
        );
    }

    #[test]
    fn refusals_are_understood_with_and_without_a_status_that_says_so() {
        let now = Utc::now();
        let refused = |status, body: &str| read(status, body.as_bytes(), now).unwrap_err();
        let bad = OAuthError::Refused("The code is old.".to_owned());
        let body = r#"{"error":"bad_code","error_description":"The code is old."}"#;
        assert_eq!(refused(200, body), bad);
        assert_eq!(refused(400, body), bad);
        assert_eq!(refused(503, "<html>"), OAuthError::Away);
        assert_eq!(refused(200, "<html>"), OAuthError::Unreadable);
        let body = r#"{"access_token":"a","expires_in":1800,"scope":"read write"}"#;
        let granted = read(200, body.as_bytes(), now).unwrap();
        assert_eq!(granted.expires_at, Some(now + TimeDelta::minutes(30)));
        assert_eq!(granted.scopes.unwrap(), ["read", "write"]);
        assert!(granted.refresh.is_none());
    }

    #[test]
    fn a_token_is_read_whatever_form_has_what_stands_beside_it() {
        let now = Utc::now();
        for (beside, lasts, scopes) in [
            (r#""expires_in":60,"scope":"read,write""#, Some(60), Some(2)),
            (
                r#""expires_in":"60","scope":["read","write"]"#,
                Some(60),
                Some(2),
            ),
            (r#""expires_in":60.0,"scope":[]"#, Some(60), Some(0)),
            (r#""expires_in":null,"scope":{"odd":true}"#, None, None),
            (r#""token_type":"Bearer""#, None, None),
        ] {
            let body = format!(r#"{{"access_token":"a","refresh_token":"r",{beside}}}"#);
            let granted = read(200, body.as_bytes(), now).unwrap();
            assert_eq!(granted.refresh.unwrap().expose(), "r", "{beside}");
            let end = lasts.map(|seconds| now + TimeDelta::seconds(seconds));
            assert_eq!(granted.expires_at, end, "{beside}");
            assert_eq!(granted.scopes.map(|it| it.len()), scopes, "{beside}");
        }
    }

    #[test]
    fn a_token_is_renewed_minutes_before_its_end_and_a_short_one_in_its_last_quarter() {
        let now = Utc::now();
        for (lasts, good) in [(3_600, 3_420), (720, 540), (60, 45), (0, 0)] {
            let end = now + TimeDelta::seconds(lasts);
            assert_eq!(renewal(now, end), now + TimeDelta::seconds(good), "{lasts}");
        }
    }
}
