//! Lists, searches and associations, with their pages, limits and faults.

use super::*;
use penny::playground::systems::Call;
use penny::playground::systems::hubspot::{
    CALLS, COMPANIES, CONTACTS, DEALS, EMAILS, Fault, Limit, NOTES,
};

#[tokio::test]
async fn a_listed_record_has_texts_milliseconds_and_its_associations() {
    let client = Client::start().await;
    let hubspot = &client.hubspot;
    let acme = hubspot.add(COMPANIES, &[("name", "Acme")]);
    let ada = hubspot.add(CONTACTS, &[("email", "ada@acme.example")]);
    assert_eq!(acme, ada, "each kind counts for itself");
    client.later();
    hubspot.link((CONTACTS, &ada), (COMPANIES, &acme)).unwrap();
    let path = "/crm/v3/objects/contacts?properties=email,phone&associations=companies,deals";
    let (_, body) = client.gets(path).await;
    assert_eq!(
        body,
        json!({"results": [{
            "id": ada,
            "properties": {
                "email": "ada@acme.example",
                "phone": null,
                "createdate": "2026-03-02T09:30:00.000Z",
                "lastmodifieddate": "2026-03-02T09:30:00.007Z",
                "hs_object_id": ada,
            },
            "createdAt": "2026-03-02T09:30:00.000Z",
            "updatedAt": "2026-03-02T09:30:00.007Z",
            "archived": false,
            "associations": {"companies": {"results": [
                {"id": acme, "type": "contact_to_company"},
                {"id": acme, "type": "contact_to_company_unlabeled"},
            ]}},
        }]})
    );
    let (_, body) = client.gets("/crm/v3/objects/companies").await;
    let shown = &body["results"][0]["properties"];
    assert_eq!(shown["name"], "Acme");
    assert_eq!(shown["hs_lastmodifieddate"], "2026-03-02T09:30:00.007Z");
}

#[tokio::test]
async fn a_list_is_read_in_pages_and_says_what_was_archived_apart() {
    let client = Client::start().await;
    for number in 0..250 {
        client
            .hubspot
            .add(DEALS, &[("dealname", &format!("Deal {number}"))]);
    }
    let all = client.hubspot.records(DEALS);
    client.hubspot.archive(DEALS, &all[3].id).unwrap();
    let (mut seen, mut query) = (Vec::new(), "?limit=100".to_owned());
    loop {
        let (_, body) = client.gets(&format!("{DEALS_PATH}{query}")).await;
        seen.extend(ids(&body));
        let Some(after) = body["paging"]["next"]["after"].as_str() else {
            break;
        };
        query = format!("?limit=100&after={after}");
    }
    assert_eq!(seen.len(), 249);
    let (_, body) = client.gets(&format!("{DEALS_PATH}?archived=true")).await;
    assert_eq!(ids(&body), [all[3].id.as_str()]);
    assert_eq!(body["results"][0]["archivedAt"], "2026-03-02T09:30:00.000Z");
    assert!(client.hubspot.records(DEALS)[3].archived);
    let (status, body) = client.gets(&format!("{DEALS_PATH}?limit=101")).await;
    assert_eq!(
        (status, &body["category"]),
        (400, &"VALIDATION_ERROR".into())
    );
}

#[tokio::test]
async fn a_search_finds_changes_in_order_and_those_of_one_millisecond_by_id() {
    let client = Client::start().await;
    let hubspot = &client.hubspot;
    let early = hubspot.add(DEALS, &[]);
    client.later();
    let together: Vec<String> = (0..3).map(|_| hubspot.add(DEALS, &[])).collect();
    client.later();
    hubspot
        .change(DEALS, &early, &[("dealname", "Renewed")])
        .unwrap();
    let at = hubspot.records(DEALS)[1].modified.timestamp_millis();

    let (found, total) = client
        .finds("deals", &changed_since("hs_lastmodifieddate", at))
        .await;
    assert_eq!((total, found.last()), (4, Some(&early)));
    let within = json!({
        "filterGroups": [{"filters": [
            {"propertyName": "hs_lastmodifieddate", "operator": "EQ", "value": at.to_string()},
            {"propertyName": "hs_object_id", "operator": "GT", "value": together[0]},
        ]}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
    });
    let (found, _) = client.finds("deals", &within).await;
    assert_eq!(found, together[1..]);
    let by_name = json!({"filterGroups": [{"filters": [
        {"propertyName": "dealname", "operator": "EQ", "value": "Renewed"},
    ]}]});
    assert_eq!(client.finds("deals", &by_name).await.0, [early]);
}

#[tokio::test]
async fn a_search_ends_at_its_limits_and_takes_one_sort() {
    let client = Client::start().await;
    for _ in 0..10_050 {
        client.hubspot.add(NOTES, &[]);
    }
    let path = "/crm/v3/objects/notes/search";
    let (_, body) = client
        .posts(path, &json!({"limit": 200, "after": "9800"}))
        .await;
    assert_eq!(body["total"], 10_050);
    assert_eq!(body["paging"]["next"]["after"], "10000");
    let sort = json!({"propertyName": "hs_object_id"});
    for beyond in [
        json!({"limit": 200, "after": "10000"}),
        json!({"limit": 201}),
        json!({"sorts": [sort, sort]}),
    ] {
        let (status, body) = client.posts(path, &beyond).await;
        assert_eq!(status, 400, "{beyond}: {body}");
    }
}

#[tokio::test]
async fn a_search_that_is_behind_finds_what_there_was() {
    let client = Client::start().await;
    let hubspot = &client.hubspot;
    let kept = hubspot.add(CALLS, &[("hs_call_title", "Before")]);
    let gone = hubspot.add(CALLS, &[]);
    hubspot.hold_search();
    client.later();
    hubspot
        .change(CALLS, &kept, &[("hs_call_title", "After")])
        .unwrap();
    hubspot.archive(CALLS, &gone).unwrap();
    let new = hubspot.add(CALLS, &[]);
    let titles = json!({"properties": ["hs_call_title"]});
    let path = "/crm/v3/objects/calls/search";
    let (_, body) = client.posts(path, &titles).await;
    assert_eq!(ids(&body), [kept.as_str(), gone.as_str()]);
    assert_eq!(body["results"][0]["properties"]["hs_call_title"], "Before");
    hubspot.release_search();
    let (_, body) = client.posts(path, &titles).await;
    assert_eq!(ids(&body), [kept.as_str(), new.as_str()]);
    assert_eq!(body["results"][0]["properties"]["hs_call_title"], "After");
}

#[tokio::test]
async fn associations_are_read_in_batches_and_what_has_none_is_an_error_beside_the_results() {
    let client = Client::start().await;
    let hubspot = &client.hubspot;
    let company = hubspot.add(COMPANIES, &[]);
    let mail = hubspot.add(EMAILS, &[]);
    let lonely = hubspot.add(EMAILS, &[]);
    hubspot
        .link((EMAILS, &mail), (COMPANIES, &company))
        .unwrap();
    let path = "/crm/v4/associations/emails/companies/batch/read";
    let (status, body) = client.posts(path, &json!({"inputs": [{"id": mail}]})).await;
    assert_eq!(status, 200);
    assert_eq!(
        body["results"],
        json!([{"from": {"id": mail}, "to": [{
            "toObjectId": company.parse::<u64>().unwrap(),
            "associationTypes": [
                {"category": "HUBSPOT_DEFINED", "typeId": 186, "label": null},
            ],
        }]}])
    );
    let both = json!({"inputs": [{"id": lonely}, {"id": mail}]});
    let (status, body) = client.posts(path, &both).await;
    assert_eq!((status, &body["numErrors"]), (207, &1.into()));
    assert_eq!(body["results"].as_array().unwrap().len(), 1);
    assert_eq!(body["errors"][0]["context"]["fromObjectId"][0], lonely);

    for _ in 0..500 {
        let another = hubspot.add(COMPANIES, &[]);
        hubspot
            .link((EMAILS, &mail), (COMPANIES, &another))
            .unwrap();
    }
    let (_, body) = client.posts(path, &json!({"inputs": [{"id": mail}]})).await;
    let after = &body["results"][0]["paging"]["next"]["after"];
    let rest = json!({"inputs": [{"id": mail, "after": after}]});
    let (_, body) = client.posts(path, &rest).await;
    assert_eq!(body["results"][0]["to"].as_array().unwrap().len(), 1);
    let too_many: Vec<Value> = (0..1_001).map(|_| json!({"id": mail})).collect();
    let (status, _) = client.posts(path, &json!({"inputs": too_many})).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn account_owners_and_pipelines_have_hubspots_shapes() {
    let client = Client::start().await;
    let hubspot = &client.hubspot;
    for number in 0..3 {
        hubspot.owner(&format!("owner{number}@acme.example"), "Maya Lindqvist");
    }
    let pipeline = hubspot.pipeline("Sales", &[("Offer", 0.4), ("Won", 1.0)]);
    let (_, body) = client.gets("/account-info/v3/details").await;
    assert!(body["portalId"].is_u64(), "{body}");
    let (_, body) = client.gets("/crm/v3/owners?limit=2").await;
    assert_eq!(body["results"][0]["lastName"], "Lindqvist");
    let after = body["paging"]["next"]["after"].as_str().unwrap();
    let rest = format!("/crm/v3/owners?limit=2&after={after}");
    let (_, body) = client.gets(&rest).await;
    assert_eq!(body["results"][0]["email"], "owner2@acme.example");
    assert_eq!(body["paging"], Value::Null);
    let (_, body) = client.gets("/crm/v3/pipelines/deals").await;
    assert_eq!(body["results"][0]["id"], pipeline.id.as_str());
    let won = &body["results"][0]["stages"][1];
    assert_eq!(won["id"], pipeline.stages[1].as_str());
    let closed = json!({"isClosed": "true", "probability": "1.0"});
    assert_eq!(won["metadata"], closed);
}

#[tokio::test]
async fn without_the_token_or_a_scope_nothing_is_said() {
    let client = Client::start().await;
    client.hubspot.withdraw_scope("sales-email-read");
    let (status, body) = client.gets("/crm/v3/objects/emails").await;
    assert_eq!((status, &body["category"]), (403, &"MISSING_SCOPES".into()));
    let needed = &body["errors"][0]["context"]["requiredGranularScopes"];
    assert_eq!(
        needed,
        &json!(["crm.objects.contacts.read", "sales-email-read"])
    );
    let (status, _) = client.gets(DEALS_PATH).await;
    assert_eq!(status, 200);
    client.hubspot.revoke_token();
    let (status, body) = client.gets(DEALS_PATH).await;
    assert_eq!(
        (status, &body["category"]),
        (401, &"INVALID_AUTHENTICATION".into())
    );
}

#[tokio::test]
async fn faults_strike_the_calls_they_were_meant_for() {
    let client = Client::of(HubSpot::start().await.unwrap(), TestClock::at(Utc::now()));
    client.hubspot.add(DEALS, &[("dealname", "Renewal")]);
    let faults = client.hubspot.faults();
    let policy = "TEN_SECONDLY_ROLLING";
    faults.on(DEALS_PATH).after(1).hit(Fault::Limited(Limit {
        policy,
        retry_after: Some(3),
    }));
    let call = || client.request(Method::GET, DEALS_PATH);
    assert_eq!(call().send().await.unwrap().status(), 200);
    let limited = call().send().await.unwrap();
    assert_eq!(limited.headers()["retry-after"], "3");
    assert_eq!(answer(limited).await.1["policyName"], policy);
    faults.on(DEALS_PATH).next(2).hit(Fault::Status(502));
    faults.on(DEALS_PATH).hit(Fault::Cut);
    faults.on(DEALS_PATH).hit(Fault::Hang);
    for _ in 0..2 {
        assert_eq!(call().send().await.unwrap().status(), 502);
    }
    let cut = async { call().send().await?.bytes().await };
    assert!(cut.await.is_err());
    let hanging = call().timeout(Duration::from_millis(50)).send().await;
    assert!(hanging.unwrap_err().is_timeout());
    assert_eq!(faults.unused(), 0);
    assert_eq!(client.gets(DEALS_PATH).await.0, 200);
}

#[tokio::test]
async fn what_changes_while_a_list_is_read_can_be_told_page_by_page() {
    let client = Client::start().await;
    let hubspot = &client.hubspot;
    let first = hubspot.add(DEALS, &[("dealname", "Old")]);
    hubspot.add(DEALS, &[]);
    let changed = first.clone();
    hubspot.on_page(DEALS, move |hubspot, page| {
        hubspot
            .change(DEALS, &changed, &[("dealname", &format!("New {page}"))])
            .unwrap();
    });
    let (_, body) = client.gets(&format!("{DEALS_PATH}?limit=1")).await;
    assert_eq!(body["results"][0]["properties"]["dealname"], "Old");
    let (_, body) = client.gets(&format!("{DEALS_PATH}?limit=1")).await;
    assert_eq!(body["results"][0]["properties"]["dealname"], "New 1");
    assert_eq!(hubspot.records(DEALS)[0].properties["dealname"], "New 2");
    let Call {
        method,
        path,
        query,
    } = hubspot.calls().remove(1);
    assert_eq!([method, path, query], ["GET", DEALS_PATH, "limit=1"]);
}
