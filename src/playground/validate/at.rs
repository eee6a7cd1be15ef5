//! Where in a payload we are, and what is wrong there. A place is written out as a JSON pointer
//! only when there is something to report.

use serde_json::{Value, json};
use std::fmt::{self, Write};

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Field(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

#[derive(Debug, Clone, Copy)]
pub struct At<'a>(Step<'a>);

impl<'a> At<'a> {
    pub const ROOT: At<'static> = At(Step::Root);

    pub fn field(&'a self, name: &'a str) -> At<'a> {
        At(Step::Field(self, name))
    }

    pub fn item(&'a self, place: usize) -> At<'a> {
        At(Step::Item(self, place))
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Step::Root => Ok(()),
            Step::Field(up, name) => write!(f, "{up}/{name}"),
            Step::Item(up, place) => write!(f, "{up}/{place}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub pointer: String,
    pub message: String,
    missing: Option<String>,
}

impl Problem {
    /// As `invalid_blocks` lists it.
    pub fn line(&self) -> String {
        let mut line = self.message.clone();
        // Writing to a String cannot fail.
        let _ = write!(line, " [json-pointer:{}]", self.pointer);
        line
    }

    /// As `blocks.validate` lists it.
    pub fn as_value(&self) -> Value {
        match &self.missing {
            Some(field) => json!({
                "code": "missing_field", "field": field, "message": self.message, "pointer": self.pointer,
            }),
            None => json!({
                "code": "failed_constraint", "message": self.message, "pointer": self.pointer,
            }),
        }
    }
}

#[derive(Debug, Default)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    pub fn add(&mut self, at: At<'_>, message: impl Into<String>) {
        self.0.push(Problem {
            pointer: at.to_string(),
            message: message.into(),
            missing: None,
        });
    }

    pub fn missing(&mut self, at: At<'_>, field: &str) {
        self.0.push(Problem {
            pointer: at.to_string(),
            message: format!("missing required field: {field}"),
            missing: Some(field.to_owned()),
        });
    }
}
