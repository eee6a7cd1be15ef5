//! A private channel is its members', and those are who they are in Slack at that moment.

use super::{DEAL_ROOM, House, channel};
use crate::support::TestApp;
use crate::support::hurried::Hurried;
use penny::playground::{Fault, Setup};
use std::sync::Arc;

const SECRET: &str = "We go down to 12 percent";

async fn house_with_a_secret() -> House {
    let house = House::open().await;
    house.says(&house.jonas, "deal-room", SECRET).await;
    house.reads(DEAL_ROOM).await;
    house
}

#[tokio::test]
async fn a_private_channel_is_seen_by_its_members_and_by_nobody_else() {
    let house = house_with_a_secret().await;
    let tom = house.app.slack.person("tom").unwrap();
    assert!(house.shown_in_private(&house.elena).await.contains(SECRET));
    assert!(
        house
            .shown_in(&house.elena, "deal-room")
            .await
            .contains(SECRET)
    );
    // Tom is not in it; in a public channel others read along.
    assert!(!house.shown_in_private(&tom).await.contains(SECRET));
    assert!(!house.shown_in(&tom, "sales").await.contains(SECRET));
    assert!(!house.shown_in(&house.elena, "sales").await.contains(SECRET));
    house.close().await;
}

#[tokio::test]
async fn a_guest_sees_nothing_of_a_public_channel_in_which_they_are_not() {
    let house = House::open().await;
    house
        .says(&house.jonas, "sales", "numbers for us alone")
        .await;
    house.reads(super::SALES).await;
    let ben = house.app.slack.person("ben").unwrap();
    let shown = house.shown_in_private(&ben).await;
    assert!(!shown.contains("numbers for us alone"), "{shown}");
    let shown = house.shown_in_private(&house.elena).await;
    assert!(shown.contains("numbers for us alone"), "{shown}");
    house.close().await;
}

#[tokio::test]
async fn while_somebody_from_another_company_reads_along_nothing_is_told() {
    let house = House::open().await;
    let (tom, clara) = (
        house.app.slack.person("tom").unwrap(),
        house.app.slack.person("clara").unwrap(),
    );
    house.says(&tom, "support", "their contract is late").await;
    house
        .says(&clara, "ext-nordlake", "we need two weeks")
        .await;
    house.reads("C0SUPPORT").await;
    house.reads("C0NORDLAKE").await;
    let shown = house.shown_in(&tom, "support").await;
    for words in ["their contract is late", "we need two weeks"] {
        assert!(shown.contains(words), "{shown}");
    }
    let shown = house.shown_in(&tom, "ext-nordlake").await;
    assert!(!shown.contains("their contract is late"), "{shown}");
    house.close().await;
}

#[tokio::test]
async fn whoever_leaves_a_private_channel_sees_nothing_of_it_from_then_on() {
    let house = house_with_a_secret().await;
    assert!(house.shown_in_private(&house.elena).await.contains(SECRET));
    house.elena.leave(&channel(DEAL_ROOM)).await.unwrap();
    house.settles().await;
    assert!(!house.shown_in_private(&house.elena).await.contains(SECRET));
    assert!(house.shown_in_private(&house.jonas).await.contains(SECRET));
    // And whoever comes in sees what was said before, as in Slack.
    house
        .jonas
        .invite(&channel(DEAL_ROOM), house.elena.id())
        .await
        .unwrap();
    house.settles().await;
    assert!(house.shown_in_private(&house.elena).await.contains(SECRET));
    house.close().await;
}

#[tokio::test]
async fn a_member_whom_slack_does_not_show_keeps_nobody_else_from_reading() {
    let house = house_with_a_secret().await;
    let person = |name: &str| house.app.slack.person(name).unwrap();
    let (tom, aisha) = (person("tom"), person("aisha"));
    // So that Penny knows him.
    assert!(!house.shown_in_private(&tom).await.contains(SECRET));
    let faults = house.app.slack.faults();
    let hidden = faults.on("users.info").always();
    hidden.hit(Fault::Error("user_not_visible"));
    for newcomer in [&aisha, &tom] {
        house
            .jonas
            .invite(&channel(DEAL_ROOM), newcomer.id())
            .await
            .unwrap();
    }
    house.settles().await;
    faults.clear();
    assert!(house.shown_in_private(&tom).await.contains(SECRET));
    house.close().await;
}

#[tokio::test]
async fn a_lost_event_about_a_member_is_made_up_for_within_the_hour() {
    // Nobody tells Penny that somebody has left.
    let deaf = |setup: Setup| setup.app(|app| app.events.retain(|it| it != "member_left_channel"));
    let app = TestApp::build([]).slack(deaf).clock(Arc::new(Hurried));
    let house = House::with(app.start().await);
    house.says(&house.jonas, "deal-room", SECRET).await;
    house.reads(DEAL_ROOM).await;
    house.elena.leave(&channel(DEAL_ROOM)).await.unwrap();
    house.settles().await;
    house
        .app
        .execute("update core.heard_channels set checked_at = now() - interval '61 minutes'")
        .await;
    house.looks_after_channels().await;
    assert!(!house.shown_in_private(&house.elena).await.contains(SECRET));
    house.close().await;
}

#[tokio::test]
async fn a_channel_that_becomes_private_is_its_members_alone_from_then_on() {
    let house = House::open().await;
    house.says(&house.jonas, "sales", SECRET).await;
    house.reads(super::SALES).await;
    let sam = house.app.slack.person("sam").unwrap();
    assert!(house.shown_in_private(&sam).await.contains(SECRET));
    house
        .maya
        .make_private(&channel(super::SALES))
        .await
        .unwrap();
    house.settles().await;
    assert!(!house.shown_in_private(&sam).await.contains(SECRET));
    assert!(house.shown_in_private(&house.elena).await.contains(SECRET));
    house.close().await;
}

#[tokio::test]
async fn an_administrator_is_not_told_of_private_channels_that_they_are_not_in() {
    let house = House::open().await;
    house.says(&house.jonas, "deal-room", SECRET).await;
    house.maya.leave(&channel(DEAL_ROOM)).await.unwrap();
    house.opens_the_window(&house.maya).await;
    let window = house.maya.modal().unwrap().body.to_string();
    assert!(
        window.contains("leadership") && !window.contains("deal-room"),
        "{window}"
    );
    // Nor does a click that the window does not offer get anywhere.
    house.chooses(&house.maya, DEAL_ROOM).await;
    assert!(!house.is_read(DEAL_ROOM).await);
    house.close().await;
}
