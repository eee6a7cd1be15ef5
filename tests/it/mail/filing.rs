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
async fn a_mailbox_may_have_more_labels_than_gmail_moves_at_once() {
    let house = House::open().await;
    let id = house.mayas.receives(mail("ann@acme.example", "Offer"));
    let names: Vec<String> = (0..150)
        .map(|number| format!("Label {number:03}"))
        .collect();
    let labels: Vec<String> = names.iter().map(|it| house.mayas.makes_label(it)).collect();
    assert!(house.mayas.files(&id, &[labels[0].as_str()], &[]));
    house.maya_connects().await;
    let own = || {
        let all = house.mayas.mails().remove(0).labels;
        all.iter().filter(|it| it.starts_with("Label_")).count()
    };
    let filed = json!({"id": id, "labels": [names[1]]});
    let done = house.changes("file_mail", filed).await.unwrap();
    assert_eq!(done.state, State::Succeeded);
    let now = house.mayas.mails().remove(0).labels;
    assert!(now.contains(&labels[1]) && !now.contains(&labels[0]));
    assert_eq!(house.undoes(&done).await.unwrap().state, State::Succeeded);
    assert!(house.mayas.mails().remove(0).labels.contains(&labels[0]));

    // Somebody has put all of them on one mail.
    let all: Vec<&str> = labels.iter().map(String::as_str).collect();
    assert!(house.mayas.files(&id, &all, &[]));
    let filed = json!({"id": id, "unread": false, "labels": [names[7]]});
    let done = house.changes("file_mail", filed).await.unwrap();
    assert_eq!(done.state, State::Succeeded);
    assert_eq!(own(), 1);
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
