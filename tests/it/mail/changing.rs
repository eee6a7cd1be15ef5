//! Mail goes out once, as it was approved, or not at all.

use super::{House, SEND, mail};
use penny::approvals::{Outcome, State};
use penny::connectors::changes::Unfit;
use penny::playground::systems::gmail::{Arriving, Fault, Kept};
use serde_json::json;

fn sent(house: &House) -> Vec<Kept> {
    let mails = house.mayas.mails().into_iter();
    mails.filter(|mail| mail.labels.contains("SENT")).collect()
}

#[tokio::test]
async fn an_approved_mail_goes_out_as_it_was_approved() {
    let house = House::open().await;
    house.maya_connects().await;
    let done = house
        .changes(
            "send_mail",
            json!({
                "to": ["ann@acme.example"], "cc": ["jonas@northwind.example"],
                "subject": "Größe 42 — Bcc: evil@x.example",
                "body": "Hi Ann,\n\nall good.\n.\nMaya",
            }),
        )
        .await
        .unwrap();
    assert_eq!(done.state, State::Succeeded);
    let sent = sent(&house);
    assert_eq!(sent.len(), 1);
    let header = |name: &str| sent[0].headers.get(name).map_or("", String::as_str);
    assert_eq!(header("From"), "maya@northwind.example");
    assert_eq!(header("To"), "ann@acme.example");
    assert_eq!(header("Cc"), "jonas@northwind.example");
    assert_eq!(header("Bcc"), "");
    assert_eq!(header("Subject"), "Größe 42 — Bcc: evil@x.example");
    assert_eq!(
        sent[0].text.replace("\r\n", "\n"),
        "Hi Ann,\n\nall good.\n.\nMaya"
    );
    let Some(Outcome::Succeeded(effect)) = done.outcome else {
        panic!("{done:?}");
    };
    assert_eq!(effect.id.as_deref(), Some(sent[0].id.as_str()));
    assert_eq!(house.jonas_mail.mails().len(), 1, "it arrives");
    // What was sent is read at once.
    assert_eq!(house.subjects().await.len(), 1);
    house.app.stop().await;
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_is_found_and_not_sent_again() {
    let house = House::open().await;
    house.maya_connects().await;
    house.gmail.faults().on(SEND).hit(Fault::Cut);
    let mail = json!({"to": ["ann@acme.example"], "subject": "Offer", "body": "Hi"});
    let done = house.changes("send_mail", mail).await.unwrap();
    assert_eq!(done.state, State::Succeeded);
    assert_eq!(sent(&house).len(), 1);
    assert_eq!(house.calls_of(SEND), 1);
    house.app.stop().await;
}

#[tokio::test]
async fn a_mail_that_did_not_go_out_is_sent_once_more() {
    let house = House::open().await;
    house.maya_connects().await;
    house.gmail.faults().on(SEND).hit(Fault::Status(502));
    let mail = json!({"to": ["ann@acme.example"], "subject": "Offer", "body": "Hi"});
    let done = house.changes("send_mail", mail).await.unwrap();
    assert_eq!(done.state, State::Succeeded);
    assert_eq!((sent(&house).len(), house.calls_of(SEND)), (1, 2));
    house.app.stop().await;
}

#[tokio::test]
async fn a_mail_just_like_it_that_somebody_else_sent_leaves_it_to_a_person() {
    let house = House::open().await;
    house.maya_connects().await;
    house.gmail.faults().on(SEND).hit(Fault::Status(502));
    // Maya has become impatient.
    house.mayas.receives(Arriving {
        to: Some("ann@acme.example".to_owned()),
        labels: vec!["SENT".to_owned()],
        ..mail("maya@northwind.example", "Offer")
    });
    let mail = json!({"to": ["ann@acme.example"], "subject": "Offer", "body": "Hi"});
    let done = house.changes("send_mail", mail).await.unwrap();
    assert_eq!(done.state, State::Unknown, "{done:?}");
    assert_eq!(house.calls_of(SEND), 1);
    house.app.settles().await;
    house.app.slack.calls().mark_all_read();
    house.app.stop().await;
}

#[tokio::test]
async fn a_reply_joins_its_conversation_and_goes_to_whoever_wrote() {
    let house = House::open().await;
    let asked = house
        .mayas
        .receives(mail("Ann Lee <ann@acme.example>", "Seats?"));
    house.maya_connects().await;
    let reply = json!({"id": asked, "body": "Forty."});
    let done = house.changes("reply_to_mail", reply).await.unwrap();
    assert_eq!(done.state, State::Succeeded);
    let all = house.mayas.mails();
    let (asked, reply) = (&all[0], &all[1]);
    assert_eq!(reply.thread, asked.thread);
    assert_eq!(reply.headers["To"], "ann@acme.example");
    assert_eq!(reply.headers["Subject"], "Re: Seats?");
    assert_eq!(reply.headers["In-Reply-To"], asked.headers["Message-ID"]);
    assert_eq!(reply.headers["References"], asked.headers["Message-ID"]);
    house.app.stop().await;
}

#[tokio::test]
async fn nothing_but_addresses_is_taken_for_one() {
    let house = House::open().await;
    house.maya_connects().await;
    for to in [
        "ann@acme.example\r\nBcc: evil@x.example",
        "Ann <ann@acme.example>",
        "ann@acme.example, bob@acme.example",
        "ann",
        "аnn@acme.example",
    ] {
        let mail = json!({"to": [to], "subject": "Offer", "body": "Hi"});
        let refused = house.changes("send_mail", mail).await.unwrap_err();
        assert!(matches!(refused, Unfit::Problems { .. }), "{to}: {refused}");
    }
    assert_eq!(house.calls_of(SEND), 0);
    house.app.stop().await;
}
