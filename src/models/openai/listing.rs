//! Which model a server has, for when nobody has named one: most servers on one's own machine have a
//! single one.

use super::{AUTO, OpenAi};
use crate::models::ModelError;
use crate::models::attempt::Failure;
use serde_json::Value;
use std::sync::Arc;

/// Where there are more to choose from, somebody has to choose: the first of hundreds may cost anything.
const FEW: usize = 20;

/// Models under such names do not talk.
const SILENT: [&str; 4] = ["embed", "rerank", "whisper", "tts"];

impl OpenAi {
    /// The model's name, as far as it is known.
    pub(super) fn known(&self) -> Arc<String> {
        let known = self.model.load_full();
        known.unwrap_or_else(|| Arc::new(AUTO.to_owned()))
    }

    /// The model's name; the server is asked for it where nobody has said it.
    pub(super) async fn known_or_found(&self) -> Result<Arc<String>, Failure> {
        if let Some(known) = self.model.load_full() {
            return Ok(known);
        }
        let list = match self.exchange.get(self.list.clone()).await {
            Ok(list) => list,
            // It has no list.
            Err(failure) if matches!(failure.error, ModelError::Rejected(_)) => Value::Null,
            Err(failure) => return Err(failure),
        };
        let Some(found) = first(&list) else {
            return Err(Failure::lasting(ModelError::Unnamed));
        };
        tracing::info!(
            model.id = found,
            "using the first model that the server has"
        );
        let found = Arc::new(found.to_owned());
        self.model.store(Some(found.clone()));
        Ok(found)
    }
}

fn first(list: &Value) -> Option<&str> {
    let listed = list["data"].as_array().or(list.as_array())?;
    let names = listed.iter().filter_map(|model| model["id"].as_str());
    let talks = |name: &&str| !SILENT.iter().any(|mark| name.to_lowercase().contains(mark));
    let names: Vec<&str> = names.filter(talks).collect();
    names.first().copied().filter(|_| names.len() <= FEW)
}
