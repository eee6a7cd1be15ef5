//! Live questions to a mailbox.

use super::{House, mail};
use penny::connectors::operation::LookError;
use penny::playground::systems::gmail::Arriving;
use serde_json::{Value, json};

fn subjects(found: &Value) -> Vec<&str> {
    let mails = found["mails"].as_array().unwrap();
    mails
        .iter()
        .map(|it| it["subject"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_search_speaks_gmails_own_language_and_goes_on_where_it_ended() {
    let house = House::open().await;
    for (from, subject, days_ago) in [
        ("ann@acme.example", "Old offer", 400),
        ("ann@acme.example", "Offer", 10),
        ("bob@acme.example", "Offer, too", 5),
    ] {
        house.mayas.receives(Arriving {
            days_ago,
            ..mail(from, subject)
        });
    }
    house.maya_connects().await;
    let search = |q: &str| json!({"q": q, "limit": 1});
    let first = house.asks(house.maya, "search_mail", search("from:ann subject:offer"));
    let first = first.await.unwrap();
    assert_eq!(subjects(&first), ["Offer"]);
    let mut second = search("from:ann subject:offer");
    second["page"] = first["more"].clone();
    let second = house.asks(house.maya, "search_mail", second).await.unwrap();
    assert_eq!(subjects(&second), ["Old offer"], "the table has it no more");
    assert_eq!(second["more"], Value::Null);
    house.app.stop().await;
}

#[tokio::test]
async fn a_mail_is_given_whole_by_the_id_of_its_row() {
    let house = House::open().await;
    house.mayas.receives(Arriving {
        files: vec![("offer.pdf".to_owned(), 3000)],
        ..Arriving::from("ann@acme.example", "Offer", &"long ".repeat(6000))
    });
    house.maya_connects().await;
    let id = "select source_id from core.activities where source = 'gmail'";
    let id = house.app.texts(id).await.remove(0);
    let found = house
        .asks(house.maya, "get_mail", json!({"id": id}))
        .await
        .unwrap();
    assert_eq!(
        found["text"].as_str().unwrap().len(),
        "long ".len() * 6000 - 1
    );
    assert_eq!(
        found["attachments"],
        json!([{"name": "offer.pdf", "type": "application/pdf", "bytes": 3000}])
    );
    house.app.stop().await;
}

#[tokio::test]
async fn a_conversation_is_given_from_its_beginning() {
    let house = House::open().await;
    let first = house.mayas.receives(mail("ann@acme.example", "Offer"));
    house.mayas.receives(Arriving {
        answers: Some(first.clone()),
        ..mail("maya@northwind.example", "Re: Offer")
    });
    house.mayas.receives(mail("bob@acme.example", "Else"));
    house.maya_connects().await;
    let found = house
        .asks(house.maya, "get_thread", json!({"id": first}))
        .await
        .unwrap();
    assert_eq!(subjects(&found), ["Offer", "Re: Offer"]);
    house.app.stop().await;
}

#[tokio::test]
async fn an_id_that_is_none_is_answered_and_never_becomes_part_of_an_address() {
    let house = House::open().await;
    house.maya_connects().await;
    let before = house.gmail.calls().len();
    for id in ["../profile", "a?b", "", "x y"] {
        let asked = house.asks(house.maya, "get_mail", json!({"id": id})).await;
        assert!(matches!(asked, Err(LookError::Problems(_))), "{id}");
    }
    // Of a path only what stands behind the last slash could be an id, and this is one of no mail.
    let asked = house
        .asks(house.maya, "get_mail", json!({"id": "19"}))
        .await;
    assert!(matches!(asked, Err(LookError::Problems(_))));
    let calls = house.gmail.calls();
    assert!(
        calls[before..]
            .iter()
            .all(|call| call.path.starts_with("/gmail/v1/users/me/messages/"))
    );
    house.app.stop().await;
}
