//! The Messages API over our own HTTP client, in the types of the SDK, which tells nobody of a pause
//! that the provider asks for, swallows the pings of a silent stream, and joins its paths to the host
//! alone (measured: `http://host/gw/anthropic` is asked for `/v1/messages`).

use super::{Config, SetupError};
use crate::models::ModelError;
use crate::models::attempt::Failure;
use crate::models::exchange::{Events, Exchange};
use anthropic_sdk::types::messages::{MessageCreateParams, RawMessageStreamEvent};
use anthropic_sdk::types::models::{ModelInfo, ModelListParams};
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use std::time::Duration;
use url::Url;

const API_VERSION: &str = "2023-06-01";

pub(super) struct Direct {
    exchange: Exchange,
    /// Without a slash at the end.
    base: String,
    idle: Duration,
}

/// A page of the list of models.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    pub data: Vec<ModelInfo>,
    #[serde(default)]
    pub has_more: bool,
    pub last_id: Option<String>,
}

impl Direct {
    pub fn new(config: &Config, base: &Url) -> Result<Self, SetupError> {
        let key = (HeaderName::from_static("x-api-key"), "");
        let exchange = Exchange::new(key, &config.api_key, config.first_byte, base)?;
        Ok(Self {
            exchange: exchange.with_header(
                HeaderName::from_static("anthropic-version"),
                HeaderValue::from_static(API_VERSION),
            ),
            base: base.as_str().trim_end_matches('/').to_owned(),
            idle: config.idle,
        })
    }

    pub async fn open(&self, params: &MessageCreateParams) -> Result<DirectEvents, Failure> {
        let events = self
            .exchange
            .post(self.url("/v1/messages")?, params, self.idle)
            .await?;
        Ok(DirectEvents(events))
    }

    pub async fn models(&self, params: &ModelListParams) -> Result<Page, Failure> {
        let mut url = self.url("/v1/models")?;
        if let Some(limit) = params.limit {
            url.query_pairs_mut()
                .append_pair("limit", &limit.to_string());
        }
        if let Some(after) = &params.after_id {
            url.query_pairs_mut().append_pair("after_id", after);
        }
        let page = self.exchange.get(url).await?;
        serde_json::from_value(page).map_err(|_| unreadable())
    }

    fn url(&self, path: &str) -> Result<Url, Failure> {
        Url::parse(&format!("{}{path}", self.base)).map_err(|_| {
            let sentence = "the base URL cannot be extended by a path".to_owned();
            Failure::lasting(ModelError::Rejected(sentence))
        })
    }
}

pub(super) struct DirectEvents(Events);

impl DirectEvents {
    pub async fn next(&mut self) -> Option<Result<RawMessageStreamEvent, Failure>> {
        loop {
            let event = match self.0.next().await? {
                Ok(event) => event,
                Err(failure) => return Some(Err(failure)),
            };
            match event.name.as_str() {
                "message_start"
                | "message_delta"
                | "message_stop"
                | "content_block_start"
                | "content_block_delta"
                | "content_block_stop" => {
                    return Some(serde_json::from_str(&event.data).map_err(|_| unreadable()));
                }
                "error" => {
                    let body = serde_json::from_str(&event.data).unwrap_or_default();
                    return Some(Err(self.0.refused(&body)));
                }
                // Pings, and events that are yet to be invented.
                _ => {}
            }
        }
    }
}

fn unreadable() -> Failure {
    Failure::broken("it sent something unreadable")
}
