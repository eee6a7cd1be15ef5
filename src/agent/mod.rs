//! The agent: a loop of model and tools over a conversation whose every step is saved before
//! the next begins. It knows nothing of Slack; what people see of it goes through `Progress`.

pub mod journal;
pub mod limits;
pub mod progress;
mod prompt;
pub mod provenance;
pub mod tools;
pub mod transcript;
mod turn;
mod untrusted;

pub use turn::{Agent, Ended, LeftOut, NewInput, Run, TurnError, TurnInput};
pub use untrusted::fence;
