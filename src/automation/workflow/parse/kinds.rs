//! The kinds of steps, one by one, and the comparisons that branches and filters make.

use super::outward::short;
use super::{Reader, is_id};
use crate::automation::workflow::expression::{Template, references};
use crate::automation::workflow::filter::{Condition, Filter, How, Test};
use crate::automation::workflow::{APPROVAL_LASTS, ForEach, Kind, MOST_AT_ONCE, name};
use chrono::TimeDelta;
use serde_json::{Map, Value};

/// Where no further loop can begin.
const INNERMOST: &str = "inner foreach";

impl Reader {
    pub(super) fn kind(
        &mut self,
        fields: &Map<String, Value>,
        word: &str,
        at: &str,
        within: Option<&str>,
    ) -> Option<Kind> {
        let value = &fields[word];
        let here = format!("{at}.{word}");
        let allowed: &[&str] = match word {
            "model" => &["schema"],
            "if" => &["then", "else"],
            "foreach" => &["as", "do", "at_once", "per_minute"],
            "workflow" => &["input"],
            "approve" => &["within"],
            _ => &[],
        };
        let all: Vec<&str> = ["id", word].iter().chain(allowed).copied().collect();
        self.only(fields, &all, at);
        if within == Some(INNERMOST) && word == "foreach" {
            self.wrong(
                &here,
                "a foreach within a foreach holds no third one; use a workflow",
            );
            return None;
        }
        if let Some(short) = short(word) {
            return self.short(short, value, &here);
        }
        Some(match word {
            "query" => Kind::Query(self.text(value, &here)?),
            "model" => Kind::Model {
                prompt: self.text(value, &here)?,
                answer: self.schema(fields, "schema", at),
            },
            "prompt" => Kind::Prompt(self.text(value, &here)?),
            "message" => Kind::Message(self.text(value, &here)?),
            "approve" => self.approve(fields, value, at)?,
            "note" => Kind::Note(self.text(value, &here)?),
            "set" => Kind::Set(self.template(value, &here)),
            "wait" => Kind::Wait(self.wait(value, &here)?),
            "change" => self.change(value, &here)?,
            "workflow" => self.child(fields, value, at, &here)?,
            "if" => self.branch(fields, value, at, within)?,
            _ => Kind::ForEach(self.foreach(fields, value, at)?),
        })
    }

    fn approve(&mut self, fields: &Map<String, Value>, value: &Value, at: &str) -> Option<Kind> {
        let question = self.text(value, &format!("{at}.approve"));
        let within = match fields.get("within") {
            Some(within) => self.wait(within, &format!("{at}.within")),
            None => Some(APPROVAL_LASTS),
        };
        Some(Kind::Approve {
            question: question?,
            within: within?,
        })
    }

    fn branch(
        &mut self,
        fields: &Map<String, Value>,
        value: &Value,
        at: &str,
        within: Option<&str>,
    ) -> Option<Kind> {
        let condition = self.condition(value, &format!("{at}.if"));
        let then = match fields.get("then") {
            Some(then) => self.steps(then, &format!("{at}.then"), within),
            None => {
                self.wrong(at, "`if` needs `then`: a list of steps");
                Vec::new()
            }
        };
        let otherwise = match fields.get("else") {
            Some(otherwise) => self.steps(otherwise, &format!("{at}.else"), within),
            None => Vec::new(),
        };
        Some(Kind::Branch {
            condition: condition?,
            then,
            otherwise,
        })
    }

    fn foreach(&mut self, fields: &Map<String, Value>, value: &Value, at: &str) -> Option<ForEach> {
        let over = self.template(value, &format!("{at}.foreach"));
        let is_list = value.is_array() || references(value).len() == 1 && value.is_string();
        if !is_list {
            self.wrong(
                &format!("{at}.foreach"),
                "this is a list, or a reference to one such as {{steps.deals.rows}}",
            );
        }
        let name = match fields.get("as").map(Value::as_str) {
            None => "item".to_owned(),
            Some(Some(name)) if is_id(name) => name.to_owned(),
            Some(_) => {
                self.wrong(&format!("{at}.as"), "a name of letters, digits and _");
                return None;
            }
        };
        let at_once = self
            .number(fields, "at_once", at, 1..=MOST_AT_ONCE as u64)
            .unwrap_or(4);
        let per_minute = self.number(fields, "per_minute", at, 1..=6_000);
        let Some(body) = fields.get("do") else {
            self.wrong(at, "`foreach` needs `do`: a list of steps");
            return None;
        };
        let within = match self.items.is_empty() {
            true => "foreach",
            false => INNERMOST,
        };
        self.items.push(name.clone());
        let before = self.known.len();
        let body = self.steps(body, &format!("{at}.do"), Some(within));
        self.known.truncate(before);
        self.items.pop();
        Some(ForEach {
            over,
            name,
            body,
            at_once: at_once as usize,
            per_minute: per_minute.and_then(|it| u32::try_from(it).ok()),
        })
    }

    fn change(&mut self, value: &Value, at: &str) -> Option<Kind> {
        let fields = self.object(value, at)?;
        self.only(fields, &["system", "operation", "arguments"], at);
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(system), Some(operation)) = (text("system"), text("operation")) else {
            self.wrong(at, "a change names a `system` and its `operation`");
            return None;
        };
        let Some(arguments) = fields.get("arguments").filter(|it| it.is_object()) else {
            self.wrong(
                &format!("{at}.arguments"),
                "the operation’s arguments are an object",
            );
            return None;
        };
        Some(Kind::Change {
            system,
            operation,
            arguments: self.template(arguments, &format!("{at}.arguments")),
        })
    }

    fn child(
        &mut self,
        fields: &Map<String, Value>,
        value: &Value,
        at: &str,
        here: &str,
    ) -> Option<Kind> {
        let Some(name) = value.as_str().and_then(name) else {
            self.wrong(
                here,
                "this is the name of a workflow, such as `stale-deals`",
            );
            return None;
        };
        let input = match fields.get("input") {
            Some(input) => self.template(input, &format!("{at}.input")),
            None => Template(Value::Object(Map::new())),
        };
        Some(Kind::Workflow { name, input })
    }

    fn condition(&mut self, value: &Value, at: &str) -> Option<Condition> {
        let fields = self.object(value, at)?;
        for (word, all) in [("all", true), ("any", false)] {
            if let Some(inner) = fields.get(word) {
                self.only(fields, &[word], at);
                let Some(items) = inner.as_array() else {
                    self.wrong(&format!("{at}.{word}"), "this is a list of comparisons");
                    return None;
                };
                let numbered = items.iter().enumerate();
                let read: Vec<_> = numbered
                    .filter_map(|(number, item)| {
                        self.condition(item, &format!("{at}.{word}[{number}]"))
                    })
                    .collect();
                return Some(if all {
                    Condition::All(read)
                } else {
                    Condition::Any(read)
                });
            }
        }
        let Some(value) = fields.get("value") else {
            self.wrong(
                at,
                "a comparison is {\"value\": \"{{…}}\", \"is\": …}; also all, any",
            );
            return None;
        };
        let value = self.template(value, &format!("{at}.value"));
        let others: Map<String, Value> = fields
            .iter()
            .filter(|(name, _)| *name != "value")
            .map(|(name, it)| (name.clone(), it.clone()))
            .collect();
        let test = self.test(&others, at)?;
        Some(Condition::Compare(value, test))
    }

    pub(super) fn filter(&mut self, value: &Value) -> Filter {
        let Some(fields) = self.object(value, "where") else {
            return Filter::default();
        };
        let read = fields.iter().filter_map(|(field, value)| {
            let at = format!("where.{field}");
            let test = match value {
                Value::Object(test) => self.test(test, &at),
                other => Some(Test {
                    how: How::Is,
                    with: Template(other.clone()),
                }),
            };
            if !references(value).is_empty() {
                self.wrong(
                    &at,
                    "a filter compares with fixed values, not with references",
                );
            }
            Some((field.clone(), test?))
        });
        Filter(read.collect())
    }

    fn test(&mut self, fields: &Map<String, Value>, at: &str) -> Option<Test> {
        let mut found = fields
            .iter()
            .filter_map(|(word, with)| Some((How::named(word)?, with)));
        let (Some((how, with)), None, true) = (found.next(), found.next(), fields.len() == 1)
        else {
            let words: Vec<&str> = How::ALL.iter().map(|(word, _)| *word).collect();
            self.wrong(at, format!("exactly one comparison: {}", words.join(", ")));
            return None;
        };
        let with = self.template(with, at);
        Some(Test { how, with })
    }

    fn wait(&mut self, value: &Value, at: &str) -> Option<TimeDelta> {
        let read = value.as_str().and_then(duration);
        if read.is_none() {
            self.wrong(
                at,
                "a time such as \"30 minutes\", \"2 hours\" or \"3 days\", up to 90 days",
            );
        }
        read
    }
}

/// `90 minutes`
fn duration(text: &str) -> Option<TimeDelta> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number: i64 = number
        .parse()
        .ok()
        .filter(|it| (1..=129_600).contains(it))?;
    let span = match unit.trim().trim_end_matches('s') {
        "second" => TimeDelta::seconds(number),
        "minute" => TimeDelta::minutes(number),
        "hour" => TimeDelta::hours(number),
        "day" => TimeDelta::days(number),
        _ => return None,
    };
    (span <= TimeDelta::days(90)).then_some(span)
}
