//! Comparisons: of an event's fields with what a trigger waits for, and of values within a run.

use super::expression::{Scope, Template, plain};
use serde_json::Value;
use std::sync::Arc;

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub how: How,
    pub with: Template,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Is,
    IsNot,
    Above,
    Below,
    Contains,
    OneOf,
}

impl How {
    pub const ALL: [(&'static str, Self); 6] = [
        ("is", Self::Is),
        ("is_not", Self::IsNot),
        ("above", Self::Above),
        ("below", Self::Below),
        ("contains", Self::Contains),
        ("one_of", Self::OneOf),
    ];

    pub fn named(word: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(name, _)| *name == word);
        found.map(|(_, how)| how)
    }

    pub fn word(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(_, how)| *how == self);
        found.map_or("is", |(name, _)| name)
    }
}

impl Test {
    fn holds(&self, value: &Value, scope: &Scope) -> bool {
        let with = self.with.fill(scope);
        match self.how {
            How::Is => is_same(value, &with),
            How::IsNot => !is_same(value, &with),
            How::Above => numbers(value, &with).is_some_and(|(one, other)| one > other),
            How::Below => numbers(value, &with).is_some_and(|(one, other)| one < other),
            How::Contains => match value {
                Value::Array(items) => items.iter().any(|item| is_same(item, &with)),
                other => plain(other)
                    .to_lowercase()
                    .contains(&plain(&with).to_lowercase()),
            },
            How::OneOf => {
                let all = with.as_array().map_or(&[][..], Vec::as_slice);
                all.iter().any(|one| is_same(value, one))
            }
        }
    }
}

/// Databases and systems write numbers as texts, and people write names in any case.
fn is_same(one: &Value, other: &Value) -> bool {
    if let Some((one, other)) = numbers(one, other) {
        return one == other;
    }
    one == other || plain(one).to_lowercase() == plain(other).to_lowercase()
}

fn numbers(one: &Value, other: &Value) -> Option<(f64, f64)> {
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse::<f64>().ok().filter(|it| it.is_finite()),
        _ => None,
    };
    Some((number(one)?, number(other)?))
}

/// Tests of fields, all of which have to hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter(pub Vec<(String, Test)>);

impl Filter {
    /// `stage is won and amount above 1000`; nothing if every event will do.
    pub fn words(&self) -> String {
        let one = |(field, test): &(String, Test)| {
            let how = test.how.word().replace('_', " ");
            let with = match &test.with.0 {
                Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join(", "),
                one => plain(one),
            };
            format!("{field} {how} {with}")
        };
        self.0.iter().map(one).collect::<Vec<_>>().join(" and ")
    }

    pub fn matches(&self, fields: &Value) -> bool {
        let found = Scope::within(Arc::default(), "fields", fields.clone());
        self.0.iter().all(|(field, test)| {
            let value = found.look(&format!("fields.{field}"));
            test.holds(&value, &Scope::default())
        })
    }
}

/// Whether a branch is taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    Compare(Template, Test),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    pub fn holds(&self, scope: &Scope) -> bool {
        match self {
            Self::Compare(value, test) => test.holds(&value.fill(scope), scope),
            Self::All(conditions) => conditions.iter().all(|it| it.holds(scope)),
            Self::Any(conditions) => conditions.iter().any(|it| it.holds(scope)),
        }
    }

    /// In a few words, for the picture.
    pub fn words(&self) -> String {
        let joined =
            |all: &[Self], by: &str| all.iter().map(Self::words).collect::<Vec<_>>().join(by);
        match self {
            Self::Compare(value, test) => format!(
                "{} {} {}",
                plain(&value.0).replace(['{', '}'], ""),
                test.how.word().replace('_', " "),
                plain(&test.with.0).replace(['{', '}'], "")
            ),
            Self::All(all) => joined(all, " and "),
            Self::Any(any) => joined(any, " or "),
        }
    }
}
