//! What the operator says about connected systems. Any of them may be named, so the names of
//! these variables follow from the systems' own.

use super::{ConfigError, Endpoint, Source, default_url};
use crate::base::secret::Secret;
use std::collections::HashMap;
use url::Url;

#[derive(Debug, Clone, Default)]
pub struct SystemsConfig {
    /// Where systems are to be found instead of at their own addresses, by short name:
    /// `HUBSPOT_BASE_URL` is that of hubspot.
    pub base_urls: HashMap<String, Url>,
    /// As whom Penny is registered there: `HUBSPOT_CLIENT_ID` and `HUBSPOT_CLIENT_SECRET`.
    pub clients: HashMap<String, OAuthClient>,
    /// What systems sign with that use their client's secret: `HUBSPOT_CLIENT_SECRET`.
    pub client_secrets: HashMap<String, Vec<Secret>>,
    /// What the others sign with: `GITHUB_WEBHOOK_SECRET`, the new one and older ones behind
    /// commas.
    pub webhook_secrets: HashMap<String, Vec<Secret>>,
    /// Those that push through Google's Pub/Sub.
    pub pubsub: HashMap<String, PubSub>,
    /// Nango, where it is the one that people let in and that keeps tokens.
    pub nango: Option<Endpoint>,
}

#[derive(Debug, Clone)]
pub struct OAuthClient {
    pub id: String,
    pub secret: Secret,
}

/// How a system that pushes through Pub/Sub is heard: `GMAIL_PUBSUB_AUDIENCE` and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PubSub {
    /// What the subscription calls its audience.
    pub audience: String,
    /// Whom the subscription pushes as.
    pub service_account: String,
    /// Where the system is to publish; without it Penny hears only what somebody else set up.
    pub topic: Option<String>,
    /// Where the keys are published that tokens are signed with.
    pub keys_url: Url,
}

/// Google's.
const KEYS_URL: &str = "https://www.googleapis.com/oauth2/v3/certs";

impl PubSub {
    fn read(source: &Source, system: &str, audience: &str) -> Option<Self> {
        let system = system.to_uppercase();
        let text = |suffix: &str| source.text(&format!("{system}_PUBSUB_{suffix}"));
        Some(Self {
            audience: audience.trim().to_owned(),
            service_account: text("SERVICE_ACCOUNT")?.to_owned(),
            topic: text("TOPIC").map(str::to_owned),
            keys_url: Url::parse(text("KEYS_URL").unwrap_or(KEYS_URL)).ok()?,
        })
    }
}

impl SystemsConfig {
    pub(super) fn read(source: &Source) -> Result<Self, ConfigError> {
        let base_urls = named(source, "_BASE_URL").filter_map(|(system, value)| {
            let url = Url::parse(value.trim()).ok()?;
            Some((system, url))
        });
        let clients = named(source, "_CLIENT_ID").filter_map(|(system, id)| {
            let secret = format!("{}_CLIENT_SECRET", system.to_uppercase());
            let client = OAuthClient {
                id: id.trim().to_owned(),
                secret: source.secret(&secret)?,
            };
            (!client.id.is_empty()).then_some((system, client))
        });
        let pubsub = named(source, "_PUBSUB_AUDIENCE").filter_map(|(system, audience)| {
            let pubsub = PubSub::read(source, &system, audience)?;
            (!pubsub.audience.is_empty()).then_some((system, pubsub))
        });
        let nango = match (source.secret("NANGO_SECRET_KEY"), source.url("NANGO_URL")?) {
            (Some(key), Some(url)) => Some(Endpoint { url, key }),
            (Some(key), None) => {
                let url = default_url("https://api.nango.dev")?;
                Some(Endpoint { url, key })
            }
            (None, _) => None,
        };
        Ok(Self {
            base_urls: base_urls.collect(),
            clients: clients.collect(),
            client_secrets: secrets(source, "_CLIENT_SECRET"),
            webhook_secrets: secrets(source, "_WEBHOOK_SECRET"),
            pubsub: pubsub.collect(),
            nango,
        })
    }
}

/// One secret, or several behind commas.
fn secrets(source: &Source, suffix: &'static str) -> HashMap<String, Vec<Secret>> {
    named(source, suffix)
        .map(|(system, value)| {
            let all = value.split(',').map(str::trim);
            let all = all.filter(|it| !it.is_empty());
            (system, all.map(Secret::new).collect())
        })
        .collect()
}

/// Every `<SYSTEM><SUFFIX>`, by the system's short name.
fn named<'a>(
    source: &'a Source,
    suffix: &'static str,
) -> impl Iterator<Item = (String, &'a String)> {
    source.0.iter().filter_map(move |(name, value)| {
        let system = name.strip_suffix(suffix)?.to_lowercase();
        Some((system, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_takes_both_its_id_and_its_secret() {
        let source = Source::default()
            .set("HUBSPOT_CLIENT_ID", "one")
            .set("HUBSPOT_CLIENT_SECRET", "canary")
            .set("GITHUB_CLIENT_ID", "alone")
            .set("HUBSPOT_BASE_URL", "http://127.0.0.1:1");
        let systems = SystemsConfig::read(&source).unwrap();
        assert_eq!(systems.clients["hubspot"].id, "one");
        assert!(!systems.clients.contains_key("github"));
        assert!(systems.base_urls.contains_key("hubspot"));
        assert!(!format!("{systems:?}").contains("canary"));
    }

    #[test]
    fn what_deliveries_are_checked_with_is_read_for_any_system() {
        let source = Source::default()
            .set("GITHUB_WEBHOOK_SECRET", "canary-new, canary-old,")
            .set("GMAIL_PUBSUB_AUDIENCE", "https://penny.example/push")
            .set("GMAIL_PUBSUB_SERVICE_ACCOUNT", "push@example.com");
        let systems = SystemsConfig::read(&source).unwrap();
        let secrets: Vec<_> = systems.webhook_secrets["github"]
            .iter()
            .map(Secret::expose)
            .collect();
        assert_eq!(secrets, ["canary-new", "canary-old"]);
        let gmail = &systems.pubsub["gmail"];
        assert_eq!(gmail.service_account, "push@example.com");
        assert_eq!(gmail.keys_url.as_str(), KEYS_URL);
        assert_eq!(gmail.topic, None);
        assert!(!format!("{systems:?}").contains("canary"));
    }
}
