//! What can be changed in another system and what can be asked of it, as a connector declares it,
//! and what comes back.

use super::field::{Arguments, Field, Problem};
use super::{ConnectorError, SourcePerson};
use crate::approvals::policy::Stakes;
use crate::approvals::seal::{Amount, Target};
use crate::net::json_api::ApiError;
use serde_json::{Map, Value};

/// What it would mean to propose the same change twice, by the contract of the system that takes it.
/// Penny sends each approved one once, whichever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// A write: it says how things are to be, or carries a name that the system takes once. A
    /// second time changes nothing more, though it may be refused.
    Harmless,
    /// An action: each time is one more.
    Never,
}

/// A change that somebody may approve.
#[derive(Debug)]
pub struct Operation {
    /// Such as `update_deal`.
    pub name: &'static str,
    /// For people, as a card's headline: “Update a deal”.
    pub title: &'static str,
    /// What the model should know before it proposes it; empty if the title says it all.
    pub hint: &'static str,
    pub fields: &'static [Field],
    pub stakes: Stakes,
    /// Whether it is a write or an action.
    pub repeat: Repeat,
    /// Whether, once it is done, [`super::Connector::undo`] knows the way back.
    pub can_be_undone: bool,
}

impl Operation {
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A live question to the system itself, for what is not in the tables or must be fresh.
#[derive(Debug)]
pub struct Query {
    /// Such as `search_mail`.
    pub name: &'static str,
    pub description: &'static str,
    pub fields: &'static [Field],
}

/// A target as it is right now, and the change in the system's own terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    pub target: Target,
    /// The arguments with every name resolved; what is sealed, shown and carried out.
    pub arguments: Arguments,
    /// The fields that would change, by the arguments' names and in the same form as the
    /// arguments. None: nothing is there yet.
    pub before: Option<Map<String, Value>>,
    pub amount: Option<Amount>,
    /// Who owns the record over there.
    pub owner: Option<SourcePerson>,
}

/// Why a change cannot even be proposed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    /// For whoever worded it.
    #[error("it does not fit what is there")]
    Problems(Vec<Problem>),
}

impl From<ApiError> for LookError {
    fn from(error: ApiError) -> Self {
        Self::Connector(error.into())
    }
}

impl LookError {
    pub fn problem(field: &str, said: impl Into<String>) -> Self {
        Self::Problems(vec![Problem {
            field: field.to_owned(),
            said: said.into(),
        }])
    }
}

/// How an undo would be worded.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// The name of the operation that takes it back.
    pub operation: &'static str,
    pub arguments: Arguments,
}
