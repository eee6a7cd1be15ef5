//! The window in which a proposal is worded anew.

use super::story::Story;
use penny::models::scripted::Step;
use penny::playground::systems::hubspot::COMPANIES;
use penny::playground::{Submitted, Thread};
use serde_json::{Value, json};

async fn wants(story: &Story, operation: &str, arguments: Value) -> Thread {
    let wish = json!({"system": "hubspot", "operation": operation, "arguments": arguments});
    let step = Step::calls("call_1", "propose_write", wish);
    story.app.model.add([step]);
    let said = story.maya.mentions_penny("sales", "please do").await;
    story.app.settles().await;
    said.unwrap().thread()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_too_long_for_the_window_stays_as_it_is_and_the_rest_can_be_edited() {
    let story = Story::begin().await;
    let acme = story.hubspot.add(COMPANIES, &[("name", "Acme")]);
    let long = "They make anvils. ".repeat(200).trim_end().to_owned();
    let wanted = json!({"id": acme, "description": long, "city": "Tuscon"});
    let thread = wants(&story, "update_company", wanted).await;

    story.clicks(&thread, "Edit").await;
    story
        .sees_window("*Description* is too long for this window and stays as it is")
        .await;
    let modal = story.maya.modal().unwrap();
    let mut state = modal.state.clone();
    assert!(state.get("description").is_none(), "{state}");
    state["city"]["penny_field"] = json!({"type": "plain_text_input", "value": "Tucson"});
    let state = json!({ "values": state });
    let submitted = story.maya.submit(&modal.id, Some(state)).await.unwrap();
    assert_eq!(submitted, Submitted::Taken);
    story.app.settles().await;
    story.card(&thread, "version 2");

    story.app.model.add([Step::says("It is done.")]);
    story.clicks(&thread, "Approve").await;
    story.maya.reads(&thread, "It is done.").await.unwrap();
    let acme = story.hubspot.records(COMPANIES).remove(0).properties;
    assert_eq!(
        (&acme["city"], &acme["description"]),
        (&"Tucson".to_owned(), &long)
    );
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_there_is_to_edit_is_too_long_that_is_said_in_place_of_a_window() {
    let story = Story::begin().await;
    let long = "They sign on Friday. ".repeat(200);
    let wanted = json!({"deal_id": story.deals[0], "text": long});
    let thread = wants(&story, "add_note", wanted).await;
    story.clicks(&thread, "Edit").await;
    let told = story.maya.whispers(&thread.channel).pop().unwrap().text;
    assert!(
        told.contains("*Note* is too long for this window"),
        "{told}"
    );
    assert!(story.maya.modal().is_err());
    story.app.model.add([Step::says("It is noted.")]);
    story.clicks(&thread, "Approve").await;
    story.maya.reads(&thread, "It is noted.").await.unwrap();
    story.app.stop().await;
}
