//! Approved actions for the tests of connectors, which have no database to be approved in.

use super::*;
use crate::approvals::policy::{Policy, Stakes};
use crate::approvals::seal::{Operation, SCHEMA, Target};
use crate::base::ids::{PersonId, ProposalId};
use chrono::DateTime;
use serde_json::json;

impl ApprovedAction {
    pub(crate) fn for_test(content: Content) -> Self {
        let sealed = Sealed::new(content).unwrap();
        let lease = Lease::for_test(sealed.key());
        Self { sealed, lease }
    }
}

fn content(before: Value) -> Content {
    Content {
        schema: SCHEMA,
        org: OrgId::fresh(),
        proposal: ProposalId::fresh(),
        version: 1,
        operation: Operation {
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
        arguments: Map::new(),
        before: before.as_object().cloned(),
        stakes: Stakes::Reversible,
        amount: None,
        requester: PersonId::fresh(),
        edited_by: BTreeSet::new(),
        policy: Policy::default_for(Stakes::Reversible),
        expires_at: DateTime::UNIX_EPOCH,
        undo_of: None,
    }
}

#[test]
fn each_version_has_a_key_of_its_own_that_every_attempt_repeats() {
    let first = content(json!({}));
    let again = ApprovedAction::for_test(first.clone()).idempotency_key();
    let next = Content {
        version: 2,
        ..first.clone()
    };
    let first = ApprovedAction::for_test(first).idempotency_key();
    assert_eq!(first, again);
    assert_ne!(first, ApprovedAction::for_test(next).idempotency_key());
}

#[test]
fn a_record_differs_by_its_values_and_not_by_how_they_were_spelled() {
    let differing = |before: Value, now: Value| {
        let live = Live {
            before: now.as_object().cloned(),
            connection: None,
        };
        differences(&content(before), &live)
    };
    let none: [&str; 0] = [];
    assert_eq!(
        differing(json!({"a": 1, "b": "x"}), json!({"b": "x", "a": 1.0})),
        none
    );
    assert_eq!(
        differing(json!({"a": 1, "b": 2}), json!({"a": 1, "b": 3})),
        ["b"]
    );
    assert_eq!(differing(json!({"a": null}), json!({})), ["a"]);
    assert_eq!(differing(json!({}), json!({"new": 1})), ["new"]);
    assert_eq!(differing(json!({"a": 1}), json!(null)), ["record"]);
    assert_eq!(differing(json!(null), json!({"a": 1})), ["record"]);
    assert_eq!(differing(json!(null), json!(null)), none);
}
