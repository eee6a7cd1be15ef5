//! How a request reaches Anthropic: answers over a connection of our own, since the SDK keeps to
//! itself how long a provider that limits us asks us to wait, and that a silent stream is alive. The
//! list of models comes through the SDK, but for an address with a path, which it would drop.

use super::direct::{Direct, DirectEvents};
use super::{Config, SetupError};
use crate::base::secret::Secret;
use crate::models::ModelError;
use crate::models::attempt::Failure;
use crate::models::refusal::{Refusal, without_key};
use anthropic_sdk::types::messages::MessageCreateParams;
use anthropic_sdk::types::models::{ModelInfo, ModelListParams};
use anthropic_sdk::{ApiError, ClientOptions, Error, HttpApiError};
use http::HeaderMap;
use serde_json::Value;
use std::time::Duration;
use url::Url;

const OFFICIAL: &str = "https://api.anthropic.com";

pub(super) struct Transport {
    direct: Direct,
    /// For the list of models, where the address has no path.
    sdk: Option<Box<anthropic_sdk::Anthropic>>,
    key: Secret,
    /// For all that the SDK does, its own retries included.
    patience: Duration,
}

impl Transport {
    pub fn new(config: &Config) -> Result<Self, SetupError> {
        let base = config.base_url.as_deref().unwrap_or(OFFICIAL);
        let mut base = Url::parse(base).map_err(|_| SetupError::BaseUrl)?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(SetupError::BaseUrl);
        }
        crate::net::install_crypto();
        // Some write the address with the API's version, which is part of every path anyway.
        let sdk = match base.path().trim_end_matches('/') {
            "" | "/v1" => {
                base.set_path("");
                Some(Box::new(sdk(config, &base)?))
            }
            _ => None,
        };
        Ok(Self {
            direct: Direct::new(config, &base)?,
            sdk,
            key: config.api_key.clone(),
            patience: config.retry.budget,
        })
    }

    /// An answer, as it comes. What fails before it begins is told with the pause that the
    /// provider asks for.
    pub async fn open(&self, params: &MessageCreateParams) -> Result<DirectEvents, Failure> {
        self.direct.open(params).await
    }

    /// One page of the models on offer, and after which id the next one begins.
    pub async fn models(
        &self,
        after: Option<String>,
    ) -> Result<(Vec<ModelInfo>, Option<String>), ModelError> {
        let params = ModelListParams {
            limit: Some(100),
            after_id: after,
            ..ModelListParams::default()
        };
        let (models, has_more, last) = match &self.sdk {
            None => {
                let page = self.direct.models(&params).await;
                let page = page.map_err(|failure| failure.error)?;
                (page.data, page.has_more, page.last_id)
            }
            Some(sdk) => {
                let listing = sdk.models.list(Some(params), None);
                let page = tokio::time::timeout(self.patience, listing).await;
                let page = page.unwrap_or(Err(Error::Timeout));
                let page = page.map_err(|error| self.meaning(error))?;
                (page.data, page.has_more, page.last_id)
            }
        };
        Ok((models, last.filter(|_| has_more)))
    }

    fn meaning(&self, error: Error) -> ModelError {
        ModelError::Unreachable(match error {
            Error::AuthMissing | Error::InvalidHeaderValue(_) => return ModelError::Unauthorized,
            Error::Http(error) => return refusal(&error, &self.key),
            Error::Timeout => "it did not begin to answer in time".to_owned(),
            Error::Transport(error) => without_key(&error.without_url().to_string(), &self.key),
            // The parser's words would quote what it could not parse.
            Error::Json(_) | Error::InvalidSse(_) | Error::InvalidJsonl(_) => {
                "it sent something unreadable".to_owned()
            }
            Error::Url(_) | Error::Aborted | Error::Internal(_) => "the call failed".to_owned(),
        })
    }
}

fn sdk(config: &Config, base: &Url) -> Result<anthropic_sdk::Anthropic, SetupError> {
    http::HeaderValue::from_str(config.api_key.expose()).map_err(|_| SetupError::Key)?;
    // Every field is set: the defaults would be read from the environment.
    let options = ClientOptions {
        api_key: Some(config.api_key.expose().to_owned()),
        auth_token: None,
        base_url: Some(base.to_string()),
        timeout: Some(config.first_byte),
        max_retries: Some(config.retry.attempts.saturating_sub(1)),
        default_headers: HeaderMap::new(),
    };
    anthropic_sdk::Anthropic::new(options).map_err(|error| SetupError::Client(error.to_string()))
}

fn refusal(error: &HttpApiError, key: &Secret) -> ModelError {
    let error: &ApiError = match error {
        HttpApiError::BadRequest(error)
        | HttpApiError::Authentication(error)
        | HttpApiError::PermissionDenied(error)
        | HttpApiError::NotFound(error)
        | HttpApiError::Conflict(error)
        | HttpApiError::UnprocessableEntity(error)
        | HttpApiError::RateLimit(error)
        | HttpApiError::InternalServer(error)
        | HttpApiError::Other(error) => error,
    };
    let body = error.body.as_ref().unwrap_or(&Value::Null);
    let refusal = Refusal {
        status: error.status.map(|status| status.as_u16()),
        message: error.message.as_deref().unwrap_or_default(),
        ..Refusal::in_body(body)
    };
    refusal.meaning(key)
}
