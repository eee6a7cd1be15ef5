//! What was said before Penny listened is read back, whatever comes between.

use super::{House, SALES, channel};
use crate::support::TestApp;
use crate::support::hurried::Hurried;
use chrono::{TimeDelta, Utc};
use penny::playground::{Fault, NewMessage, Setup};
use std::sync::Arc;

const SAID: usize = 450;

/// A channel in which much was said, every tenth time as a reply to the word before.
fn much_was_said(setup: Setup) -> Setup {
    let at = |number: usize| Utc::now() - TimeDelta::hours(24) + TimeDelta::seconds(number as i64);
    let messages = (0..SAID).map(|number| NewMessage {
        channel: channel(SALES),
        user: "U0JONAS".into(),
        text: format!("word {number}"),
        at: at(number),
        reply_to: None,
    });
    let mut messages: Vec<NewMessage> = messages.collect();
    for number in (10..SAID).step_by(10) {
        messages[number].reply_to = Some(messages[number - 1].at);
    }
    let ancient = NewMessage {
        text: "ages ago".to_owned(),
        at: Utc::now() - TimeDelta::days(100),
        ..messages[0].clone()
    };
    setup.messages(messages).messages([ancient])
}

async fn talkative_house() -> House {
    let app = TestApp::build([])
        .slack(much_was_said)
        .clock(Arc::new(Hurried));
    House::with(app.start().await)
}

async fn words(house: &House) -> usize {
    let kept = house.kept(SALES).await;
    kept.iter().filter(|text| text.starts_with("word ")).count()
}

#[tokio::test]
async fn everything_since_some_months_is_read_back_with_its_threads() {
    let house = talkative_house().await;
    house.reads(SALES).await;
    assert_eq!(words(&house).await, SAID);
    assert!(!house.kept(SALES).await.contains(&"ages ago".to_owned()));
    let replies = "select text from core.messages as m where text = 'word 10' and thread_id = (
        select thread_id from core.messages where text = 'word 9')";
    assert_eq!(house.app.count(replies).await, 1);
    house
        .app
        .is_written(&house.maya, "I’ve read *#sales* back")
        .await;
    house.close().await;
}

#[tokio::test]
async fn reading_that_was_killed_in_the_middle_goes_on_where_it_was() {
    let mut house = talkative_house().await;
    let slack = house.app.slack.clone();
    // The second page does not come, and the process dies over it.
    let history = slack.faults().on("conversations.history").after(1);
    history.next(1).hit(Fault::Hang);
    house.opens_the_window(&house.maya).await;
    let option =
        serde_json::json!({"text": {"type": "plain_text", "text": "sales"}, "value": SALES});
    house
        .maya
        .clicks_in_modal("penny_read_channel", &option)
        .await
        .unwrap();
    house
        .app
        .comes_true("a page is read and the next one asked for", async || {
            slack.calls().count("conversations.history") >= 2 && words(&house).await > 0
        })
        .await;
    assert!(words(&house).await < SAID);
    house.app.kill().await;
    house.app.expire_leases().await;
    house.app.start_again().await;
    house.settles().await;
    assert_eq!(words(&house).await, SAID);
    house.close().await;
}

#[tokio::test]
async fn a_limit_of_slacks_delays_the_reading_and_loses_nothing() {
    let house = talkative_house().await;
    let slack = house.app.slack.clone();
    let limited = slack.faults().on("conversations.history").after(1);
    limited.next(1).hit(Fault::RateLimited(1));
    slack
        .faults()
        .on("conversations.replies")
        .next(2)
        .hit(Fault::RateLimited(1));
    house.reads(SALES).await;
    assert_eq!(words(&house).await, SAID);
    house.close().await;
}
