//! Each message of a channel that is read is told to whatever waits for one, and is taken back
//! together with the message.

use super::{DEAL_ROOM, House, SALES, channel};

impl House {
    async fn told(&self) -> Vec<String> {
        let told = "select concat_ws(' ', payload ->> 'channel', payload ->> 'author',
                payload ->> 'text', visibility)
            from core.events where kind = 'message.matched' order by event_id";
        self.app.texts(told).await
    }
}

#[tokio::test]
async fn a_new_message_is_told_once_whatever_comes_of_it_later() {
    let house = House::open().await;
    house.says(&house.jonas, "sales", "long before").await;
    house.reads(SALES).await;
    house
        .says(&house.jonas, "general", "in another channel")
        .await;
    assert_eq!(house.told().await, [""; 0]);
    let said = house.says(&house.jonas, "sales", "Harbour signed").await;
    let reply = house.elena.replies_in(&said.thread(), "champagne").await;
    assert!(reply.unwrap().was_acknowledged());
    house.settles().await;
    let told = [
        "sales Jonas Harbour signed org",
        "sales Elena champagne org",
    ];
    assert_eq!(house.told().await, told);
    let edited = house.jonas.edit(&said.channel, said.ts, "Harbour signed!");
    edited.await.unwrap();
    house.settles().await;
    assert_eq!(house.told().await, told, "an edit is no other message");
    // Read back once more, it is still the same.
    house
        .app
        .execute("update core.heard_channels set checked_at = now() - interval '61 minutes'")
        .await;
    house.looks_after_channels().await;
    assert_eq!(house.told().await, told);
    house.close().await;
}

#[tokio::test]
async fn what_is_deleted_or_no_longer_read_is_not_told_any_more() {
    let house = House::open().await;
    house.reads(SALES).await;
    let slip = house.says(&house.jonas, "sales", "between us").await;
    house.says(&house.jonas, "sales", "for everybody").await;
    house.jonas.delete(&slip.channel, slip.ts).await.unwrap();
    house.settles().await;
    assert_eq!(house.told().await, ["sales Jonas for everybody org"]);
    let stop = house
        .maya
        .clicks_in_modal("Stop reading", &serde_json::Value::Null);
    stop.await.unwrap();
    house.settles().await;
    assert_eq!(house.told().await, [""; 0]);
    house.close().await;
}

#[tokio::test]
async fn what_is_said_in_private_is_told_to_members_alone() {
    let house = House::open().await;
    house.reads(DEAL_ROOM).await;
    house.reads(SALES).await;
    house.says(&house.jonas, "deal-room", "12 percent").await;
    house.says(&house.jonas, "sales", "no numbers here").await;
    let private = "deal-room Jonas 12 percent channel";
    assert_eq!(
        house.told().await,
        [private, "sales Jonas no numbers here org"]
    );
    house.maya.make_private(&channel(SALES)).await.unwrap();
    house.settles().await;
    assert_eq!(
        house.told().await,
        [private, "sales Jonas no numbers here channel"]
    );
    house.close().await;
}
