//! Which models think, as the configuration says.

use super::anthropic::{self, Anthropic};
use super::fallback::Fallback;
use super::openai::{self, OpenAi};
use super::{Model, SetupError};
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
        "PENNY_MODEL has to name a model of the OpenAI-compatible server, such as gpt-5 or llama3.3: there is no `auto` for it"
    )]
    NoName,
    #[error(transparent)]
    Setup(#[from] SetupError),
}

const OPENAI: &str = "openai:";

/// The model of the configuration, with its fallback where one is named.
pub fn build(config: &ModelConfig, clock: SharedClock) -> Result<Arc<dyn Model>, BuildError> {
    let primary = one(config, "PENNY_MODEL", &config.model, clock.clone())?;
    let Some(named) = &config.fallback else {
        return Ok(primary);
    };
    let fallback = one(config, "PENNY_FALLBACK_MODEL", named, clock.clone())?;
    Ok(Arc::new(Fallback::new(primary, fallback, clock)))
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
            if name == "auto" {
                return Err(BuildError::NoName);
            }
            let mut settings = openai::Config::new(server.key.clone(), name);
            settings.base_url = server.url.to_string();
            Ok(Arc::new(OpenAi::new(&settings, clock)?))
        }
        (Some(_), _, None) => Err(BuildError::NoOpenAi { name: variable }),
        (None, None, None) => Err(BuildError::None),
        (None, Some(claude), _) => {
            let mut settings = anthropic::Config::new(claude.key.clone(), name);
            settings.base_url = Some(claude.url.to_string());
            let model = Arc::new(Anthropic::new(&settings, clock)?);
            let following = model.clone();
            tokio::spawn(async move { following.follow_newest().await });
            Ok(model)
        }
    }
}
