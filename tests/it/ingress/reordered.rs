//! Slack promises no order: a reply can be delivered before the mention that it follows.

use super::deliveries::{answers, deliver, envelope, mention};
use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::store::inbox;
use serde_json::{Value, json};

const HEARD: &str = "select message->>'text' from core.entries,
    jsonb_array_elements(body->'messages') as message where kind = 'input' order by seq";

fn reply(thread: &Value, ts: &str, text: &str) -> Value {
    json!({
        "type": "message", "channel_type": "channel", "user": "U0MAYA", "channel": "C0SALES",
        "thread_ts": thread, "ts": ts, "text": text,
    })
}

/// A moment so many seconds after this one.
fn later(ts: &Value, seconds: i64) -> String {
    let (whole, fraction) = ts.as_str().unwrap().split_once('.').unwrap();
    format!("{}.{fraction}", whole.parse::<i64>().unwrap() + seconds)
}

#[tokio::test]
async fn a_reply_that_comes_before_the_mention_it_follows_is_heard_after_it() {
    let app = TestApp::start([Step::says("Yes.").repeatedly()]).await;
    let (thread, mention) = mention(&app).await;
    let further = reply(&mention["ts"], &later(&mention["ts"], 2), "in Germany only");
    deliver(&app, &envelope("Ev-reply", &further)).await;
    app.settles().await;
    assert_eq!(app.count("select from core.turns").await, 0);
    deliver(&app, &envelope("Ev-mention", &mention)).await;
    assert_eq!(answers(&app, &thread).await, 1);
    assert_eq!(
        app.texts(HEARD).await,
        ["@Penny are you there?", "in Germany only"]
    );
    app.stop().await;
}

#[tokio::test]
async fn what_was_said_before_the_mention_was_not_said_to_her() {
    let app = TestApp::start([Step::says("Yes.").repeatedly()]).await;
    let (thread, mut mention) = mention(&app).await;
    let root = mention["ts"].clone();
    let earlier = reply(&root, &later(&root, 2), "who knows this?");
    deliver(&app, &envelope("Ev-earlier", &earlier)).await;
    mention["thread_ts"] = root.clone();
    mention["ts"] = json!(later(&root, 4));
    deliver(&app, &envelope("Ev-mention", &mention)).await;
    assert_eq!(answers(&app, &thread).await, 1);
    assert_eq!(app.texts(HEARD).await, ["@Penny are you there?"]);
    let waiting = "select from core.inbox where taken_at is null";
    assert_eq!(app.count(waiting).await, 0);
    app.stop().await;
}

#[tokio::test]
async fn replies_in_threads_that_stay_strange_are_forgotten() {
    let app = TestApp::start([]).await;
    let (_, mention) = mention(&app).await;
    let strange = reply(&mention["ts"], &later(&mention["ts"], 2), "who knows this?");
    deliver(&app, &envelope("Ev-strange", &strange)).await;
    let db = &app.process().app.services.db;
    inbox::settle_early_replies(db).await.unwrap();
    assert_eq!(
        app.count("select from core.inbox").await,
        1,
        "it may be early"
    );
    app.execute("update core.inbox set received_at = now() - interval '11 minutes'")
        .await;
    assert_eq!(inbox::settle_early_replies(db).await.unwrap(), 0);
    assert_eq!(app.count("select from core.inbox").await, 0);
    app.stop().await;
}

/// The mention's commit was on its way while the reply was stored, and its turn was over before
/// the reply was visible.
#[tokio::test]
async fn a_reply_that_crossed_with_its_mention_is_found_and_heard() {
    let app = TestApp::start([Step::says("Yes.").repeatedly()]).await;
    let (thread, mention) = mention(&app).await;
    let further = reply(&mention["ts"], &later(&mention["ts"], 2), "in Germany only");
    deliver(&app, &envelope("Ev-reply", &further)).await;
    app.execute("update core.inbox set channel_id = 'C0NOWHERE'")
        .await;
    deliver(&app, &envelope("Ev-mention", &mention)).await;
    app.settles().await;
    app.execute("update core.inbox set channel_id = 'C0SALES'")
        .await;
    let db = &app.process().app.services.db;
    assert_eq!(inbox::settle_early_replies(db).await.unwrap(), 1);
    assert_eq!(answers(&app, &thread).await, 2);
    assert_eq!(
        app.texts(HEARD).await,
        ["@Penny are you there?", "in Germany only"]
    );
    app.stop().await;
}
