//! What HubSpot tells by itself: batches of small notes on records that were made, changed or
//! deleted, of all accounts that have let Penny in.

mod note;

use self::note::Note;
use super::objects::Kind;
use crate::connectors::ConnectorError;
use crate::connectors::deliveries::{
    Addressee, At, Encoding, EventKind, Freshness, Happened, Heard, Listen, Part, Piece, Proof,
    Said, SharedSecret, Signature, Unit,
};
use chrono::DateTime;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// HubSpot's third scheme: method, address, body and moment in one.
pub const SIGNATURE: Signature = Signature {
    header: "x-hubspot-signature-v3",
    prefix: "",
    encoding: Encoding::Base64,
    over: &[Piece::Method, Piece::Address, Piece::Body, Piece::Moment],
    fresh: Some(Freshness {
        at: At::Header("x-hubspot-request-timestamp"),
        unit: Unit::Milliseconds,
        seconds: 300,
    }),
};

pub static LISTEN: Listen = Listen {
    proof: Proof::Shared(SIGNATURE, SharedSecret::Client),
    id_header: None,
    topic_header: None,
    events: &[
        event(
            "deal.changed",
            "A property of a deal, not its stage; property, value.",
        ),
        event("deal.deleted", "A deal was deleted."),
        event("contact.created", "A contact was made."),
        event(
            "contact.changed",
            "A property of a contact; property, value.",
        ),
        event("contact.deleted", "A contact was deleted."),
        event("account.created", "A company was made."),
        event(
            "account.changed",
            "A property of a company; property, value.",
        ),
        event("account.deleted", "A company was deleted."),
    ],
};

const fn event(name: &'static str, about: &'static str) -> EventKind {
    EventKind { name, about }
}

/// Each account gets its own notes of a batch.
pub fn addressed(body: &[u8]) -> Result<Vec<Part>, ConnectorError> {
    let notes: Vec<Value> = serde_json::from_slice(body).map_err(odd)?;
    let mut by_account: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for note in notes {
        let account = note["portalId"].as_u64();
        let account = account.ok_or_else(|| unexpected("a note of no account"))?;
        by_account.entry(account).or_default().push(note);
    }
    by_account
        .into_iter()
        .map(|(account, notes)| {
            Ok(Part {
                to: Addressee::Account(account.to_string()),
                payload: serde_json::to_vec(&notes).map_err(odd)?,
            })
        })
        .collect()
}

pub fn hear(said: &Said<'_>) -> Result<Vec<Heard>, ConnectorError> {
    let notes: Vec<Note> = serde_json::from_slice(said.payload).map_err(odd)?;
    let mut heard = vec![Heard::Changed];
    for note in &notes {
        heard.extend(happened(note).map(Heard::Event));
        heard.extend(note.gone().into_iter().map(Heard::Gone));
        heard.extend(note.named().into_iter().map(Heard::Named));
    }
    Ok(heard)
}

fn happened(note: &Note) -> Option<Happened> {
    let (kind, what) = (note.kind()?.name, note.what()?);
    let property = note.property_name.as_deref();
    let name = match (kind, what) {
        // Reading tells of these, with what was before.
        ("deals", "creation") => return None,
        ("deals", "propertyChange") if property == Some("dealstage") => return None,
        ("deals", "propertyChange") => "deal.changed",
        ("deals", "deletion") => "deal.deleted",
        ("contacts", "creation") => "contact.created",
        ("contacts", "propertyChange") => "contact.changed",
        // Which a deletion for the sake of privacy is told as, too.
        ("contacts", "deletion") => "contact.deleted",
        ("companies", "creation") => "account.created",
        ("companies", "propertyChange") => "account.changed",
        ("companies", "deletion") => "account.deleted",
        _ => return None,
    };
    let id = note.object_id?;
    let fields = match property {
        Some(property) => json!({"property": property, "value": note.property_value}),
        None => json!({}),
    };
    Some(Happened {
        source_id: Some(Kind::of(kind)?.source_id(&id.to_string())),
        occurred_at: note.occurred_at.and_then(DateTime::from_timestamp_millis),
        id: note.own_id(id),
        ..Happened::new(name, fields)
    })
}

fn unexpected(what: &str) -> ConnectorError {
    ConnectorError::Unexpected(what.to_owned())
}

fn odd(error: serde_json::Error) -> ConnectorError {
    ConnectorError::Unexpected(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::Gone;

    fn note(kind: &str, more: Value) -> Value {
        let mut one = json!({
            "eventId": 100, "subscriptionId": 7, "portalId": 62, "appId": 9,
            "occurredAt": 1_790_000_000_000_i64, "subscriptionType": kind, "attemptNumber": 0,
            "objectId": 33_800_000_001_u64,
        });
        merge(&mut one, &more);
        one
    }

    fn heard(notes: &[Value]) -> Vec<Heard> {
        let payload = serde_json::to_vec(notes).unwrap();
        hear(&Said {
            topic: None,
            payload: &payload,
        })
        .unwrap()
    }

    #[test]
    fn a_property_of_a_deal_is_an_event_whichever_way_it_is_told() {
        let renamed = json!({"propertyName": "dealname", "propertyValue": "Acme"});
        let old = heard(&[note("deal.propertyChange", renamed.clone())]);
        let mut newer = renamed;
        newer["objectTypeId"] = "0-3".into();
        assert_eq!(heard(&[note("object.propertyChange", newer)]), old);
        let [Heard::Changed, Heard::Event(event), Heard::Named(id)] = &old[..] else {
            panic!("{old:?}");
        };
        assert_eq!(id, "deals/33800000001");
        assert_eq!(event.name, "deal.changed");
        assert_eq!(event.source_id.as_deref(), Some("deals/33800000001"));
        let fields = json!({"property": "dealname", "value": "Acme"});
        assert_eq!(event.fields, fields);
    }

    #[test]
    fn what_reading_tells_with_what_was_before_is_not_told_twice() {
        let moved = json!({"propertyName": "dealstage", "propertyValue": "closedwon"});
        let made = note("deal.creation", json!({}));
        for told in [note("deal.propertyChange", moved), made] {
            let named = Heard::Named("deals/33800000001".to_owned());
            assert_eq!(heard(&[told]), [Heard::Changed, named]);
        }
    }

    #[test]
    fn what_is_not_known_changes_something_and_is_no_event() {
        for kind in [
            "ticket.creation",
            "ticket.merge",
            "conversation.newMessage",
            "odd",
        ] {
            assert_eq!(heard(&[note(kind, json!({}))]), [Heard::Changed], "{kind}");
        }
    }

    fn gone(table: &'static str, source_id: &str) -> Heard {
        Heard::Gone(Gone {
            table,
            source_id: source_id.to_owned(),
        })
    }

    #[test]
    fn what_was_erased_is_gone_and_told_once() {
        let erased = heard(&[
            note("contact.deletion", json!({"objectId": 5})),
            note("contact.privacyDeletion", json!({"objectId": 5})),
        ]);
        let [Heard::Changed, Heard::Event(event), last] = &erased[..] else {
            panic!("{erased:?}");
        };
        assert_eq!(event.name, "contact.deleted");
        assert_eq!(*last, gone("contacts", "contacts/5"));
    }

    #[test]
    fn of_records_that_became_one_that_one_is_read_and_the_others_are_gone() {
        let merged = json!({
            "primaryObjectId": 1, "mergedObjectIds": [2, "3"], "newObjectId": 1,
            "objectTypeId": "0-2",
        });
        let (one, others) = (
            Heard::Named("companies/1".to_owned()),
            [
                gone("accounts", "companies/2"),
                gone("accounts", "companies/3"),
            ],
        );
        let [second, third] = others.clone();
        let all = [Heard::Changed, second, third, one];
        assert_eq!(heard(&[note("company.merge", merged.clone())]), all);
        assert_eq!(heard(&[note("object.merge", merged.clone())]), all);
        // HubSpot may make a record of its own of them.
        let mut anew = merged;
        anew["newObjectId"] = 9.into();
        let ([second, third], first) = (others, gone("accounts", "companies/1"));
        let new = Heard::Named("companies/9".to_owned());
        let all = [Heard::Changed, second, third, first, new];
        assert_eq!(heard(&[note("company.merge", anew)]), all);
    }

    #[test]
    fn both_ends_of_an_association_are_read_whichever_way_they_are_told() {
        let ends = json!({"fromObjectId": 7, "toObjectId": 8});
        let with = |mut more: Value| {
            merge(&mut more, &ends);
            more
        };
        let word = with(json!({"associationType": "DEAL_TO_COMPANY", "objectId": null}));
        let numbers = with(json!({"fromObjectTypeId": "0-3", "toObjectTypeId": "0-2"}));
        let named = |id: &str| Heard::Named(id.to_owned());
        let both = [Heard::Changed, named("deals/7"), named("companies/8")];
        assert_eq!(heard(&[note("deal.associationChange", word)]), both);
        assert_eq!(heard(&[note("object.associationChange", numbers)]), both);
    }

    fn merge(value: &mut Value, more: &Value) {
        let more = more.as_object().unwrap().clone();
        value.as_object_mut().unwrap().extend(more);
    }

    #[test]
    fn a_repetition_is_known_by_what_happened_and_not_by_its_attempt() {
        let first = heard(&[note("contact.creation", json!({}))]);
        let again = heard(&[note("contact.creation", json!({"attemptNumber": 3}))]);
        assert_eq!(first, again);
    }

    #[test]
    fn every_account_gets_its_own_notes_and_no_others() {
        let batch = [
            note("deal.creation", json!({"portalId": 1})),
            note("deal.creation", json!({"portalId": 2, "objectId": 5})),
            note("deal.deletion", json!({"portalId": 1})),
        ];
        let parts = addressed(&serde_json::to_vec(&batch).unwrap()).unwrap();
        let told: Vec<_> = parts
            .iter()
            .map(|part| {
                let notes: Vec<Value> = serde_json::from_slice(&part.payload).unwrap();
                (part.to.clone(), notes.len())
            })
            .collect();
        let account = |id: &str| Addressee::Account(id.to_owned());
        assert_eq!(told, [(account("1"), 2), (account("2"), 1)]);
    }
}
