//! Values read as people write them, in order, and none is left out.

use super::*;
use crate::approvals::policy::{Policy, Stakes};
use crate::approvals::seal::{Amount, Operation as Named, SCHEMA, Target};
use crate::base::ids::{OrgId, PersonId, ProposalId};
use crate::connectors::operation::Repeat;
use chrono::DateTime;
use serde_json::json;

static OPERATION: Operation = Operation {
    name: "update_deal",
    title: "Update a deal",
    hint: "",
    fields: &[
        Field::required("deal", "Deal", Kind::Id),
        Field::optional("amount", "Amount", Kind::Money),
        Field::optional("stage", "Stage", Kind::Named("a stage")),
        Field::optional("closes_on", "Close date", Kind::Date),
        Field::optional("is_won", "Won", Kind::Flag),
        Field::optional("tags", "Tags", Kind::Lines),
    ],
    stakes: Stakes::Reversible,
    repeat: Repeat::Harmless,
    can_be_undone: true,
};

fn content(arguments: Json, before: Json) -> Content {
    Content {
        schema: SCHEMA,
        org: OrgId::fresh(),
        proposal: ProposalId::fresh(),
        version: 1,
        operation: Named {
            system: "crm".into(),
            name: "update_deal".into(),
        },
        connection: None,
        target: Target {
            kind: "deal".into(),
            id: Some("7".into()),
            name: "Acme".into(),
            link: None,
        },
        arguments: arguments.as_object().cloned().unwrap(),
        before: before.as_object().cloned(),
        stakes: Stakes::Reversible,
        amount: None,
        requester: PersonId::fresh(),
        edited_by: [].into(),
        policy: Policy::default_for(Stakes::Reversible),
        expires_at: DateTime::UNIX_EPOCH,
        undo_of: None,
    }
}

fn lines(content: &Content) -> Vec<String> {
    let word = |value: &Option<Value>| match value {
        None => "–".to_owned(),
        Some(Value::Empty) => "empty".to_owned(),
        Some(Value::Line(text) | Value::Text(text)) => text.clone(),
    };
    changes(content, Some(&OPERATION))
        .iter()
        .map(|it| format!("{}: {} → {}", it.label, word(&it.before), word(&it.after)))
        .collect()
}

#[test]
fn values_read_as_people_write_them_and_stand_in_the_manifests_order() {
    let mut content = content(
        json!({
            "deal": "7", "tags": ["hot", "q4"], "is_won": true, "closes_on": "2026-03-31",
            "stage": {"id": "9", "name": "Signed"}, "amount": "1234567.5",
        }),
        json!({"stage": {"id": "3", "name": "Talking"}, "amount": 10000, "closes_on": null}),
    );
    content.amount = Some(Amount {
        units: 123_456_750,
        currency: "EUR".into(),
    });
    assert_eq!(
        lines(&content),
        [
            "Amount: 10,000 EUR → 1,234,567.50 EUR",
            "Stage: Talking → Signed",
            "Close date: empty → 31 March 2026",
            "Won: – → yes",
            "Tags: – → hot, q4",
        ]
    );
}

#[test]
fn what_the_manifest_does_not_name_is_shown_all_the_same() {
    let content = content(
        json!({"deal": "8", "zeta": {"a": 1}, "alpha": "x"}),
        json!({"gone": "old"}),
    );
    assert_eq!(
        lines(&content),
        [
            "Deal: – → 8",
            "alpha: – → x",
            "gone: old → –",
            "zeta: – → {\"a\":1}",
        ],
        "a record other than the one in the headline is named, too"
    );
}

#[test]
fn what_is_no_number_or_date_is_shown_as_it_is() {
    let content = content(
        json!({"amount": "about 10", "closes_on": "soon", "is_won": "maybe"}),
        json!(null),
    );
    assert_eq!(
        lines(&content),
        [
            "Amount: – → about 10",
            "Close date: – → soon",
            "Won: – → maybe"
        ]
    );
}
