//! Digests: what a day begins with, read off the tables with the eyes of whoever it is for. Every
//! line is a row of a query; no model has a part in it.

mod queries;

use super::making::Maker;
use super::{columns, numbers};
use crate::base::viewer::{Audience, Viewer};
use crate::store::sandbox::{Bound, Parameter, ParameterType, QueryError, Table};
use chrono::{DateTime, NaiveDateTime, Utc};
use queries::{Question, of_person, of_team};
use serde_json::Value;

/// Rows and bytes that are read for a part.
const OF_PART: (usize, usize) = (60, 64 * 1024);
/// Lines that are shown of a part.
const SHOWN: usize = 6;

/// The time that a digest looks at.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// What happened since then is news.
    pub since: DateTime<Utc>,
    /// The day of whoever reads it, from midnight to midnight.
    pub today: DateTime<Utc>,
    pub tomorrow: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Digest {
    /// Those that have something to say.
    pub parts: Vec<Part>,
    /// Whether any system is connected of which it could speak.
    pub has_sources: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub emoji: &'static str,
    pub title: &'static str,
    pub lines: Vec<Line>,
    /// Rows that are not shown.
    pub more: usize,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    pub title: String,
    pub detail: String,
    pub amount: Option<String>,
    /// Where an hour matters more than a day.
    pub at: Option<NaiveDateTime>,
    pub url: Option<String>,
}

impl Maker {
    /// For the person who looks, or for everybody in the channel.
    pub async fn digest(&self, viewer: &Viewer, period: Period) -> Result<Digest, QueryError> {
        let questions = match viewer.audience {
            Audience::Private => of_person(),
            Audience::Channel(_) => of_team(),
        };
        let bound = bound(viewer, period);
        let mut parts = Vec::new();
        for question in questions {
            let table = self.answer(viewer, question.sql, &bound).await?;
            parts.extend(part(question, &table));
        }
        let sources = self.answer(viewer, queries::SOURCES, &bound).await?;
        Ok(Digest {
            parts,
            has_sources: !sources.rows.is_empty(),
        })
    }

    async fn answer(
        &self,
        viewer: &Viewer,
        sql: &str,
        bound: &[Bound],
    ) -> Result<Table, QueryError> {
        let (rows, bytes) = OF_PART;
        self.sandbox
            .run_bound(viewer, sql, bound, rows, bytes)
            .await
    }
}

fn bound(viewer: &Viewer, period: Period) -> Vec<Bound> {
    let values = [
        ("person", viewer.person.to_string()),
        ("since", period.since.to_rfc3339()),
        ("today", period.today.to_rfc3339()),
        ("tomorrow", period.tomorrow.to_rfc3339()),
    ];
    let bind = |(name, value): (&str, String)| Bound {
        parameter: Parameter {
            name: name.to_owned(),
            kind: ParameterType::Text,
        },
        value: Some(value),
    };
    values.into_iter().map(bind).collect()
}

fn part(question: &Question, table: &Table) -> Option<Part> {
    let lines: Vec<Line> = table
        .rows
        .iter()
        .take(SHOWN)
        .map(|row| line(table, row, question.with_hour))
        .collect();
    let more = table.rows.len().saturating_sub(lines.len());
    (!lines.is_empty()).then_some(Part {
        emoji: question.emoji,
        title: question.title,
        lines,
        more,
    })
}

fn line(table: &Table, row: &[Value], with_hour: bool) -> Line {
    let value = |name: &str| {
        let place = table.columns.iter().position(|column| column == name);
        place.and_then(|place| row.get(place))
    };
    let text = |name: &str| value(name).map(columns::plain).unwrap_or_default();
    let amount = value("amount").and_then(columns::number);
    let at = value("at")
        .and_then(Value::as_str)
        .and_then(columns::moment);
    Line {
        title: text("title"),
        detail: text("detail"),
        amount: amount.map(|amount| numbers::exact(amount, sign(&text("currency")))),
        at: at.filter(|_| with_hour),
        url: Some(text("url")).filter(|url| url.starts_with("https://")),
    }
}

/// As people write it, where there is one.
fn sign(currency: &str) -> &str {
    match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::table;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_becomes_a_line_and_what_does_not_fit_is_counted() {
        let columns = ["title", "detail", "amount", "currency", "at", "url"];
        let row = json!([
            "Nordwind",
            "moved to Proposal",
            1200.5,
            "EUR",
            "2026-11-23T09:30:00+00:00",
            "https://x.example/1"
        ]);
        let rows: Vec<Value> = (0..8).map(|_| row.clone()).collect();
        let question = Question {
            emoji: "x",
            title: "Deals",
            with_hour: false,
            sql: "",
        };
        let part = part(&question, &table(&columns, json!(rows))).unwrap();
        assert_eq!((part.lines.len(), part.more), (6, 2));
        let first = &part.lines[0];
        assert_eq!(first.amount.as_deref(), Some("€1,200.50"));
        assert_eq!(first.at, None);
        assert_eq!(first.url.as_deref(), Some("https://x.example/1"));
        assert!(super::part(&question, &table(&columns, json!([]))).is_none());
    }

    #[test]
    fn an_address_that_is_none_of_the_web_is_no_link() {
        let one = table(&["title", "url"], json!([["x", "javascript:alert(1)"]]));
        assert_eq!(line(&one, &one.rows[0], true).url, None);
    }
}
