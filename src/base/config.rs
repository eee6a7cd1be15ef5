//! Configuration: the environment, read once, typed, with errors that name the variable.
//! `.env.example` explains every variable; a test keeps the two lists equal.

mod limits;
mod prices;
mod systems;

pub use limits::{Caps, Limits};
pub use prices::NamedPrice;
pub use systems::{OAuthClient, PubSub, SystemsConfig};

use super::secret::Secret;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use url::Url;

/// Why the configuration cannot be used. Values are never repeated: some of them are secrets.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    #[error("{name} is not set. {hint}")]
    Missing {
        name: &'static str,
        hint: &'static str,
    },
    #[error("{name} cannot be used: {reason}")]
    Invalid { name: &'static str, reason: String },
}

/// Where values come from: the process's environment, or a table in a test.
#[derive(Clone, Default)]
pub struct Source(BTreeMap<String, String>);

/// Names alone: half of the values are secrets.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Source {
    pub fn environment() -> Self {
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        )
    }

    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a value where there is none.
    pub fn or(self, name: &str, value: &str) -> Self {
        if self.has(name) {
            self
        } else {
            self.set(name, value)
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// A variable that is set to nothing counts as not set.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    fn number<T: std::str::FromStr>(
        &self,
        name: &'static str,
        default: T,
    ) -> Result<T, ConfigError> {
        self.text(name).map_or(Ok(default), |text| {
            text.parse().map_err(|_| ConfigError::Invalid {
                name,
                reason: "a number is expected".to_owned(),
            })
        })
    }

    fn url(&self, name: &'static str) -> Result<Option<Url>, ConfigError> {
        self.text(name)
            .map(|text| {
                let url = Url::parse(text).map_err(|error| ConfigError::Invalid {
                    name,
                    reason: format!(
                        "it is not a URL ({error}); one looks like https://example.com"
                    ),
                })?;
                match url.scheme() {
                    "http" | "https" => Ok(url),
                    other => Err(ConfigError::Invalid {
                        name,
                        reason: format!("a URL with http or https is expected, not {other}"),
                    }),
                }
            })
            .transpose()
    }
}

#[derive(Debug, Clone)]
pub struct Config {
    pub database_url: Secret,
    pub database_connections: u32,
    pub host: String,
    pub port: u16,
    /// Where Slack and browsers reach Penny; links in messages begin with it.
    pub public_url: Option<Url>,
    pub slack: SlackConfig,
    pub models: ModelConfig,
    pub search: SearchConfig,
    /// Seals secrets at rest. Several, with commas between: the first seals, all of them open.
    pub secret_key: Secret,
    pub limits: Limits,
    pub workers: usize,
    pub retention_days: i32,
    /// For how many days messages of the channels that Penny reads are kept, and read back.
    pub message_days: i32,
    /// How long a shutdown waits for running turns before it hands them over.
    pub grace: Duration,
    pub systems: SystemsConfig,
}

#[derive(Debug, Clone)]
pub struct SlackConfig {
    pub api_url: Url,
    /// Two during a rotation: requests signed with either are accepted.
    pub signing_secrets: Vec<Secret>,
    /// The token of the one workspace, where it is not installed through OAuth.
    pub bot_token: Option<Secret>,
    pub oauth: Option<SlackOAuth>,
}

#[derive(Debug, Clone)]
pub struct SlackOAuth {
    pub client_id: String,
    pub client_secret: Secret,
}

#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// A model's name, or `auto`. `openai:<name>` names one of the OpenAI-compatible endpoint.
    pub model: String,
    pub fallback: Option<String>,
    /// Further ones that people may choose for what runs again and again.
    pub others: Vec<String>,
    pub anthropic: Option<Endpoint>,
    pub openai: Option<Endpoint>,
    pub prices: Vec<NamedPrice>,
}

/// The search engines on the web that have a key.
#[derive(Debug, Clone, Default)]
pub struct SearchConfig {
    pub exa: Option<Endpoint>,
    pub perplexity: Option<Endpoint>,
}

#[derive(Debug, Clone)]
pub struct Endpoint {
    pub url: Url,
    pub key: Secret,
}

impl Config {
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let slack = SlackConfig::read(source)?;
        let mut systems = SystemsConfig::read(source)?;
        // Where Penny is at home she acts, too.
        let home = slack.api_url.clone();
        systems.base_urls.insert("slack".to_owned(), home);
        Ok(Self {
            database_url: database_url(source)?,
            database_connections: source.number("PENNY_DB_CONNECTIONS", 16)?,
            host: source.text("PENNY_HOST").unwrap_or("0.0.0.0").to_owned(),
            port: source.number("PORT", 8080)?,
            public_url: source.url("PENNY_PUBLIC_URL")?,
            slack,
            models: ModelConfig::read(source)?,
            search: SearchConfig::read(source)?,
            secret_key: source.secret("PENNY_SECRET_KEY").ok_or(ConfigError::Missing {
                name: "PENNY_SECRET_KEY",
                hint: "It seals tokens at rest: 32 random bytes in base64, such as `openssl rand -base64 32` prints.",
            })?,
            limits: Limits::read(source)?,
            workers: source.number("PENNY_WORKERS", 512)?,
            retention_days: source.number("PENNY_RETENTION_DAYS", 30)?,
            message_days: source.number("PENNY_MESSAGE_DAYS", 90)?,
            grace: Duration::from_secs(source.number("PENNY_SHUTDOWN_SECONDS", 20)?),
            systems,
        })
    }
}

/// Some commands need nothing but the database.
pub fn database_url(source: &Source) -> Result<Secret, ConfigError> {
    source.secret("DATABASE_URL").ok_or(ConfigError::Missing {
        name: "DATABASE_URL",
        hint: "Set it to your Postgres, such as postgres://user:password@host/penny, or run `penny dev`, which brings its own.",
    })
}

impl SlackConfig {
    fn read(source: &Source) -> Result<Self, ConfigError> {
        let signing_secrets: Vec<_> = ["SLACK_SIGNING_SECRET", "SLACK_SIGNING_SECRET_PREVIOUS"]
            .into_iter()
            .filter_map(|name| source.secret(name))
            .collect();
        if signing_secrets.is_empty() {
            return Err(ConfigError::Missing {
                name: "SLACK_SIGNING_SECRET",
                hint: "You find it in your Slack app under Basic Information → App Credentials.",
            });
        }
        let oauth = match (
            source.text("SLACK_CLIENT_ID"),
            source.secret("SLACK_CLIENT_SECRET"),
        ) {
            (Some(client_id), Some(client_secret)) => Some(SlackOAuth {
                client_id: client_id.to_owned(),
                client_secret,
            }),
            (None, None) => None,
            (Some(_), None) => {
                return Err(ConfigError::Missing {
                    name: "SLACK_CLIENT_SECRET",
                    hint: "SLACK_CLIENT_ID is set, and OAuth needs both.",
                });
            }
            (None, Some(_)) => {
                return Err(ConfigError::Missing {
                    name: "SLACK_CLIENT_ID",
                    hint: "SLACK_CLIENT_SECRET is set, and OAuth needs both.",
                });
            }
        };
        let bot_token = source.secret("SLACK_BOT_TOKEN");
        if bot_token.is_none() && oauth.is_none() {
            return Err(ConfigError::Missing {
                name: "SLACK_BOT_TOKEN",
                hint: "Set it for one workspace (OAuth & Permissions → Bot User OAuth Token), or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET for many.",
            });
        }
        Ok(Self {
            api_url: source
                .url("SLACK_API_URL")?
                .map_or_else(|| default_url("https://slack.com/api"), Ok)?,
            signing_secrets,
            bot_token,
            oauth,
        })
    }
}

impl ModelConfig {
    fn read(source: &Source) -> Result<Self, ConfigError> {
        let endpoint = |key, url, default| -> Result<Option<Endpoint>, ConfigError> {
            let address = source.url(url)?;
            match (source.secret(key), address) {
                (None, None) => Ok(None),
                (key, address) => Ok(Some(Endpoint {
                    url: address.map_or_else(|| default_url(default), Ok)?,
                    // A local server such as Ollama wants none.
                    key: key.unwrap_or_else(|| Secret::new("")),
                })),
            }
        };
        Ok(Self {
            model: source.text("PENNY_MODEL").unwrap_or("auto").to_owned(),
            fallback: source.text("PENNY_FALLBACK_MODEL").map(str::to_owned),
            others: source
                .text("PENNY_OTHER_MODELS")
                .map_or_else(Vec::new, |named| {
                    let names = named.split(',').map(str::trim);
                    names
                        .filter(|name| !name.is_empty())
                        .map(str::to_owned)
                        .collect()
                }),
            anthropic: endpoint(
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_BASE_URL",
                "https://api.anthropic.com",
            )?
            .filter(|endpoint| !endpoint.key.is_empty()),
            openai: endpoint(
                "OPENAI_API_KEY",
                "OPENAI_BASE_URL",
                "https://api.openai.com/v1",
            )?,
            prices: NamedPrice::read(source)?,
        })
    }
}

impl SearchConfig {
    fn read(source: &Source) -> Result<Self, ConfigError> {
        let engine = |key, url, default| -> Result<Option<Endpoint>, ConfigError> {
            let address = source.url(url)?;
            let Some(key) = source.secret(key) else {
                return Ok(None);
            };
            let url = address.map_or_else(|| default_url(default), Ok)?;
            Ok(Some(Endpoint { url, key }))
        };
        Ok(Self {
            exa: engine("EXA_API_KEY", "EXA_BASE_URL", "https://api.exa.ai")?,
            perplexity: engine(
                "PERPLEXITY_API_KEY",
                "PERPLEXITY_BASE_URL",
                "https://api.perplexity.ai",
            )?,
        })
    }
}

fn default_url(text: &'static str) -> Result<Url, ConfigError> {
    Url::parse(text).map_err(|error| ConfigError::Invalid {
        name: "a built-in URL",
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests;
