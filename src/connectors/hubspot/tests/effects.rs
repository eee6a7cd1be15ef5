//! What is there after a change was carried out, and after it was taken back.

use super::*;
use crate::playground::systems::hubspot::{Fault, Limit, NOTES};
use std::time::Duration;

#[tokio::test]
async fn an_update_writes_the_fields_that_were_approved_and_no_other() {
    let office = Office::open().await;
    let before = office.deal();
    let asked = json!({"id": office.deal, "stage": "Won", "amount": "15000", "close_date": "none"});
    let (_, effect) = office.does("update_deal", asked).await;
    let after = office.deal();
    assert_eq!(after["dealstage"], office.pipeline.stages[2]);
    assert_eq!(after["hs_is_closed_won"], "true");
    assert_eq!(
        (after["amount"].as_str(), after["closedate"].as_str()),
        ("15000.00", "")
    );
    assert_eq!(after["dealname"], before["dealname"]);
    assert_eq!(after["hubspot_owner_id"], before["hubspot_owner_id"]);
    let after = effect.after.unwrap();
    assert_eq!(after["stage"]["name"], "Won");
    assert_eq!(after["close_date"], "none");
    assert!(!after.contains_key("id"));
}

#[tokio::test]
async fn an_update_is_taken_back_down_to_fields_that_were_empty() {
    let office = Office::open().await;
    let before = office.deal();
    let done = office
        .does(
            "update_deal",
            json!({"id": office.deal, "name": "Acme", "amount": 1, "owner": "none", "next_step": "Call"}),
        )
        .await;
    assert_eq!(office.deal()["hubspot_owner_id"], "");
    assert_eq!(office.deal()["hs_next_step"], "Call");
    office.takes_back(&done).await;
    let mut after = office.deal();
    assert_eq!(after.remove("hs_next_step").as_deref(), Some(""));
    assert_eq!(after.remove("amount").as_deref(), Some("12000.50"));
    let mut before = before;
    before.remove("amount");
    assert_eq!(after, before);
}

#[tokio::test]
async fn whatever_was_made_is_linked_and_can_be_taken_back() {
    let office = Office::open().await;
    let company = format!("companies/{}", office.acme);
    for (kind, operation, arguments) in [
        (
            DEALS,
            "create_deal",
            json!({"name": "Acme: more", "amount": 5, "company_id": company, "contact_id": office.ann}),
        ),
        (
            CONTACTS,
            "create_contact",
            json!({"email": "Bo@Acme.example", "company_id": company}),
        ),
        (
            COMPANIES,
            "create_company",
            json!({"name": "Beta", "domain": "beta.example"}),
        ),
        (
            NOTES,
            "add_note",
            json!({"text": "1 < 2 & so on\nTwo lines.", "deal_id": office.deal}),
        ),
    ] {
        let count = office.count(kind);
        let done = office.does(operation, arguments).await;
        assert_eq!(office.count(kind), count + 1, "{operation}");
        assert!(done.1.link.is_some(), "{operation}");
        office.takes_back(&done).await;
        assert_eq!(office.count(kind), count, "{operation}");
    }
}

#[tokio::test]
async fn a_note_is_kept_as_it_was_written() {
    let office = Office::open().await;
    let text = "1 < 2 & so on\nTwo lines.";
    let asked = json!({"text": text, "deal_id": office.deal});
    let (_, effect) = office.does("add_note", asked).await;
    let note = office.record(NOTES, own(&effect));
    assert_eq!(note["hs_note_body"], "1 &lt; 2 &amp; so on<br>Two lines.");
    let look = office.looks("delete_note", json!({"id": effect.id})).await;
    assert_eq!(look.unwrap().before.unwrap()["text"], text);
}

#[tokio::test]
async fn a_deleted_deal_is_gone_and_nothing_promises_to_bring_it_back() {
    let office = Office::open().await;
    let (action, effect) = office.does("delete_deal", json!({"id": office.deal})).await;
    assert_eq!(office.count(DEALS), 0);
    assert_eq!(effect.after, None);
    assert_eq!(Connected.undo(action.content(), &effect), None);
    assert!(!MANIFEST.operation("delete_deal").unwrap().can_be_undone);
}

#[tokio::test]
async fn every_operation_that_says_so_has_a_way_back_that_is_an_operation() {
    for operation in &OPERATIONS {
        let look = Look {
            target: crate::approvals::seal::Target {
                kind: "deal".into(),
                id: None,
                name: "Acme".into(),
                link: None,
            },
            arguments: json!({"id": "deals/7"}).as_object().cloned().unwrap(),
            before: Some(Map::new()),
            amount: None,
            owner: None,
        };
        let effect = Effect {
            id: Some("deals/7".into()),
            ..Effect::default()
        };
        let undo = Connected.undo(&content(operation.name, look), &effect);
        assert_eq!(
            undo.is_some(),
            operation.can_be_undone,
            "{}",
            operation.name
        );
        if let Some(undo) = undo {
            let back = MANIFEST.operation(undo.operation).unwrap();
            field::check(back.fields, &undo.arguments).unwrap();
        }
    }
}

#[tokio::test]
async fn what_hubspot_refuses_is_said_in_its_own_words_and_was_not_written() {
    let office = Office::open().await;
    let action = office
        .approved("create_contact", json!({"email": "bo@acme.example"}))
        .await;
    // Somebody else is faster.
    office
        .hubspot
        .add(CONTACTS, &[("email", "bo@acme.example")]);
    let refused = office.performs(&action).await.unwrap_err();
    let WriteError::Refused(why) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        why.contains("Contact already exists. Existing ID:"),
        "{why}"
    );
    let asked = json!({"id": office.ann, "email": "no address"});
    let action = office.approved("update_contact", asked).await;
    let refused = office.performs(&action).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "it refused the request (400): Email address no address is invalid"
    );
}

#[tokio::test]
async fn what_never_arrived_may_be_sent_again() {
    let office = Office::open().await;
    let asked = json!({"id": office.deal, "amount": 1});
    let action = office.approved("update_deal", asked).await;
    let faults = office.hubspot.faults();
    faults
        .on("/crm/v3/objects/deals")
        .hit(Fault::Limited(Limit {
            policy: "TEN_SECONDLY_ROLLING",
            retry_after: Some(2),
        }));
    let limited = office.performs(&action).await.unwrap_err();
    assert!(matches!(limited, WriteError::NotSent(_)), "{limited:?}");
    office.hubspot.revoke_token();
    let refused = office.performs(&action).await.unwrap_err();
    assert!(matches!(refused, WriteError::NotSent(_)), "{refused:?}");
    assert_eq!(office.deal()["amount"], "12000.5");
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let office = Office::open().await;
    let asked = json!({"id": office.deal, "amount": 1});
    let action = office.approved("update_deal", asked).await;
    let slow = Fault::Slow(Duration::from_millis(40));
    office
        .hubspot
        .faults()
        .on("/crm/v3/objects/deals")
        .hit(slow);
    office.performs(&action).await.unwrap();
    assert_eq!(office.deal()["amount"], "1.00");
}
