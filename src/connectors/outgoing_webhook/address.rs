//! What somebody typed to connect a webhook: its address, and maybe a secret to sign with.

use crate::base::secret::Secret;
use crate::connectors::{Account, ConnectorError};
use crate::net::guard::GuardError;
use crate::net::json_api::{ApiError, JsonApi};
use sha2::{Digest, Sha256};
use url::Url;

const SECRET_CHARS: usize = 16;

const NO_ADDRESS: &str = "That is no address that I can call: it has to begin with https:// and \
    to name a host.";
const WEAK_SECRET: &str =
    "The secret behind the address is too short: it needs 16 characters or more, without a space.";

pub struct Address {
    /// May hold secrets, as many a webhook's does.
    pub url: Url,
    pub secret: Option<Secret>,
}

impl Address {
    pub async fn of(api: &JsonApi) -> Result<Self, ConnectorError> {
        let key = api.key().await?;
        Self::read(key.expose()).map_err(|said| ConnectorError::Key(said.to_owned()))
    }

    fn read(typed: &str) -> Result<Self, &'static str> {
        let mut words = typed.split_whitespace();
        let url = words.next().and_then(|it| Url::parse(it).ok());
        let is_one = |url: &Url| url.scheme() == "https" && url.host().is_some();
        let url = url.filter(is_one).ok_or(NO_ADDRESS)?;
        let secret = words.next();
        if secret.is_some_and(|it| it.chars().count() < SECRET_CHARS) || words.next().is_some() {
            return Err(WEAK_SECRET);
        }
        Ok(Self {
            url,
            secret: secret.map(Secret::new),
        })
    }

    /// All that anybody is shown of it.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

/// Nothing is sent: whoever is there might act upon it.
pub async fn account(api: &JsonApi) -> Result<Account, ConnectorError> {
    let address = Address::of(api).await?;
    api.reaches(&address.url).await.map_err(|refusal| {
        let said = refusal.to_string();
        match refusal {
            GuardError::UnknownHost | GuardError::Unreachable => ApiError::Away(said).into(),
            _ => ConnectorError::Key(format!("I can’t call that address: {said}.")),
        }
    })?;
    let fingerprint = hex::encode(Sha256::digest(address.url.as_str()));
    Ok(Account {
        id: format!("{} {}", address.host(), &fingerprint[..16]),
        name: address.host().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Result<(String, Option<Secret>), &'static str> {
        Address::read(typed).map(|it| (it.url.to_string(), it.secret))
    }

    #[test]
    fn an_address_comes_with_or_without_a_secret() {
        let url = "https://hooks.example.com/T1?key=canary";
        assert_eq!(read(url), Ok((url.to_owned(), None)));
        let secret = "a-secret-of-mine-and-yours";
        assert_eq!(
            read(&format!(" {url}  {secret} ")),
            Ok((url.to_owned(), Some(secret.into())))
        );
        assert_eq!(
            Address::read(url).map(|it| it.host().to_owned()),
            Ok("hooks.example.com".to_owned())
        );
    }

    #[test]
    fn anything_else_is_refused_with_what_would_be_right() {
        for wrong in [
            "",
            "hooks.example.com",
            "http://hooks.example.com/",
            "ftp://x.example/",
        ] {
            assert_eq!(read(wrong), Err(NO_ADDRESS), "{wrong}");
        }
        for wrong in [
            "https://x.example short",
            "https://x.example two words-that-are-long-enough",
        ] {
            assert_eq!(read(wrong), Err(WEAK_SECRET), "{wrong}");
        }
    }
}
