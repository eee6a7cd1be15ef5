//! What can come of carrying out what was approved, as it is stored with the version.

use super::state::Step;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What came of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Succeeded(Effect),
    /// The provider refused: nothing was written.
    Failed(String),
    /// It may have been written, and nobody could find out.
    Unknown(String),
    /// Nothing reached the provider, for certain.
    NeverSent(String),
    /// What is there now is not what the decision was about.
    Changed(Vec<String>),
}

/// What is there after a success.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The provider's id of what was written.
    pub id: Option<String>,
    pub link: Option<String>,
    /// The fields as they are now: the before-image of an undo.
    pub after: Option<Map<String, Value>>,
}

impl Outcome {
    pub(super) fn step(&self) -> Step {
        match self {
            Self::Succeeded(_) => Step::Succeed,
            Self::Failed(_) => Step::Fail,
            Self::Unknown(_) => Step::LoseSight,
            Self::NeverSent(_) => Step::GiveBack,
            Self::Changed(_) => Step::FindChanged,
        }
    }

    pub(super) fn effect_id(&self) -> Option<String> {
        match self {
            Self::Succeeded(effect) => effect.id.clone(),
            _ => None,
        }
    }
}
