//! Which models think, as the configuration says.

use super::anthropic::{self, Anthropic};
use super::fallback::Fallback;
use super::openai::{self, OpenAi};
use super::price::Prices;
use super::{Model, Models, SetupError};
use crate::base::clock::SharedClock;
use crate::base::config::ModelConfig;
use std::sync::Arc;

/// Why no model can be made of the configuration; each names what to set.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(
        "there is no model to think with. Set ANTHROPIC_API_KEY, or OPENAI_BASE_URL for any compatible server"
    )]
    None,
    #[error(
        "{name} names a model of the OpenAI-compatible server, but neither OPENAI_BASE_URL nor OPENAI_API_KEY is set"
    )]
    NoOpenAi { name: &'static str },
    #[error(
        "PENNY_MODEL has to name a model of OpenAI’s, such as gpt-5: there is no `auto` for it"
    )]
    NoName,
    #[error(transparent)]
    Setup(#[from] SetupError),
}

const OPENAI: &str = "openai:";

/// The models of the configuration. Where a fallback is named, it steps in for each of them.
pub fn build(config: &ModelConfig, clock: SharedClock) -> Result<Models, BuildError> {
    let fallback = config.fallback.as_ref();
    let fallback = fallback
        .map(|named| one(config, "PENNY_FALLBACK_MODEL", named, clock.clone()))
        .transpose()?;
    let with_fallback = |model: Arc<dyn Model>| -> Arc<dyn Model> {
        match &fallback {
            Some(fallback) => Arc::new(Fallback::new(model, fallback.clone(), clock.clone())),
            None => model,
        }
    };
    let usual = one(config, "PENNY_MODEL", &config.model, clock.clone())?;
    let mut models = Models::from(with_fallback(usual));
    for name in &config.others {
        let other = one(config, "PENNY_OTHER_MODELS", name, clock.clone())?;
        models.others.insert(name.clone(), with_fallback(other));
    }
    Ok(models)
}

/// `openai:<name>` is a model of the compatible server; any other name is Claude's where there
/// is a key for it.
fn one(
    config: &ModelConfig,
    variable: &'static str,
    name: &str,
    clock: SharedClock,
) -> Result<Arc<dyn Model>, BuildError> {
    let compatible = name.strip_prefix(OPENAI);
    match (compatible, &config.anthropic, &config.openai) {
        (Some(_), _, Some(server)) | (None, None, Some(server)) => {
            let name = compatible.unwrap_or(name);
            let mut settings = openai::Config::new(server.key.clone(), name);
            settings.base_url = server.url.to_string();
            settings.prices = Prices::named(&config.prices);
            if name == openai::AUTO && settings.is_official() {
                return Err(BuildError::NoName);
            }
            Ok(Arc::new(OpenAi::new(&settings, clock)?))
        }
        (Some(_), _, None) => Err(BuildError::NoOpenAi { name: variable }),
        (None, None, None) => Err(BuildError::None),
        (None, Some(claude), _) => {
            let mut settings = anthropic::Config::new(claude.key.clone(), name);
            settings.base_url = Some(claude.url.to_string());
            settings.prices = Prices::named(&config.prices);
            let model = Arc::new(Anthropic::new(&settings, clock)?);
            let following = model.clone();
            tokio::spawn(async move { following.follow_newest().await });
            Ok(model)
        }
    }
}
