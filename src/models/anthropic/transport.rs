//! How a request reaches Anthropic: through the SDK, or, for an address with a path, which the
//! SDK would drop, over a connection of our own that speaks the same types.

use super::direct::{Direct, DirectEvents};
use super::{Config, SetupError};
use crate::base::secret::Secret;
use crate::models::ModelError;
use crate::models::attempt::Failure;
use crate::models::refusal::{Refusal, without_key};
use anthropic_sdk::streaming::RawStream;
use anthropic_sdk::types::messages::{MessageCreateParams, RawMessageStreamEvent};
use anthropic_sdk::types::models::{ModelInfo, ModelListParams};
use anthropic_sdk::{ApiError, ClientOptions, Error, HttpApiError};
use futures::StreamExt;
use http::HeaderMap;
use serde_json::Value;
use std::time::Duration;
use url::Url;

const OFFICIAL: &str = "https://api.anthropic.com";

pub(super) struct Transport {
    route: Route,
    key: Secret,
    /// For all that the SDK does before a stream begins, its own retries included.
    patience: Duration,
}

enum Route {
    Sdk(Box<anthropic_sdk::Anthropic>),
    Direct(Direct),
}

pub(super) enum Events {
    Sdk(RawStream<RawMessageStreamEvent>),
    Direct(Box<DirectEvents>),
}

impl Transport {
    pub fn new(config: &Config) -> Result<Self, SetupError> {
        let base = config.base_url.as_deref().unwrap_or(OFFICIAL);
        let base = Url::parse(base).map_err(|_| SetupError::BaseUrl)?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(SetupError::BaseUrl);
        }
        crate::net::install_crypto();
        // Some write the address with the API's version, which is part of every path anyway.
        let route = match base.path().trim_end_matches('/') {
            "" | "/v1" => Route::Sdk(Box::new(sdk(config, &base)?)),
            _ => Route::Direct(Direct::new(config, &base)?),
        };
        Ok(Self {
            route,
            key: config.api_key.clone(),
            patience: config.retry.budget,
        })
    }

    pub async fn open(&self, params: MessageCreateParams) -> Result<Events, Failure> {
        match &self.route {
            Route::Direct(direct) => {
                let events = direct.open(&params).await?;
                Ok(Events::Direct(Box::new(events)))
            }
            // The SDK alone sees `retry-after`, so what fails before a stream begins is its to
            // try again, and final for us.
            Route::Sdk(sdk) => {
                let opening = sdk.messages.create_stream(params, None);
                let stream = tokio::time::timeout(self.patience, opening).await;
                match stream.unwrap_or(Err(Error::Timeout)) {
                    Ok(stream) => Ok(Events::Sdk(stream)),
                    Err(error) => Err(Failure::lasting(self.meaning(error, Phase::Before))),
                }
            }
        }
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
        let (models, has_more, last) = match &self.route {
            Route::Direct(direct) => {
                let page = direct
                    .models(&params)
                    .await
                    .map_err(|failure| failure.error)?;
                (page.data, page.has_more, page.last_id)
            }
            Route::Sdk(sdk) => {
                let listing = sdk.models.list(Some(params), None);
                let page = tokio::time::timeout(self.patience, listing).await;
                let page = page.unwrap_or(Err(Error::Timeout));
                let page = page.map_err(|error| self.meaning(error, Phase::Before))?;
                (page.data, page.has_more, page.last_id)
            }
        };
        Ok((models, last.filter(|_| has_more)))
    }

    fn meaning(&self, error: Error, phase: Phase) -> ModelError {
        let text = match error {
            Error::AuthMissing | Error::InvalidHeaderValue(_) => return ModelError::Unauthorized,
            Error::Http(error) => return refusal(&error, &self.key),
            Error::Timeout => "it did not begin to answer in time".to_owned(),
            Error::Transport(error) => without_key(&error.without_url().to_string(), &self.key),
            // The parser's words would quote what it could not parse.
            Error::Json(_) | Error::InvalidSse(_) | Error::InvalidJsonl(_) => {
                "it sent something unreadable".to_owned()
            }
            Error::Url(_) | Error::Aborted | Error::Internal(_) => "the call failed".to_owned(),
        };
        match phase {
            Phase::Before => ModelError::Unreachable(text),
            Phase::Within => ModelError::Broken(text),
        }
    }
}

impl Events {
    pub async fn next(
        &mut self,
        transport: &Transport,
    ) -> Option<Result<RawMessageStreamEvent, Failure>> {
        match self {
            Self::Direct(events) => events.next().await,
            Self::Sdk(stream) => {
                let event = stream.next().await?;
                Some(event.map_err(|error| Failure::of(transport.meaning(error, Phase::Within))))
            }
        }
    }
}

/// Whether the stream had begun when an error came.
#[derive(Clone, Copy)]
enum Phase {
    Before,
    Within,
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
