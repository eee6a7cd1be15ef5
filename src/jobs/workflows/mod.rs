//! Workflows at work: what starts one (`starting`), how its steps are taken one after the other
//! (`running`, `walking`, `acting`, `looping`), how a run looks in Slack (`showing`), and who is told of
//! trouble (`telling`).

mod acting;
pub mod budget;
mod cancelling;
mod checking;
mod course;
mod lanes;
mod looping;
mod running;
mod showing;
mod starting;
mod telling;
mod walking;
pub mod words;

pub use cancelling::{cancel, delete};
pub use checking::{ON, Startable, check, events, unknown_workflows};
pub use running::RunWorkflow;
pub use showing::refresh;
pub use starting::{keep, look};

use crate::automation::workflow::{Workflow, parse};
use crate::store::StoreError;
use serde_json::Value;

/// The definition of a stored run or workflow.
fn understood(definition: &Value) -> Result<Workflow, StoreError> {
    parse(definition).map_err(|problems| {
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        StoreError::Corrupt(format!("the definition of a workflow: {}", said.join("; ")))
    })
}
