//! Which models think, as the configuration says.

use super::anthropic::{self, Anthropic};
use super::Model;
use crate::base::clock::SharedClock;
use crate::base::config::ModelConfig;
use std::sync::Arc;

/// Why no model can be made of the configuration; each names what to set.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("there is no model to think with. Set ANTHROPIC_API_KEY, or OPENAI_BASE_URL for any compatible server")]
    None,
    #[error(transparent)]
    Anthropic(#[from] anthropic::SetupError),
}

/// The model of the configuration. It follows its provider's newest models by itself.
pub fn build(config: &ModelConfig, clock: SharedClock) -> Result<Arc<dyn Model>, BuildError> {
    let endpoint = config.anthropic.as_ref().ok_or(BuildError::None)?;
    let mut settings = anthropic::Config::new(endpoint.key.clone(), &config.model);
    settings.base_url = Some(endpoint.url.to_string());
    let model = Arc::new(Anthropic::new(&settings, clock)?);
    let following = model.clone();
    tokio::spawn(async move { following.follow_newest().await });
    Ok(model)
}
