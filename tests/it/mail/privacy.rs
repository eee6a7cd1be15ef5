//! A person's mail is seen by nobody else: not in a table, not in a channel, not by asking Gmail.

use super::{House, mail};
use penny::connectors::reaching::ReachError;
use penny::models::scripted::Step;
use penny::playground::Said;
use serde_json::json;

/// What the model got to read when it looked at all mails for this question.
async fn shown_for(house: &House, said: Said) -> String {
    assert!(said.was_acknowledged());
    house.app.settles().await;
    house.app.slack.calls().mark_all_read();
    let requests = house.app.model.requests().len();
    house.app.words_of_request(requests - 1)
}

fn look(house: &House, id: &str) {
    let sql = json!({"sql": "select subject, from_address, to_addresses, body from activities"});
    house.app.model.add([
        Step::calls(id, "run_sql_query", sql),
        Step::says("That is what there is."),
    ]);
}

#[tokio::test]
async fn the_tables_show_a_mail_to_its_owner_in_private_and_to_nobody_else() {
    let house = House::open().await;
    // Both mailboxes number their mails alike.
    house
        .mayas
        .receives(mail("ann@acme.example", "Mayas salary"));
    house
        .jonas_mail
        .receives(mail("ann@acme.example", "Jonas offer"));
    house.maya_connects().await;
    house.connects(house.jonas, &house.jonas_mail).await;
    house.app.settles().await;
    assert_eq!(house.subjects().await, ["Jonas offer", "Mayas salary"]);
    let maya = house.app.slack.person("maya").unwrap();
    let jonas = house.app.slack.person("jonas").unwrap();
    look(&house, "a");
    let shown = shown_for(&house, maya.tells_penny("my mails?").await.unwrap()).await;
    assert!(
        shown.contains("Mayas salary") && !shown.contains("Jonas offer"),
        "{shown}"
    );
    look(&house, "b");
    let shown = shown_for(&house, jonas.tells_penny("my mails?").await.unwrap()).await;
    assert!(
        shown.contains("Jonas offer") && !shown.contains("Mayas salary"),
        "{shown}"
    );
    look(&house, "c");
    let said = maya.mentions_penny("sales", "my mails?").await.unwrap();
    let shown = shown_for(&house, said).await;
    assert!(
        !shown.contains("Jonas offer") && !shown.contains("Mayas salary"),
        "{shown}"
    );
    house.app.stop().await;
}

#[tokio::test]
async fn a_colleagues_mailbox_cannot_be_reached() {
    let house = House::open().await;
    house
        .mayas
        .receives(mail("ann@acme.example", "Mayas salary"));
    house.maya_connects().await;
    let connections = &house.app.process().app.services.connections;
    let reached = connections.reach(house.org, house.jonas, "gmail").await;
    assert!(matches!(reached, Err(ReachError::NotConnected(_))));
    house.app.stop().await;
}

#[tokio::test]
async fn a_mailbox_whose_owner_took_the_access_away_is_left_alone() {
    let house = House::open().await;
    house.maya_connects().await;
    house.mayas.revoke();
    let before = house.gmail.calls().len();
    house.reads_again().await;
    let health = "select health from core.connections where system = 'gmail'";
    assert_eq!(house.app.texts(health).await, ["broken"]);
    assert_eq!(house.gmail.calls().len(), before + 1);
    let maya = house.app.slack.person("maya").unwrap();
    house
        .app
        .is_written(&maya, "I can’t read *Gmail* any more")
        .await;
    house.app.stop().await;
}
