//! Workflows at work: what starts one (`starting`), how its steps are taken one after the other
//! (`running`, `walking`, `acting`, `looping`), how a run looks in Slack (`showing`), and who is told of
//! trouble (`telling`).

mod acting;
pub mod budget;
mod cancelling;
mod course;
mod looping;
mod running;
mod showing;
mod starting;
mod telling;
mod walking;
pub mod words;

pub use cancelling::{cancel, delete};
pub use running::RunWorkflow;
pub use showing::refresh;
pub use starting::{keep, look};

use crate::automation::workflow::{Problem, Workflow, parse};
use crate::connectors::registry;
use crate::store::StoreError;
use crate::store::sandbox::{guard, views};
use serde_json::Value;

/// The definition of a stored run or workflow.
fn understood(definition: &Value) -> Result<Workflow, StoreError> {
    parse(definition).map_err(|problems| {
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        StoreError::Corrupt(format!("the definition of a workflow: {}", said.join("; ")))
    })
}

/// What is wrong with a definition that somebody wrote, beyond its form: queries that would be
/// refused, and systems and operations that there are not.
pub fn check(definition: &Value) -> Result<Workflow, Vec<Problem>> {
    let workflow = parse(definition)?;
    let steps = workflow.all_steps();
    let problems: Vec<Problem> = steps.into_iter().filter_map(objection).collect();
    if problems.is_empty() {
        Ok(workflow)
    } else {
        Err(problems)
    }
}

fn objection(step: &crate::automation::workflow::Step) -> Option<Problem> {
    use crate::automation::workflow::{Kind, Scope};
    let said = match &step.kind {
        Kind::Query(sql) => {
            let refusal = guard::check(&sql.sql(&Scope::default()), views()).err()?;
            refusal.to_string()
        }
        Kind::Change {
            system, operation, ..
        } => {
            let slugs: Vec<&str> = registry::all().map(|it| it.manifest().slug).collect();
            match registry::find(system) {
                None => format!(
                    "there is no system {system:?}; there are {}",
                    slugs.join(", ")
                ),
                Some(found) if found.manifest().operation(operation).is_none() => {
                    let names = found.manifest().operations.iter().map(|it| it.name);
                    format!(
                        "{system} has no operation {operation:?}; it has {}",
                        names.collect::<Vec<_>>().join(", ")
                    )
                }
                Some(_) => return None,
            }
        }
        _ => return None,
    };
    Some(Problem {
        at: format!("step {}", step.id),
        said,
    })
}
