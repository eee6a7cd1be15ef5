//! What is wrong with a definition that somebody wrote, beyond its form: queries that would be
//! refused, and systems, operations, events and workflows that there are not.

use crate::automation::workflow::{Kind, Problem, Scope, Step, Trigger, Workflow, parse};
use crate::connectors::registry;
use crate::store::events::KINDS;
use crate::store::sandbox::{guard, views};
use serde_json::Value;

/// Where a problem stands that is about what starts a workflow.
pub const ON: &str = "on";

/// An event that can start a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Startable {
    pub name: &'static str,
    /// When that is; of what connectors hear, with the fields.
    pub about: &'static str,
    pub fields: &'static [&'static str],
}

/// What is told of everything that is read, and what connectors hear besides; each name once.
pub fn events() -> Vec<Startable> {
    let own = KINDS.iter().map(|kind| Startable {
        name: kind.name,
        about: kind.about,
        fields: kind.fields,
    });
    let mut all: Vec<Startable> = own.collect();
    let listened = registry::all().filter_map(|connector| connector.manifest().listen);
    for heard in listened.flat_map(|listen| listen.events) {
        if all.iter().all(|known| known.name != heard.name) {
            all.push(Startable {
                name: heard.name,
                about: heard.about,
                fields: &[],
            });
        }
    }
    all
}

pub fn check(definition: &Value) -> Result<Workflow, Vec<Problem>> {
    let workflow = parse(definition)?;
    let steps = workflow.all_steps();
    let mut problems = started_by(&workflow);
    problems.extend(steps.into_iter().filter_map(objection));
    if problems.is_empty() {
        Ok(workflow)
    } else {
        Err(problems)
    }
}

/// An event that nobody tells of would never start anything, and neither would a filter of a field
/// that it does not have.
fn started_by(workflow: &Workflow) -> Vec<Problem> {
    let Trigger::Event(name) = &workflow.trigger else {
        return Vec::new();
    };
    let all = events();
    let Some(event) = all.iter().find(|event| event.name == name) else {
        let names: Vec<&str> = all.iter().map(|event| event.name).collect();
        return vec![Problem {
            at: ON.to_owned(),
            said: format!("there is no event {name:?}; there are {}", names.join(", ")),
        }];
    };
    let unknown = workflow.filter.0.iter().filter(|(field, _)| {
        let field = field.split('.').next().unwrap_or_default();
        !event.fields.is_empty() && !event.fields.contains(&field)
    });
    let problem = |(field, _): &(String, _)| Problem {
        at: format!("where.{field}"),
        said: format!(
            "{name} has no such field; it has {}",
            event.fields.join(", ")
        ),
    };
    unknown.map(problem).collect()
}

fn objection(step: &Step) -> Option<Problem> {
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
    Some(at_step(step, said))
}

fn at_step(step: &Step, said: String) -> Problem {
    Problem {
        at: format!("step {}", step.id),
        said,
    }
}

/// Workflows that it names and that are not among the `others` of its owner: it would never start
/// behind them, nor could it start them.
pub fn unknown_workflows(workflow: &Workflow, own: &str, others: &[String]) -> Vec<Problem> {
    let there_are = match others {
        [] => "there is no other yet".to_owned(),
        others => format!("there are {}", others.join(", ")),
    };
    let objection = |name: &str| match others.iter().any(|other| other == name) {
        true => None,
        false if name == own => Some(format!(
            "a workflow that starts itself would go round for ever; {there_are}"
        )),
        false => Some(format!("its owner has no workflow {name:?}; {there_are}")),
    };
    let mut problems = Vec::new();
    if let Trigger::After(name) = &workflow.trigger
        && let Some(said) = objection(name)
    {
        problems.push(Problem {
            at: ON.to_owned(),
            said,
        });
    }
    for step in workflow.all_steps() {
        if let Kind::Workflow { name, .. } = &step.kind
            && let Some(said) = objection(name)
        {
            problems.push(at_step(step, said));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(definition: Value) -> String {
        let problems = check(&definition).expect_err("problems");
        problems[0].to_string()
    }

    #[test]
    fn what_no_connector_and_no_reading_tells_of_starts_nothing() {
        let on = |event: &str| json!({"on": format!("event {event}"), "prompt": "What now?"});
        for known in ["deal.created", "issue.commented", "webhook.received"] {
            assert!(check(&on(known)).is_ok(), "{known}");
        }
        let said = said(on("deal.moved"));
        for part in [
            "`on`",
            "deal.moved",
            "deal.stage_changed",
            "pull_request.merged",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }

    #[test]
    fn a_filter_names_fields_that_its_event_has() {
        let filtered = |event: &str, field: &str| json!({"on": format!("event {event}"), "where": {field: 1}, "prompt": "What now?"});
        assert!(check(&filtered("deal.created", "amount")).is_ok());
        // What others send may have any.
        assert!(check(&filtered("webhook.received", "body.total")).is_ok());
        let said = said(filtered("deal.created", "stagee"));
        assert!(
            said.contains("`where.stagee`") && said.contains("stage, stage_before"),
            "{said}"
        );
    }

    #[test]
    fn each_event_stands_once_in_what_there_is() {
        let mut names: Vec<&str> = events().iter().map(|event| event.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
