//! From the JSON that somebody wrote to a workflow, or to everything that is wrong with it: where,
//! what, and what would be right.

use super::expression::{Template, references};
use super::filter::Filter;
use super::schema::Schema;
use super::{Kind, MOST_STEPS, Step, Trigger, Workflow};
use crate::automation::budget;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Something that is wrong, and where: `steps[2].query`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{at}`: {said}")]
pub struct Problem {
    pub at: String,
    pub said: String,
}

const FIELDS: [&str; 8] = [
    "about", "on", "where", "input", "output", "budget", "prompt", "steps",
];
/// What a step can be.
pub const KINDS: [&str; 15] = [
    "query", "model", "prompt", "if", "foreach", "wait", "approve", "message", "mail", "sms",
    "webhook", "change", "workflow", "note", "set",
];

mod kinds;
mod outward;

pub fn parse(definition: &Value) -> Result<Workflow, Vec<Problem>> {
    let mut reader = Reader::default();
    let workflow = reader.workflow(definition);
    match workflow {
        Some(workflow) if reader.problems.is_empty() => Ok(workflow),
        _ => Err(reader.problems),
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
    ids: HashSet<String>,
    /// Steps that a reference can name at the place that is read.
    known: Vec<String>,
    /// The names of the items of loops around the place that is read.
    items: Vec<String>,
}

impl Reader {
    fn wrong(&mut self, at: &str, said: impl Into<String>) {
        let at = if at.is_empty() { "the whole" } else { at };
        self.problems.push(Problem {
            at: at.to_owned(),
            said: said.into(),
        });
    }

    fn workflow(&mut self, definition: &Value) -> Option<Workflow> {
        let fields = self.object(definition, "")?;
        self.only(fields, &FIELDS, "");
        let trigger = Trigger::read(self.optional_text(fields, "on", "").unwrap_or_default());
        let filter = match fields.get("where") {
            Some(found) => self.filter(found),
            None => Filter::default(),
        };
        if !filter.0.is_empty() && !matches!(trigger, Trigger::Event(_)) {
            self.wrong(
                "where",
                "only an event can be filtered; `on` has to be `event …`",
            );
        }
        let input = self.schema(fields, "input", "");
        let output = self.schema(fields, "output", "");
        let budget_micros = fields.get("budget").and_then(|it| self.budget(it));
        let steps = match (fields.get("prompt"), fields.get("steps")) {
            (Some(prompt), None) => self.prompt_alone(prompt),
            (None, Some(steps)) => self.steps(steps, "steps", None),
            _ => {
                self.wrong(
                    "",
                    "it needs either `prompt` (a question to Penny) or `steps`",
                );
                Vec::new()
            }
        };
        if self.ids.len() > MOST_STEPS {
            self.wrong(
                "steps",
                format!("there are more than {MOST_STEPS}; move some into a workflow of their own"),
            );
        }
        Some(Workflow {
            about: self
                .optional_text(fields, "about", "")
                .unwrap_or_default()
                .to_owned(),
            trigger,
            filter,
            input,
            output,
            budget_micros,
            steps,
        })
    }

    fn budget(&mut self, value: &Value) -> Option<i64> {
        let micros = value.as_f64().and_then(budget::micros);
        if micros.is_none() {
            self.wrong(
                "budget",
                "what one run may cost in dollars: a number above nothing, such as 0.50",
            );
        }
        micros
    }

    fn prompt_alone(&mut self, prompt: &Value) -> Vec<Step> {
        let kind = self.text(prompt, "prompt").map(Kind::Prompt);
        let id = "answer".to_owned();
        kind.into_iter()
            .map(|kind| Step {
                id: id.clone(),
                kind,
            })
            .collect()
    }

    fn steps(&mut self, value: &Value, at: &str, within: Option<&str>) -> Vec<Step> {
        let Some(items) = value.as_array() else {
            self.wrong(at, "this is a list of steps: [{\"id\": …, …}]");
            return Vec::new();
        };
        if items.is_empty() {
            self.wrong(at, "there has to be at least one step");
        }
        let numbered = items.iter().enumerate();
        let read = numbered
            .filter_map(|(number, item)| self.step(item, &format!("{at}[{number}]"), within));
        read.collect()
    }

    fn step(&mut self, value: &Value, at: &str, within: Option<&str>) -> Option<Step> {
        let fields = self.object(value, at)?;
        let kinds: Vec<&str> = KINDS
            .into_iter()
            .filter(|kind| fields.contains_key(*kind))
            .collect();
        let [word] = kinds[..] else {
            self.wrong(
                at,
                format!("a step has exactly one of: {}", KINDS.join(", ")),
            );
            return None;
        };
        let kind = self.kind(fields, word, at, within);
        let id = match fields.get("id").and_then(Value::as_str) {
            Some(id) if is_id(id) => id.to_owned(),
            _ => {
                self.wrong(
                    &format!("{at}.id"),
                    "each step needs a name of its own, of letters, digits and _",
                );
                return None;
            }
        };
        // After its own references were read: a step does not know itself.
        if !self.ids.insert(id.clone()) {
            self.wrong(
                &format!("{at}.id"),
                format!("another step is called {id:?} already"),
            );
        }
        self.known.push(id.clone());
        Some(Step { id, kind: kind? })
    }

    fn number(
        &mut self,
        fields: &Map<String, Value>,
        name: &str,
        at: &str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Option<u64> {
        let value = fields.get(name)?;
        let read = value.as_u64().filter(|it| range.contains(it));
        if read.is_none() {
            self.wrong(
                &format!("{at}.{name}"),
                format!("a whole number from {} to {}", range.start(), range.end()),
            );
        }
        read
    }

    fn schema(&mut self, fields: &Map<String, Value>, name: &str, at: &str) -> Option<Schema> {
        let value = fields.get(name)?;
        let here = format!("{at}.{name}");
        match Schema::read(value) {
            Ok(schema) => Some(schema),
            Err((below, said)) => {
                self.wrong(&format!("{}{below}", here.trim_start_matches('.')), said);
                None
            }
        }
    }

    fn text(&mut self, value: &Value, at: &str) -> Option<Template> {
        let is_text = value.as_str().is_some_and(|text| !text.trim().is_empty());
        if !is_text {
            self.wrong(at, "this is a text, and not an empty one");
            return None;
        }
        Some(self.template(value, at))
    }

    fn template(&mut self, value: &Value, at: &str) -> Template {
        for path in references(value) {
            self.reference(&path, at);
        }
        Template(value.clone())
    }

    fn reference(&mut self, path: &str, at: &str) {
        let mut parts = path.split('.').map(str::trim);
        let root = parts.next().unwrap_or_default();
        let step = parts.next().unwrap_or_default();
        let said = match root {
            "steps" if !self.known.iter().any(|known| known == step) => {
                let known = if self.known.is_empty() {
                    "none".to_owned()
                } else {
                    self.known.join(", ")
                };
                format!("{{{{{path}}}}} names no step before this one; those are: {known}")
            }
            "steps" | "input" | "run" | "notes" => return,
            item if self.items.iter().any(|known| known == item) => return,
            _ => format!(
                "{{{{{path}}}}} begins with none of: steps, input, run, notes{}",
                self.items
                    .iter()
                    .map(|item| format!(", {item}"))
                    .collect::<String>()
            ),
        };
        self.wrong(at, said);
    }

    fn object<'a>(&mut self, value: &'a Value, at: &str) -> Option<&'a Map<String, Value>> {
        let found = value.as_object();
        if found.is_none() {
            self.wrong(at, "this has to be a JSON object: { … }");
        }
        found
    }

    fn optional_text<'a>(
        &mut self,
        fields: &'a Map<String, Value>,
        name: &str,
        at: &str,
    ) -> Option<&'a str> {
        let value = fields.get(name)?;
        if !value.is_string() {
            self.wrong(&format!("{at}{name}"), "this has to be a text");
        }
        value.as_str()
    }

    fn only(&mut self, fields: &Map<String, Value>, allowed: &[&str], at: &str) {
        for name in fields
            .keys()
            .filter(|name| !allowed.contains(&name.as_str()))
        {
            let at = format!("{at}.{name}");
            self.wrong(
                at.trim_start_matches('.'),
                format!("is not known here; what is: {}", allowed.join(", ")),
            );
        }
    }
}

fn is_id(id: &str) -> bool {
    (1..=40).contains(&id.len())
        && id.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
        && !matches!(id, "steps" | "input" | "run" | "notes")
}
