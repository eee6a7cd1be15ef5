//! Slack delivers at least once, in any order, and more than Penny asked for: one thing said is
//! one thing heard, and what is not for her starts nothing.

use crate::support::TestApp;
use crate::support::request::{COMMANDS, EVENTS, INTERACTIONS};
use penny::models::scripted::Step;
use penny::playground::Thread;
use serde_json::{Value, json};

/// An event as Slack would send it to Penny's workspace.
pub fn envelope(id: &str, event: &Value) -> Value {
    json!({
        "type": "event_callback", "event_id": id, "event_time": 1_700_000_000,
        "team_id": "T0WAYFOLD", "api_app_id": "A0PENNY", "event": event,
    })
}

/// That Maya named Penny in #sales. Its ts is one of a message that stands there, because Slack
/// takes no answers to others.
pub async fn mention(app: &TestApp) -> (Thread, Value) {
    let maya = app.slack.person("maya").unwrap();
    let said = maya.says("sales", "hm").await.unwrap();
    let event = json!({
        "type": "app_mention", "user": "U0MAYA", "channel": "C0SALES", "ts": said.ts.to_string(),
        "text": format!("<@{}> are you there?", penny(app)),
    });
    (said.thread(), event)
}

/// Waits until the jobs are done, and counts what Maya sees of Penny.
pub async fn answers(app: &TestApp, thread: &Thread) -> usize {
    app.settles().await;
    app.slack.person("maya").unwrap().answers_in(thread).len()
}

fn penny(app: &TestApp) -> String {
    let workspaces = app.process().app.services.workspaces.all();
    workspaces[0].bot_user.0.clone()
}

pub async fn deliver(app: &TestApp, payload: &Value) {
    let answer = app.slack.deliver(payload).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, ""));
}

#[tokio::test]
async fn an_event_that_is_delivered_again_and_again_is_answered_once() {
    let app = TestApp::start([Step::says("Yes, I am.")]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "are you there?")
        .await
        .unwrap();
    maya.waits_for_answer(&said.thread()).await.unwrap();
    let events: Vec<String> = app
        .slack
        .deliveries()
        .into_iter()
        .map(|delivery| delivery.request.id)
        .collect();
    for event in events.iter().chain(&events) {
        assert!(
            app.slack
                .redeliver(event)
                .await
                .unwrap()
                .status
                .is_success()
        );
    }
    assert_eq!(answers(&app, &said.thread()).await, 1);
    assert_eq!(app.count("select from core.turns").await, 1);
    app.stop().await;
}

#[tokio::test]
async fn a_mention_and_the_message_it_is_part_of_are_one_thing_said() {
    let app = TestApp::start([Step::says("Yes, I am.")]).await;
    let (thread, mut twin) = mention(&app).await;
    deliver(&app, &envelope("Ev-mention", &twin)).await;
    twin["type"] = json!("message");
    twin["channel_type"] = json!("channel");
    deliver(&app, &envelope("Ev-message", &twin)).await;
    assert_eq!(answers(&app, &thread).await, 1);
    assert_eq!(app.count("select from core.inbox").await, 1);
    app.stop().await;
}

#[tokio::test]
async fn an_event_without_an_id_is_answered_once_like_any_other() {
    for id in [json!(""), Value::Null, json!(7)] {
        let app = TestApp::start([Step::says("Yes, I am.")]).await;
        let (thread, event) = mention(&app).await;
        let mut nameless = envelope("", &event);
        nameless["event_id"] = id.clone();
        deliver(&app, &nameless).await;
        deliver(&app, &nameless).await;
        nameless.as_object_mut().unwrap().remove("event_id");
        deliver(&app, &nameless).await;
        assert_eq!(answers(&app, &thread).await, 1, "{id}");
        app.stop().await;
    }
}

#[tokio::test]
async fn two_events_without_an_id_are_two_events() {
    let app = TestApp::start([]).await;
    for at in [
        "1700000000.000100",
        "1700000000.000200",
        "1700000000.000200",
    ] {
        let home = json!({
            "type": "app_home_opened", "user": "U0MAYA", "tab": "home", "event_ts": at,
        });
        deliver(&app, &envelope("", &home)).await;
    }
    assert_eq!(app.count("select from core.inbox").await, 2);
    app.settles().await;
    let maya = app.slack.person("maya").unwrap();
    app.home_says(&maya, "Hello Maya").await;
    app.stop().await;
}

#[tokio::test]
async fn a_delivery_that_slack_repeats_counts_even_if_the_first_was_lost() {
    let app = TestApp::start([Step::says("Yes, I am.")]).await;
    let (thread, event) = mention(&app).await;
    let body = envelope("Ev-repeat", &event).to_string();
    let answered = app
        .post(EVENTS, body)
        .signed()
        .header("x-slack-retry-num", "3")
        .header("x-slack-retry-reason", "http_timeout")
        .send()
        .await;
    assert_eq!(answered.status, 200);
    assert_eq!(answers(&app, &thread).await, 1);
    app.stop().await;
}

#[tokio::test]
async fn a_click_or_command_that_is_replayed_is_one_click_or_command() {
    let app = TestApp::start([]).await;
    let click = json!({
        "type": "block_actions", "trigger_id": "1.2.abc", "api_app_id": "A0PENNY",
        "user": {"id": "U0MAYA"}, "team": {"id": "T0WAYFOLD"},
        "container": {"type": "message", "channel_id": "C0SALES", "message_ts": "1.2"},
        "actions": [{"type": "button", "action_id": "nothing_known", "block_id": "b", "action_ts": "1.3"}],
    });
    let click = format!("payload={}", encoded(&click.to_string()));
    let command = "command=%2Fpenny&text=help&team_id=T0WAYFOLD&api_app_id=A0PENNY\
        &channel_id=C0SALES&user_id=U0MAYA&trigger_id=7.8.def";
    for _ in 0..3 {
        assert_eq!(
            app.post_signed(INTERACTIONS, click.clone()).await.status,
            200
        );
        assert_eq!(app.post_signed(COMMANDS, command).await.status, 200);
    }
    for kind in ["interaction", "command"] {
        let stored = format!("select from core.inbox where kind = '{kind}'");
        assert_eq!(app.count(&stored).await, 1, "{kind}");
    }
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn what_nobody_knows_yet_is_acknowledged_and_starts_nothing() {
    let app = TestApp::start([]).await;
    deliver(
        &app,
        &json!({"type": "something_new", "team_id": "T0WAYFOLD"}),
    )
    .await;
    let limited = json!({
        "type": "app_rate_limited", "team_id": "T0WAYFOLD", "minute_rate_limited": 1_518_467_820,
        "api_app_id": "A0PENNY",
    });
    deliver(&app, &limited).await;
    for (number, event) in [
        json!({"type": "galaxy_merged", "channel": "C0SALES", "user": "U0MAYA"}),
        json!({"type": "channel_rename", "channel": {"id": "C0SALES", "name": "selling"}}),
        json!({"type": "message", "subtype": "channel_topic", "channel": "C0SALES", "user": "U0MAYA",
            "ts": "1700000000.000300", "text": "set the topic"}),
    ]
    .iter()
    .enumerate()
    {
        deliver(&app, &envelope(&format!("Ev-new-{number}"), event)).await;
    }
    for interaction in [
        json!({"type": "block_dance", "user": {"id": "U0MAYA"}, "team": {"id": "T0WAYFOLD"}}),
        json!({"type": "workflow_step_edit", "trigger_id": "1", "user": {"id": "U0MAYA"}, "team": null}),
    ] {
        let body = format!("payload={}", encoded(&interaction.to_string()));
        assert_eq!(app.post_signed(INTERACTIONS, body).await.status, 200);
    }
    assert_eq!(app.count("select from core.inbox").await, 0);
    app.stop().await;
}

#[tokio::test]
async fn a_message_with_blocks_that_nobody_knows_is_read_all_the_same() {
    let app = TestApp::start([Step::says("I read it.").when_asked("are you there")]).await;
    let (thread, mut event) = mention(&app).await;
    event["blocks"] = json!([{"type": "hologram", "elements": [{"type": "photon", "x": [1]}]}, 7]);
    event["metadata"] = json!({"event_type": "odd", "event_payload": {"deep": {"er": [1, null]}}});
    event["team"] = Value::Null;
    deliver(&app, &envelope("Ev-blocks", &event)).await;
    assert_eq!(answers(&app, &thread).await, 1);
    app.stop().await;
}

#[tokio::test]
async fn bots_edits_and_notices_start_no_turn() {
    let app = TestApp::start([]).await;
    let penny = penny(&app);
    let (_, said) = mention(&app).await;
    let base = |ts: &str| {
        let mut event = said.clone();
        event["ts"] = json!(ts);
        event
    };
    let mut bot = base("1700000000.000500");
    bot["bot_id"] = json!("B0OTHER");
    let mut herself = base("1700000000.000600");
    herself["user"] = json!(penny);
    let mut slackbot = base("1700000000.000700");
    slackbot["user"] = json!("USLACKBOT");
    let mut edited = base("1700000000.000800");
    edited["edited"] = json!({"user": "U0MAYA", "ts": "1700000001.000000"});
    let changed = json!({
        "type": "message", "subtype": "message_changed", "channel": "C0SALES", "hidden": true,
        "ts": "1700000002.000000", "message": base("1700000000.000900"),
    });
    let deleted = json!({
        "type": "message", "subtype": "message_deleted", "channel": "C0SALES", "hidden": true,
        "ts": "1700000003.000000", "previous_message": base("1700000000.000900"),
    });
    let mut joined = base("1700000004.000000");
    joined["type"] = json!("message");
    joined["subtype"] = json!("channel_join");
    for (number, event) in [bot, herself, slackbot, edited, changed, deleted, joined]
        .iter()
        .enumerate()
    {
        deliver(&app, &envelope(&format!("Ev-quiet-{number}"), event)).await;
    }
    assert_eq!(app.count("select from core.inbox").await, 0);

    let maya = app.slack.person("maya").unwrap();
    let said = maya.says("sales", "lunch?").await.unwrap();
    maya.edit(&said.channel, said.ts, "@Penny lunch?")
        .await
        .unwrap();
    maya.delete(&said.channel, said.ts).await.unwrap();
    assert_eq!(app.count("select from core.inbox").await, 0);
    app.stop().await;
}

#[tokio::test]
async fn what_belongs_to_another_workspace_or_app_is_nobodys() {
    let app = TestApp::start([]).await;
    let ours = app.texts("select app_id from core.installations").await;
    assert_eq!(ours, ["A0PENNY"], "Slack has said whose token it is");
    let (_, event) = mention(&app).await;
    let mut foreign = envelope("Ev-foreign", &event);
    foreign["team_id"] = json!("T0SOMEBODYELSE");
    let mut grid = envelope("Ev-grid", &event);
    grid["authorizations"] = json!([{
        "enterprise_id": "E0SOMEBODY", "team_id": null, "user_id": "U1", "is_bot": true,
        "is_enterprise_install": true,
    }]);
    let mut other_app = envelope("Ev-app", &event);
    other_app["api_app_id"] = json!("A0OTHER");
    let mut homeless = envelope("Ev-homeless", &event);
    homeless["team_id"] = Value::Null;
    for payload in [foreign, grid, other_app, homeless] {
        deliver(&app, &payload).await;
    }
    let command =
        "command=%2Fpenny&text=help&team_id=T0SOMEBODYELSE&channel_id=C1&user_id=U1&trigger_id=9";
    assert_eq!(app.post_signed(COMMANDS, command).await.status, 200);
    assert_eq!(app.count("select from core.inbox").await, 0);
    app.stop().await;
}
