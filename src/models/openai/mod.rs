//! Any endpoint that speaks OpenAI's chat completions: OpenAI, OpenRouter, Ollama, vLLM, NVIDIA
//! NIM and many more. They differ in what they leave out, so little is taken for granted.

mod accumulate;
mod listing;
mod room;
mod wire;

use super::attempt::{Attempt, Failure, LONGEST_THOUGHT, Sink, not_silent, persist};
use super::exchange::Exchange;
use super::price::Prices;
use super::{Delta, Model, ModelError, Reply, Request, SetupError};
use crate::base::clock::SharedClock;
use crate::base::secret::Secret;
use crate::net::retry::RetryPolicy;
use accumulate::{Accumulator, Chunk};
use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use room::Known;
use std::fmt;
use std::time::Duration;
use url::Url;

/// In place of a model's name: the one that the server has.
pub const AUTO: &str = "auto";

pub const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";

#[derive(Debug, Clone)]
pub struct Config {
    /// May be empty: a model on one's own machine needs none.
    pub api_key: Secret,
    /// With the version, as in [`DEFAULT_BASE_URL`].
    pub base_url: String,
    /// A name, or [`AUTO`].
    pub model: String,
    pub first_byte: Duration,
    pub idle: Duration,
    pub retry: RetryPolicy,
    pub prices: Prices,
}

impl Config {
    pub fn new(api_key: Secret, model: &str) -> Self {
        Self {
            api_key,
            base_url: DEFAULT_BASE_URL.to_owned(),
            model: model.to_owned(),
            first_byte: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            retry: RetryPolicy::default(),
            prices: Prices::default(),
        }
    }

    /// OpenAI itself, whose models are too many to choose from.
    pub fn is_official(&self) -> bool {
        Url::parse(&self.base_url).is_ok_and(|url| url.host_str() == Some(wire::OFFICIAL_HOST))
    }
}

pub struct OpenAi {
    exchange: Exchange,
    url: Url,
    /// Where the server says which models it has.
    list: Url,
    /// None until the server was asked for its name.
    model: ArcSwapOption<String>,
    room: Known,
    idle: Duration,
    retry: RetryPolicy,
    prices: Prices,
    clock: SharedClock,
}

impl OpenAi {
    pub fn new(config: &Config, clock: SharedClock) -> Result<Self, SetupError> {
        let base = config.base_url.trim_end_matches('/');
        let at = |path: &str| {
            Url::parse(&format!("{base}{path}"))
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .ok_or(SetupError::BaseUrl)
        };
        let url = at("/chat/completions")?;
        let named = Some(&config.model).filter(|name| *name != AUTO);
        let bearer = (http::header::AUTHORIZATION, "Bearer ");
        Ok(Self {
            exchange: Exchange::new(bearer, &config.api_key, config.first_byte, &url)?,
            url,
            list: at("/models")?,
            model: ArcSwapOption::from_pointee(named.cloned()),
            room: Known::default(),
            idle: config.idle,
            retry: config.retry,
            prices: config.prices.clone(),
            clock,
        })
    }

    async fn stream(
        &self,
        model: &str,
        request: &Request,
        room: Option<u32>,
        on: Sink<'_>,
    ) -> Result<Reply, Failure> {
        let body = wire::body(model, &self.url, request, room);
        let post = self.exchange.post(self.url.clone(), &body, self.idle);
        let mut events = post.await?;
        let mut reply = Accumulator::new(model);
        loop {
            let next = not_silent(LONGEST_THOUGHT, events.next()).await?;
            match next.transpose()? {
                None if reply.has_ended() => return reply.finish(request),
                None => return Err(Failure::broken("it ended in the middle")),
                Some(event) if event.data == "[DONE]" => return reply.finish(request),
                Some(event) => {
                    let data = serde_json::from_str(&event.data)
                        .map_err(|_| Failure::broken("it sent something unreadable"))?;
                    match Chunk::read(data) {
                        Ok(chunk) => reply.take(chunk, on),
                        Err(refusal) => return Err(events.refused(&refusal)),
                    }
                }
            }
        }
    }
}

#[async_trait]
impl Attempt for OpenAi {
    async fn attempt(&self, request: &Request, on: Sink<'_>) -> Result<Reply, Failure> {
        let model = self.known_or_found().await?;
        let mut room = self.room.get();
        let mut first = None;
        loop {
            let tokens = room.of(request.max_tokens);
            let failure = match self.stream(&model, request, tokens, &mut *on).await {
                Ok(reply) => {
                    self.room.set(room);
                    return Ok(reply);
                }
                Err(failure) => failure,
            };
            if !room::is_in_question(&failure.error) {
                return Err(failure);
            }
            // Perhaps it is not the conversation that is too long, but the answer asked for. If not,
            // the first refusal says best what is wrong.
            let refusal = first.unwrap_or(failure);
            room = match room.smaller() {
                Some(smaller) => smaller,
                None => return Err(refusal),
            };
            first = Some(refusal);
        }
    }
}

#[async_trait]
impl Model for OpenAi {
    fn name(&self) -> String {
        self.known().to_string()
    }

    /// Until the server has said which model it has, any price may be that of its own.
    fn unpriced(&self) -> Vec<String> {
        let known = self.known();
        let is_open = *known == AUTO && !self.prices.is_empty();
        let unpriced = !is_open && self.prices.of(&known).is_none();
        unpriced.then(|| known.to_string()).into_iter().collect()
    }

    async fn reply(
        &self,
        request: &Request,
        on: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        let reply = persist(self, &self.retry, self.clock.as_ref(), request, on).await?;
        Ok(reply.priced(self.prices.of(&self.known())))
    }
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi")
            .field("model", &self.known())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
