//! Filing a mail: what changes is shown, done, and taken back.

use super::{House, mail};
use penny::approvals::State;
use penny::connectors::changes::Unfit;
use serde_json::json;

#[tokio::test]
async fn a_mail_is_archived_and_labelled_and_comes_back() {
    let house = House::open().await;
    let id = house.mayas.receives(mail("ann@acme.example", "Offer"));
    house.mayas.makes_label("Customers");
    house.mayas.makes_label("Later");
    house.maya_connects().await;
    let before = house.mayas.mails().remove(0).labels;
    let filed = json!({"id": id, "inbox": false, "unread": false, "labels": ["customers"]});
    let done = house.changes("file_mail", filed).await.unwrap();
    assert_eq!(done.state, State::Succeeded);
    let labels = house.mayas.mails().remove(0).labels;
    assert_eq!(labels, ["Label_1".to_owned()].into());
    let undone = house.undoes(&done).await.unwrap();
    assert_eq!(undone.state, State::Succeeded);
    assert_eq!(house.mayas.mails().remove(0).labels, before);
    house.app.stop().await;
}

#[tokio::test]
async fn a_label_that_is_not_there_is_said_with_those_that_are() {
    let house = House::open().await;
    let id = house.mayas.receives(mail("ann@acme.example", "Offer"));
    house.mayas.makes_label("Customers");
    house.maya_connects().await;
    let filed = json!({"id": id, "labels": ["Clients"]});
    let refused = house.changes("file_mail", filed).await.unwrap_err();
    assert!(
        refused.to_string().contains("There are: Customers."),
        "{refused}"
    );
    let same = json!({"id": id, "inbox": true});
    let same = house.changes("file_mail", same).await.unwrap_err();
    assert!(matches!(same, Unfit::NothingChanges));
    house.app.stop().await;
}
