//! What its operations say about being sent twice is so, and calls wait for their turn.

use super::*;
use crate::base::clock::TestClock;
use crate::connectors::operation::Repeat;
use crate::net::json_api::{ApiError, Limit, Pace};
use crate::playground::systems::hubspot::NOTES;
use chrono::Utc;
use futures::FutureExt;
use std::time::Duration;

/// All that HubSpot holds, but for the moments of changes.
fn everything(office: &Office) -> Vec<(String, bool, BTreeMap<String, String>)> {
    let mut all = Vec::new();
    for kind in [COMPANIES, CONTACTS, DEALS, NOTES] {
        for mut record in office.hubspot.records(kind) {
            let values = &mut record.properties;
            values.retain(|name, _| !name.contains("lastmodified"));
            all.push((record.id, record.archived, record.properties));
        }
    }
    all
}

fn wishes(office: &Office) -> Vec<(&'static str, Value)> {
    let deal = &office.deal;
    vec![
        (
            "update_deal",
            json!({"id": deal, "stage": "Won", "amount": 3}),
        ),
        ("delete_deal", json!({"id": deal})),
        ("create_deal", json!({"name": "Acme: more"})),
        ("update_contact", json!({"id": office.ann, "phone": "1"})),
        ("delete_contact", json!({"id": office.ann})),
        ("create_contact", json!({"first_name": "Bo"})),
        ("update_company", json!({"id": office.acme, "city": "Riga"})),
        ("delete_company", json!({"id": office.acme})),
        ("create_company", json!({"name": "Beta"})),
        ("add_note", json!({"text": "They sign.", "deal_id": deal})),
    ]
}

#[tokio::test]
async fn a_write_changes_nothing_the_second_time_and_an_action_does() {
    for place in 0..wishes(&Office::open().await).len() {
        let office = Office::open().await;
        let (operation, arguments) = wishes(&office).swap_remove(place);
        let action = office.approved(operation, arguments).await;
        office.performs(&action).await.unwrap();
        let once = everything(&office);
        // It may be refused, as long as it does nothing.
        let _ = office.performs(&action).await;
        let is_write = MANIFEST.operation(operation).unwrap().repeat == Repeat::Harmless;
        assert_eq!(everything(&office) == once, is_write, "{operation}");
    }
}

#[tokio::test]
async fn calls_beyond_what_is_allowed_wait_for_their_turn_and_long_waits_are_handed_back() {
    static LIMITS: [Limit; 2] = [Limit::new(2, 10), Limit::new(1, 3_600).of("/search")];
    let hubspot = HubSpot::start().await.unwrap();
    let clock = TestClock::at(Utc::now());
    let (http, url) = (Http::new().unwrap(), hubspot.url().parse().unwrap());
    let api = JsonApi::new(&http, url, hubspot.token(), clock.clone());
    let api = api.at_pace(Arc::new(Pace::new(&LIMITS)));
    let ask = || api.get::<Value>("/crm/v3/owners", &[]);
    for _ in 0..2 {
        ask().await.unwrap();
    }
    let mut third = Box::pin(ask());
    assert!((&mut third).now_or_never().is_none());
    assert_eq!(hubspot.calls().len(), 2);
    clock.advance(Duration::from_secs(10));
    third.await.unwrap();
    assert_eq!(hubspot.calls().len(), 3);

    let search = json!({"filterGroups": []});
    let path = "/crm/v3/objects/deals/search";
    api.search::<Value>(path, &search).await.unwrap();
    let limited = ApiError::Limited(Duration::from_secs(3_600));
    let searched = api.search::<Value>(path, &search).await;
    assert_eq!(searched, Err(limited));
    assert_eq!(hubspot.calls().len(), 4);
}
