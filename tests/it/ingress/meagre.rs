//! Recorded and emulated deliveries leave out what Slack always sends, or leave it empty. They
//! count all the same.

use super::deliveries::{answers, deliver, envelope, mention};
use crate::support::TestApp;
use crate::support::request::{COMMANDS, INTERACTIONS};
use penny::models::scripted::Step;
use serde_json::{Value, json};

fn command(words: &str, trigger: Option<&str>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("command", "/penny")
        .append_pair("text", words)
        .append_pair("team_id", "T0WAYFOLD")
        .append_pair("channel_id", "C0SALES")
        .append_pair("user_id", "U0MAYA");
    if let Some(trigger) = trigger {
        form.append_pair("trigger_id", trigger);
    }
    form.finish()
}

fn interaction(payload: &Value) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish()
}

#[tokio::test]
async fn an_event_with_empty_strings_for_what_it_does_not_know_is_answered() {
    let app = TestApp::start([Step::says("Yes, I am.")]).await;
    let (thread, mut event) = mention(&app).await;
    for name in ["bot_id", "subtype", "thread_ts", "user_team", "team"] {
        event[name] = json!("");
    }
    let mut envelope = envelope("Ev-empty", &event);
    envelope["authorizations"] = json!([{
        "enterprise_id": "", "team_id": "", "user_id": "", "is_bot": true,
        "is_enterprise_install": false,
    }]);
    deliver(&app, &envelope).await;
    assert_eq!(answers(&app, &thread).await, 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_commands_with_one_trigger_are_two_and_one_without_any_counts_as_well() {
    let app = TestApp::start([]).await;
    let maya = app.slack.person("maya").unwrap();
    for (words, trigger, answer) in [
        ("help", Some("1.2.abc"), "/penny memory"),
        ("status", Some("1.2.abc"), "No system is connected yet"),
        ("statsu", None, "Did you mean `/penny status`?"),
    ] {
        for _ in 0..2 {
            let form = command(words, trigger);
            assert_eq!(app.post_signed(COMMANDS, form).await.status, 200);
        }
        app.is_told(&maya, "sales", answer).await;
    }
    app.settles().await;
    let stored = "select from core.inbox where kind = 'command'";
    assert_eq!(app.count(stored).await, 3, "each of them once");
    app.stop().await;
}

#[tokio::test]
async fn a_click_without_a_trigger_and_without_a_time_is_kept_once() {
    let app = TestApp::start([]).await;
    let click = json!({
        "type": "block_actions", "user": {"id": "U0MAYA"}, "team": {"id": "T0WAYFOLD"},
        "container": {"type": "message", "channel_id": "C0SALES", "message_ts": "1.2"},
        "actions": [{"type": "button", "action_id": "nothing_known", "block_id": "b"}],
    });
    for _ in 0..2 {
        let body = interaction(&click);
        assert_eq!(app.post_signed(INTERACTIONS, body).await.status, 200);
    }
    let stored = "select from core.inbox where kind = 'interaction'";
    assert_eq!(app.count(stored).await, 1);
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn a_list_that_asks_for_its_options_where_clicks_go_is_answered() {
    let app = TestApp::start([]).await;
    let asks = json!({
        "type": "block_suggestion", "user": {"id": "U0MAYA"}, "team": {"id": "T0WAYFOLD"},
        "action_id": "a", "block_id": "b", "value": "fo",
    });
    for path in [INTERACTIONS, "/slack/options"] {
        let answered = app.post_signed(path, interaction(&asks)).await;
        let body: Value = serde_json::from_str(&answered.body).unwrap();
        assert_eq!(body, json!({"options": []}), "{path}");
    }
    assert_eq!(app.count("select from core.inbox").await, 0);
    app.stop().await;
}

#[tokio::test]
async fn the_older_assistant_view_is_offered_questions_in_its_thread() {
    let app = TestApp::start([]).await;
    let maya = app.slack.person("maya").unwrap();
    let opened = json!({
        "type": "assistant_thread_started", "event_ts": "1700000000.000100",
        "assistant_thread": {
            "user_id": "U0MAYA", "channel_id": maya.dm().unwrap(),
            "thread_ts": "1700000000.000100", "context": {},
        },
    });
    deliver(&app, &envelope("Ev-older-view", &opened)).await;
    app.settles().await;
    let offered = app
        .slack
        .calls()
        .of("assistant.threads.setSuggestedPrompts");
    assert_eq!(offered[0].args["thread_ts"], "1700000000.000100");
    app.stop().await;
}
