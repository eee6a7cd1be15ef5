//! What can be found out about a write whose answer never came, and what cannot.

use super::*;
use crate::playground::systems::hubspot::{Fault, NOTES};

/// Carries out a change whose answer is lost; says whether it was applied.
async fn lost(office: &Office, action: &ApprovedAction, fault: Fault) {
    let method = match action.content().operation.name.split_once('_').unwrap().0 {
        "update" => "PATCH",
        "delete" => "DELETE",
        _ => "POST",
    };
    let faults = office.hubspot.faults();
    faults.on("/crm/v3/objects/").method(method).hit(fault);
    let unclear = office.performs(action).await.unwrap_err();
    assert!(matches!(unclear, WriteError::Unclear(_)), "{unclear:?}");
    assert_eq!(faults.unused(), 0);
}

/// Everything whose effect can be told for certain.
fn certain(office: &Office) -> Vec<(&'static str, Value)> {
    vec![
        (
            "update_deal",
            json!({"id": office.deal, "stage": "Won", "amount": 3, "owner": "none"}),
        ),
        ("delete_deal", json!({"id": office.deal})),
        (
            "create_deal",
            json!({"name": "Acme: more", "company_id": office.acme}),
        ),
        ("create_contact", json!({"email": "bo@acme.example"})),
        (
            "create_contact",
            json!({"first_name": "Bo", "company_id": office.acme}),
        ),
        (
            "add_note",
            json!({"text": "They sign.", "deal_id": office.deal}),
        ),
    ]
}

#[tokio::test]
async fn a_change_that_was_made_is_found_as_if_its_answer_had_come() {
    for place in 0..certain(&Office::open().await).len() {
        for fault in [Fault::Cut, Fault::AppliedStatus(502)] {
            let office = Office::open().await;
            let (operation, arguments) = certain(&office).swap_remove(place);
            let action = office.approved(operation, arguments).await;
            lost(&office, &action, fault).await;
            let found = office.finds(&action).await.unwrap();
            let found = found.unwrap_or_else(|| panic!("{operation} was made"));
            assert!(found.id.is_some());
            assert_eq!(found.after.is_none(), operation == "delete_deal");
            assert_eq!(found.link.is_none(), operation == "delete_deal");
        }
    }
}

#[tokio::test]
async fn a_change_that_was_not_made_is_known_not_to_be_there() {
    for place in 0..certain(&Office::open().await).len() {
        let office = Office::open().await;
        let (operation, arguments) = certain(&office).swap_remove(place);
        let action = office.approved(operation, arguments).await;
        lost(&office, &action, Fault::Status(503)).await;
        assert_eq!(office.finds(&action).await.unwrap(), None, "{operation}");
    }
}

#[tokio::test]
async fn what_hangs_on_nothing_is_found_or_nobody_can_tell() {
    for (operation, arguments) in [
        ("create_company", json!({"name": "Beta", "city": "Riga"})),
        ("create_deal", json!({"name": "Beta: 5 seats", "amount": 5})),
        ("create_contact", json!({"first_name": "Bo", "phone": "1"})),
    ] {
        let office = Office::open().await;
        let action = office.approved(operation, arguments).await;
        office.hubspot.hold_search();
        lost(&office, &action, Fault::Cut).await;
        office.finds(&action).await.unwrap_err();
        office.hubspot.release_search();
        assert!(
            office.finds(&action).await.unwrap().is_some(),
            "{operation}"
        );
        // A second one of the same words: which of the two is it?
        let again = office.approved(operation, action.content().arguments.clone().into());
        office.performs(&again.await).await.unwrap();
        office.finds(&action).await.unwrap_err();
    }
}

#[tokio::test]
async fn an_update_that_somebody_else_came_upon_is_left_to_people() {
    let office = Office::open().await;
    let asked = json!({"id": office.deal, "amount": 3, "name": "Acme"});
    let action = office.approved("update_deal", asked).await;
    lost(&office, &action, Fault::Cut).await;
    let change = [("amount", "4")];
    office.hubspot.change(DEALS, &office.deal, &change).unwrap();
    let untold = office.finds(&action).await.unwrap_err().to_string();
    assert!(untold.contains("somebody else has changed"), "{untold}");
}

#[tokio::test]
async fn the_same_note_said_before_is_not_taken_for_the_new_one() {
    let office = Office::open().await;
    let asked = json!({"text": "Called, nobody there.", "deal_id": office.deal});
    office.does("add_note", asked.clone()).await;
    // Ids of proposals are of different milliseconds.
    let mut action = office.approved("add_note", asked.clone()).await;
    let first = office.record(NOTES, &office.hubspot.records(NOTES)[0].id);
    while action
        .content()
        .proposal
        .made_at()
        .timestamp_millis()
        .to_string()
        == moment(&first["hs_timestamp"])
    {
        action = office.approved("add_note", asked.clone()).await;
    }
    lost(&office, &action, Fault::Status(500)).await;
    assert_eq!(office.finds(&action).await.unwrap(), None);
}

fn moment(text: &str) -> String {
    let at = DateTime::parse_from_rfc3339(text).unwrap();
    at.timestamp_millis().to_string()
}

#[tokio::test]
async fn a_note_among_hundreds_is_found() {
    let office = Office::open().await;
    for _ in 0..620 {
        let note = office.hubspot.add(NOTES, &[("hs_note_body", "They sign.")]);
        office
            .hubspot
            .link((NOTES, &note), (DEALS, &office.deal))
            .unwrap();
    }
    let asked = json!({"text": "They sign.", "deal_id": office.deal});
    let action = office.approved("add_note", asked).await;
    lost(&office, &action, Fault::Cut).await;
    let found = office.finds(&action).await.unwrap().unwrap();
    assert_eq!(own(&found), office.hubspot.records(NOTES)[620].id);
}
