//! What the operator says about connected systems. Any of them may be named, so the names of
//! these variables follow from the systems' own.

use super::Source;
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
}

#[derive(Debug, Clone)]
pub struct OAuthClient {
    pub id: String,
    pub secret: Secret,
}

impl SystemsConfig {
    pub(super) fn read(source: &Source) -> Self {
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
        Self {
            base_urls: base_urls.collect(),
            clients: clients.collect(),
        }
    }
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
        let systems = SystemsConfig::read(&source);
        assert_eq!(systems.clients["hubspot"].id, "one");
        assert!(!systems.clients.contains_key("github"));
        assert!(systems.base_urls.contains_key("hubspot"));
        assert!(!format!("{systems:?}").contains("canary"));
    }
}
