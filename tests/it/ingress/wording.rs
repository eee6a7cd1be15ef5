//! Slack puts words into a message's blocks and attachments too: what people see there is read.

use super::deliveries::{answers, deliver, envelope, mention};
use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::playground::{Human, Thread};
use serde_json::{Value, json};

/// A message with these fields that Maya sends in #sales.
fn message(event: &Value, fields: Value) -> Value {
    let mut message = event.clone();
    message["type"] = json!("message");
    message["channel_type"] = json!("channel");
    for (name, value) in fields.as_object().unwrap() {
        message[name] = value.clone();
    }
    message
}

fn forwarded(text: &str) -> Value {
    json!([{
        "is_share": true, "is_msg_unfurl": true, "author_name": "Jonas", "author_id": "U0JONAS",
        "channel_id": "C0DEALROOM", "from_url": "https://wayfold.slack.com/archives/C0DEALROOM/p1",
        "text": text, "fallback": "[in a channel] Jonas: …",
    }])
}

#[tokio::test]
async fn a_mention_that_stands_in_blocks_alone_is_answered() {
    let app = TestApp::start([Step::says("I am.").when_asked("are you there?")]).await;
    let (thread, event) = mention(&app).await;
    let penny = event["text"].as_str().unwrap()[2..]
        .split('>')
        .next()
        .unwrap();
    let elements = json!([
        {"type": "user", "user_id": penny}, {"type": "text", "text": " are you there?"},
    ]);
    let blocks = json!([{"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": elements},
    ]}]);
    let said = message(&event, json!({"text": "", "blocks": blocks}));
    deliver(&app, &envelope("Ev-blocks", &said)).await;
    assert_eq!(answers(&app, &thread).await, 1);
    app.stop().await;
}

#[tokio::test]
async fn a_message_that_is_forwarded_to_her_is_read_as_a_quotation() {
    let app = TestApp::start([Step::says("Next week.").when_asked("Acme slipped to March")]).await;
    let (_, event) = mention(&app).await;
    let mut said = message(
        &event,
        json!({"attachments": forwarded("Acme slipped to March\nwho tells them?")}),
    );
    said["text"] = json!(format!("{} for when?", event["text"].as_str().unwrap()));
    deliver(&app, &envelope("Ev-forward", &said)).await;
    app.settles().await;
    let asked = app.words_of_request(0);
    assert!(asked.contains("for when?"), "{asked}");
    assert!(
        asked.contains("> Jonas: Acme slipped to March\n> who tells them?"),
        "{asked}"
    );
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn forwarding_a_question_that_was_put_to_her_elsewhere_asks_her_nothing() {
    let app = TestApp::start([]).await;
    let (_, event) = mention(&app).await;
    let quoted = forwarded(event["text"].as_str().unwrap());
    for text in ["", "look what he asked"] {
        let said = message(&event, json!({"text": text, "attachments": quoted}));
        deliver(&app, &envelope(&format!("Ev-{text}"), &said)).await;
    }
    assert_eq!(app.count("select from core.inbox").await, 0);
    app.stop().await;
}

/// What an app says with nothing but attachments.
async fn alert(app: &TestApp, asker: &Human) -> Thread {
    let channel = app.slack.channel("sales").unwrap();
    let posted: Value = penny::net::client()
        .unwrap()
        .post(format!("{}/chat.postMessage", app.slack.api_url()))
        .bearer_auth(app.slack.bot_token().unwrap().expose())
        .json(&json!({
            "channel": channel,
            "attachments": [{"title": "db1", "text": "The disk is full", "fallback": "full"}],
        }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let root = posted["ts"].as_str().unwrap().parse().unwrap();
    asker.sees(&Thread {
        channel: channel.clone(),
        root,
    });
    Thread { channel, root }
}

#[tokio::test]
async fn asked_under_an_alert_she_has_read_the_alert() {
    let app = TestApp::start([Step::says("Somebody has to clear it.")]).await;
    let maya = app.slack.person("maya").unwrap();
    let thread = alert(&app, &maya).await;
    maya.replies_in(&thread, "@Penny what does this mean?")
        .await
        .unwrap();
    maya.reads(&thread, "Somebody has to clear it.")
        .await
        .unwrap();
    let asked = app.words_of_request(0);
    assert!(asked.contains("> The disk is full"), "{asked}");
    app.stop().await;
}
