//! Who chooses what is read, and what happens when a channel is no longer to be read.

use super::{DEAL_ROOM, House, SALES, channel};
use penny::jobs::housekeeping::clean;

#[tokio::test]
async fn only_an_administrator_chooses_and_everybody_sees_what_was_chosen() {
    let house = House::open().await;
    house.reads(SALES).await;
    house.opens_the_window(&house.jonas).await;
    let window = house.jonas.modal_text();
    assert!(
        window.contains("sales") && window.contains("for an administrator"),
        "{window}"
    );
    let offered = house.jonas.modal().unwrap().body.to_string();
    assert!(!offered.contains("penny_stop_reading") && !offered.contains("penny_read_channel"));
    house.close().await;
}

#[tokio::test]
async fn a_channel_that_is_switched_off_is_erased_and_told_so() {
    let house = House::open().await;
    house
        .says(&house.jonas, "sales", "Harbour wants a pilot")
        .await;
    house.reads(SALES).await;
    assert!(!house.kept(SALES).await.is_empty());
    house
        .maya
        .clicks_in_modal("Stop reading", &serde_json::Value::Null)
        .await
        .unwrap();
    house.settles().await;
    assert!(!house.is_read(SALES).await);
    assert!(house.kept(SALES).await.is_empty());
    let last = house.jonas.channel_messages(&channel(SALES)).pop().unwrap();
    assert!(
        last.text.contains("I no longer keep what is said here"),
        "{}",
        last.text
    );
    house
        .says(&house.jonas, "sales", "now among ourselves")
        .await;
    assert!(house.kept(SALES).await.is_empty());
    let connected = "select from core.connections where system = 'slack'";
    assert_eq!(house.app.count(connected).await, 0);
    house.close().await;
}

#[tokio::test]
async fn a_channel_that_penny_is_taken_out_of_is_erased_and_whoever_chose_it_knows() {
    let house = House::open().await;
    house.says(&house.jonas, "deal-room", "12 percent").await;
    house.reads(DEAL_ROOM).await;
    house
        .jonas
        .remove(&channel(DEAL_ROOM), &house.penny())
        .unwrap();
    house
        .app
        .comes_true("the channel is forgotten", async || {
            !house.is_read(DEAL_ROOM).await
        })
        .await;
    house.settles().await;
    assert!(house.kept(DEAL_ROOM).await.is_empty());
    house
        .app
        .is_written(&house.maya, "I’m no longer in *#deal-room*")
        .await;
    house.close().await;
}

#[tokio::test]
async fn removing_penny_from_the_workspace_erases_what_she_had_read() {
    let house = House::open().await;
    house
        .says(&house.jonas, "sales", "Harbour wants a pilot")
        .await;
    house.reads(SALES).await;
    house.maya.uninstall().await.unwrap();
    let there = async || house.app.count("select from core.messages").await;
    house
        .app
        .comes_true("everything is erased", async || there().await == 0)
        .await;
    for table in ["heard_channels", "heard", "unsaid"] {
        let rows = format!("select from core.{table}");
        assert_eq!(house.app.count(&rows).await, 0, "{table}");
    }
    house.close().await;
}

#[tokio::test]
async fn what_is_older_than_messages_are_kept_is_erased() {
    let house = House::open().await;
    house.says(&house.jonas, "sales", "an old word").await;
    house.says(&house.jonas, "sales", "a recent word").await;
    house.reads(SALES).await;
    house
        .app
        .execute(
            "update core.messages set sent_at = now() - interval '91 days' where text = 'an old word'",
        )
        .await;
    clean(&house.app.process().app.services, 30).await.unwrap();
    let kept = house.kept(SALES).await;
    assert!(!kept.contains(&"an old word".to_owned()), "{kept:?}");
    assert!(kept.contains(&"a recent word".to_owned()), "{kept:?}");
    house.close().await;
}

#[tokio::test]
async fn a_new_name_of_a_channel_is_its_messages_name_too() {
    let house = House::open().await;
    house
        .says(&house.jonas, "sales", "Harbour wants a pilot")
        .await;
    house.reads(SALES).await;
    house.maya.rename(&channel(SALES), "revenue").await.unwrap();
    house.settles().await;
    let names = "select distinct channel_name from core.messages where channel_id = 'C0SALES'";
    assert_eq!(house.app.texts(names).await, ["revenue"]);
    house.close().await;
}
