//! The whole story, as people in Slack and in HubSpot see it.

use super::office::Office;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_is_shown_approved_made_in_hubspot_told_and_undone() {
    let office = Office::open().await;
    let wanted = json!({"id": office.deal, "stage": "Signed", "amount": "15000.50"});
    let thread = office.wants("update_deal", wanted).await;
    let card = office.card(&office.jonas, &thread);
    for words in ["Acme: 40 seats", "Talking → Signed", "12,000", "15,000.50"] {
        assert!(card.contains(words), "{words} in {card}");
    }
    assert_eq!(office.writes(), 0);

    office.approves(&office.maya, &thread).await;
    office.app.settles().await;
    assert_eq!(office.in_hubspot("amount"), "15000.50");
    assert_eq!(office.writes(), 1);
    assert_eq!(office.states().await, ["1 succeeded"]);
    office
        .maya
        .reads(&thread, "That is how it went.")
        .await
        .unwrap();
    let told = office.told_the_model();
    assert!(told.contains("approved it, and it is done."), "{told}");
    // The tables follow by themselves.
    let amount = "select amount::text from core.deals where source = 'hubspot'";
    assert_eq!(office.app.texts(amount).await, ["15000.50"]);

    office.maya.clicks(&thread, "Undo").await.unwrap();
    office.app.settles().await;
    let card = office.card(&office.maya, &thread);
    assert!(card.contains("Signed → Talking"), "{card}");
    office.approves(&office.maya, &thread).await;
    office.app.settles().await;
    assert_eq!(office.in_hubspot("amount"), "12000.00");
    assert_eq!(office.states().await, ["1 undone", "1 succeeded"]);
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_just_changed_is_in_the_tables_though_the_systems_search_is_behind() {
    let office = Office::open().await;
    let thread = office.wants_more().await;
    office.hubspot.hold_search();
    office.approves(&office.maya, &thread).await;
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 succeeded"]);
    let amount = "select amount::text from core.deals where source = 'hubspot'";
    assert_eq!(office.app.texts(amount).await, ["15000.00"]);
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_somebody_changed_meanwhile_is_left_alone_and_the_agent_is_told() {
    use penny::playground::systems::hubspot::DEALS;
    let office = Office::open().await;
    let thread = office.wants_more().await;
    let changed = [("amount", "13000")];
    office
        .hubspot
        .change(DEALS, &office.deal, &changed)
        .unwrap();
    office.approves(&office.maya, &thread).await;
    office.app.settles().await;
    assert_eq!(office.in_hubspot("amount"), "13000");
    assert_eq!(
        (office.writes(), office.states().await),
        (0, vec!["1 changed".to_owned()])
    );
    assert!(office.told_the_model().contains("nothing was written"));
    let card = office.card(&office.maya, &thread);
    assert!(card.contains("[Propose again]"), "{card}");
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_goes_back_to_the_model_with_what_there_is() {
    use penny::models::scripted::Step;
    let office = Office::open().await;
    let call = |id: &str, operation: &str, arguments| {
        let input = json!({"system": "hubspot", "operation": operation, "arguments": arguments});
        Step::calls(id, "propose_write", input)
    };
    office.app.model.add([
        call(
            "c1",
            "update_deal",
            json!({"id": office.deal, "stage": "Nowhere"}),
        ),
        call(
            "c2",
            "update_deal",
            json!({"id": office.deal, "amount": "a lot", "colour": "red"}),
        ),
        call("c3", "sell_company", json!({})),
        call(
            "c4",
            "update_deal",
            json!({"id": office.deal, "amount": 12_000}),
        ),
        call("c5", "update_deal", json!({"id": "999999", "amount": 1})),
        Step::says("I could not."),
    ]);
    let before = office.app.model.requests().len();
    let said = office
        .maya
        .says("sales", "@Penny change things")
        .await
        .unwrap();
    office
        .maya
        .reads(&said.thread(), "I could not.")
        .await
        .unwrap();
    office.app.settles().await;
    for (number, words) in [
        (1, "Signed"),
        (2, "Amount must be a number"),
        (3, "update_deal"),
        (4, "Nothing would change"),
        (5, "HubSpot"),
    ] {
        let read = office.app.words_of_request(before + number);
        assert!(read.contains(words), "{words} in {read}");
    }
    assert_eq!((office.writes(), office.states().await.len()), (0, 0));
    office.close(&said.thread()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_approve_in_the_same_second_over_two_processes_make_one_change() {
    let mut office = Office::open().await;
    office.app.start_another().await;
    let note = json!({"deal_id": office.deal, "text": "They sign on Friday."});
    let thread = office.wants_for(&office.jonas, "add_note", note).await;
    let click = |person: &penny::playground::Human| {
        let (person, thread) = (person.clone(), thread.clone());
        async move { person.clicks(&thread, "Approve").await }
    };
    let (first, second) = tokio::join!(click(&office.maya), click(&office.jonas));
    assert!(first.is_ok() || second.is_ok());
    office.app.settles().await;
    assert_eq!((office.notes(), office.writes()), (1, 1));
    office.close(&thread).await;
}
