//! Steps that are one operation of one system, spelled shorter than as a `change`, which they are
//! in everything else: they propose, run inside an envelope, or show what they would have done.

use super::Reader;
use crate::automation::workflow::Kind;
use crate::automation::workflow::expression::references;
use serde_json::Value;

pub(super) struct Short {
    pub word: &'static str,
    system: &'static str,
    operation: &'static str,
    needed: &'static [(&'static str, Takes)],
    optional: &'static [(&'static str, Takes)],
}

#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Text,
    /// One text or a list of them.
    Texts,
    Json,
}

pub(super) static SHORT: [Short; 3] = [
    Short {
        word: "sms",
        system: "twilio",
        operation: "send_sms",
        needed: &[("to", Takes::Text), ("text", Takes::Text)],
        optional: &[("from", Takes::Text)],
    },
    Short {
        word: "webhook",
        system: "outgoing_webhook",
        operation: "call",
        needed: &[("body", Takes::Json)],
        optional: &[("event", Takes::Text)],
    },
    Short {
        word: "mail",
        system: "gmail",
        operation: "send_mail",
        needed: &[
            ("to", Takes::Texts),
            ("subject", Takes::Text),
            ("body", Takes::Text),
        ],
        optional: &[("cc", Takes::Texts)],
    },
];

pub(super) fn short(word: &str) -> Option<&'static Short> {
    SHORT.iter().find(|short| short.word == word)
}

impl Takes {
    /// What is wrong with a value as it is written; what a reference brings is seen when it runs.
    fn objection(self, value: &Value) -> Option<&'static str> {
        let is_text = |it: &Value| it.as_str().is_some_and(|text| !text.trim().is_empty());
        let (fits, said) = match self {
            Self::Text => (is_text(value), "this is a text, and not an empty one"),
            Self::Texts => {
                let listed = value.as_array();
                let are_texts = listed.is_some_and(|it| !it.is_empty() && it.iter().all(is_text));
                let said = "this is a text, or a list of texts, and not an empty one";
                (is_text(value) || are_texts, said)
            }
            Self::Json => {
                let is_reference = value.is_string() && !references(value).is_empty();
                let said = "this is a JSON object or a list, or a reference to one";
                (value.is_object() || value.is_array() || is_reference, said)
            }
        };
        (!fits).then_some(said)
    }
}

impl Reader {
    pub(super) fn short(&mut self, short: &Short, value: &Value, at: &str) -> Option<Kind> {
        let fields = self.object(value, at)?;
        let all: Vec<_> = short.needed.iter().chain(short.optional).collect();
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        self.only(fields, &names, at);
        for (name, _) in short.needed {
            if !fields.contains_key(*name) {
                self.wrong(&format!("{at}.{name}"), "this is missing");
            }
        }
        for (name, takes) in all {
            if let Some(said) = fields.get(*name).and_then(|value| takes.objection(value)) {
                self.wrong(&format!("{at}.{name}"), said);
            }
        }
        Some(Kind::Change {
            system: short.system.to_owned(),
            operation: short.operation.to_owned(),
            arguments: self.template(value, at),
        })
    }
}
