//! Claude, in the types of anthropic-sdk-rs. What its streams mean is worked out here, because the
//! SDK's own accumulator loses the input of tool calls.

mod accumulate;
mod direct;
mod listing;
mod thinking;
mod transport;
mod wire;

use super::attempt::{Attempt, Failure, LONGEST_THOUGHT, Sink, not_silent, persist};
use super::price::Prices;
use super::{Delta, Model, ModelError, Price, Reply, Request, SetupError};
use crate::base::clock::SharedClock;
use crate::base::secret::Secret;
use crate::net::retry::RetryPolicy;
use accumulate::Accumulator;
use arc_swap::ArcSwap;
use async_trait::async_trait;
use std::fmt;
use std::time::Duration;
use thinking::Thinking;
use transport::Transport;

/// Used until the list of models has been read, and where it cannot be.
pub const DEFAULT_MODEL: &str = "claude-sonnet-4-5";

#[derive(Debug, Clone)]
pub struct Config {
    pub api_key: Secret,
    /// A gateway in place of Anthropic's own address; it may have a path.
    pub base_url: Option<String>,
    /// `None` follows the newest Sonnet.
    pub model: Option<String>,
    /// How long the provider may take to begin its answer.
    pub first_byte: Duration,
    /// How long a stream may be silent.
    pub idle: Duration,
    pub retry: RetryPolicy,
    pub prices: Prices,
}

impl Config {
    /// `model` is a model's id, or `auto` for the newest Sonnet.
    pub fn new(api_key: Secret, model: &str) -> Self {
        Self {
            api_key,
            base_url: None,
            model: (model != "auto").then(|| model.to_owned()),
            first_byte: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            retry: RetryPolicy::default(),
            prices: Prices::default(),
        }
    }
}

pub struct Anthropic {
    transport: Transport,
    current: ArcSwap<Current>,
    follows_newest: bool,
    retry: RetryPolicy,
    prices: Prices,
    clock: SharedClock,
}

/// The model in use and what it is known to be able to do.
#[derive(Debug, Clone, PartialEq)]
struct Current {
    id: String,
    thinking: Thinking,
}

impl Current {
    fn named(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            thinking: Thinking::of(id),
        }
    }
}

impl Anthropic {
    pub fn new(config: &Config, clock: SharedClock) -> Result<Self, SetupError> {
        let named = config.model.as_deref();
        Ok(Self {
            transport: Transport::new(config)?,
            current: ArcSwap::from_pointee(Current::named(named.unwrap_or(DEFAULT_MODEL))),
            follows_newest: named.is_none(),
            retry: config.retry,
            prices: config.prices.clone(),
            clock,
        })
    }

    fn price(&self) -> Option<Price> {
        self.prices.of(&self.current.load().id)
    }

    async fn stream(
        &self,
        current: &Current,
        request: &Request,
        on: Sink<'_>,
    ) -> Result<Reply, Failure> {
        let params = wire::params(&current.id, current.thinking, request);
        let mut events = self.transport.open(&params).await?;
        let mut reply = Accumulator::new(&current.id);
        loop {
            let next = not_silent(LONGEST_THOUGHT, events.next()).await?;
            let Some(event) = next.transpose()? else {
                return Err(Failure::broken("it ended in the middle"));
            };
            if reply.take(event, on)? {
                return Ok(reply.finish());
            }
        }
    }
}

#[async_trait]
impl Attempt for Anthropic {
    async fn attempt(&self, request: &Request, on: Sink<'_>) -> Result<Reply, Failure> {
        let current = self.current.load_full();
        self.stream(&current, request, on).await
    }
}

#[async_trait]
impl Model for Anthropic {
    fn name(&self) -> String {
        self.current.load().id.clone()
    }

    fn unpriced(&self) -> Vec<String> {
        let unpriced = self.price().is_none().then(|| self.name());
        unpriced.into_iter().collect()
    }

    async fn reply(
        &self,
        request: &Request,
        on: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        let reply = persist(self, &self.retry, self.clock.as_ref(), request, on).await?;
        Ok(reply.priced(self.price()))
    }
}

/// The SDK's options print the key; here only what is no secret is shown.
impl fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Anthropic")
            .field("model", &self.current.load().id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
