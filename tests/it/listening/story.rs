//! From the choice of a channel to an answer from what was said in it.

use super::{House, SALES};

#[tokio::test]
async fn what_is_said_in_a_channel_is_asked_about_where_it_was_said() {
    let house = House::open().await;
    let before = house
        .says(&house.jonas, "sales", "Harbour wants a pilot")
        .await;
    assert!(house.kept(SALES).await.is_empty());
    house.reads(SALES).await;
    // The channel is told before anything of it is kept, and whoever chose it how far it is.
    let messages = house.maya.channel_messages(&before.channel);
    let notice = messages.iter().find(|seen| seen.by_app).unwrap();
    assert!(
        notice.text.contains("From now on I keep what is said here"),
        "{}",
        notice.text
    );
    house
        .app
        .is_written(&house.maya, "I’ve read *#sales* back")
        .await;

    let said = house
        .says(&house.elena, "sales", "<@U0JONAS> Harbour signed!")
        .await;
    let reply = house
        .jonas
        .replies_in(&said.thread(), "champagne")
        .await
        .unwrap();
    assert!(reply.was_acknowledged());
    house.settles().await;
    let kept = house.kept(SALES).await;
    assert!(
        kept.contains(&"Harbour wants a pilot".to_owned()),
        "{kept:?}"
    );
    assert_eq!(
        kept[kept.len() - 2..],
        ["@Jonas Harbour signed!", "champagne"]
    );
    let threads =
        "select thread_id from core.messages where text in ('champagne', '@Jonas Harbour signed!')";
    assert_eq!(
        house.app.texts(threads).await,
        [said.ts.to_string(), said.ts.to_string()]
    );

    let shown = house.shown_in(&house.maya, "sales").await;
    assert!(
        shown.contains("sales,Elena,") && shown.contains("@Jonas Harbour signed!"),
        "{shown}"
    );
    let link = format!(
        "/archives/{SALES}/p{}",
        said.ts.to_string().replace('.', "")
    );
    assert!(shown.contains(&link), "{shown}");
    house.close().await;
}

#[tokio::test]
async fn an_edit_is_followed_and_a_deletion_too() {
    let house = House::open().await;
    house.reads(SALES).await;
    let said = house.says(&house.jonas, "sales", "Harbour pays 40k").await;
    let other = house.says(&house.jonas, "sales", "and that is final").await;
    house
        .jonas
        .edit(&said.channel, said.ts, "Harbour pays 60k")
        .await
        .unwrap();
    house.settles().await;
    let kept = house.kept(SALES).await;
    assert_eq!(
        kept[kept.len() - 2..],
        ["Harbour pays 60k", "and that is final"]
    );
    house.jonas.delete(&other.channel, other.ts).await.unwrap();
    house.settles().await;
    assert_eq!(house.kept(SALES).await.last().unwrap(), "Harbour pays 60k");
    // What has replies leaves a gravestone in Slack, and nothing here.
    let reply = house
        .elena
        .replies_in(&said.thread(), "great")
        .await
        .unwrap();
    house.jonas.delete(&said.channel, said.ts).await.unwrap();
    house.settles().await;
    assert!(reply.was_acknowledged());
    assert_eq!(house.kept(SALES).await.last().unwrap(), "great");
    house.close().await;
}

#[tokio::test]
async fn pennys_own_words_and_notices_are_not_kept() {
    let house = House::open().await;
    house.reads(SALES).await;
    house.shown_in(&house.maya, "sales").await;
    house
        .maya
        .invite(&super::channel(SALES), &"U0SAM".into())
        .await
        .unwrap();
    house.settles().await;
    let kept = house.kept(SALES).await;
    assert!(kept.last().unwrap().contains("what was said?"), "{kept:?}");
    for unkept in ["has joined", "That is what was said", "From now on I keep"] {
        assert!(kept.iter().all(|text| !text.contains(unkept)), "{kept:?}");
    }
    house.close().await;
}

#[tokio::test]
async fn of_a_channel_that_nobody_chose_nothing_is_kept() {
    let house = House::open().await;
    house.reads(SALES).await;
    let said = house
        .says(&house.jonas, "general", "a secret of another channel")
        .await;
    house
        .jonas
        .edit(&said.channel, said.ts, "an edited secret")
        .await
        .unwrap();
    house.settles().await;
    for table in [
        "core.inbox where payload",
        "core.heard where payload",
        "core.messages where text",
    ] {
        let found = format!("select from {table} like '%secret%'");
        assert_eq!(house.app.count(&found).await, 0, "{table}");
    }
    house.close().await;
}
