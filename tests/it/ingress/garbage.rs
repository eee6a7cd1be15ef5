//! Whatever Slack's signature stands under, Penny answers it, and goes on working.

use crate::support::TestApp;
use crate::support::request::{COMMANDS, EVENTS, INTERACTIONS};
use penny::models::scripted::Step;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

fn garbage() -> Vec<(&'static str, Vec<u8>)> {
    let nested = |open: &str, close: &str| {
        format!("{}{}", open.repeat(20_000), close.repeat(20_000)).into_bytes()
    };
    let in_payload = |json: &str| format!("payload={json}").into_bytes();
    vec![
        ("nothing", Vec::new()),
        ("a space", b" ".to_vec()),
        ("bytes that are no text", vec![0xff, 0xfe, 0x00, 0xc3, 0x28]),
        ("text with a broken character", b"{\"type\":\"\xc3\x28\"}".to_vec()),
        ("NUL", b"\0\0\0\0".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{}".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("an array", b"[1, 2, 3]".to_vec()),
        ("a string", b"\"hello\"".to_vec()),
        ("a number", b"1e999".to_vec()),
        ("null", b"null".to_vec()),
        ("half an object", b"{\"type\":\"event_callback\",\"event\":{".to_vec()),
        ("two objects", b"{}{}".to_vec()),
        ("an event without an event", br#"{"type":"event_callback","event_id":"Ev1","team_id":"T0WAYFOLD"}"#.to_vec()),
        ("an event that is null", br#"{"type":"event_callback","event_id":"Ev2","team_id":"T0WAYFOLD","event":null}"#.to_vec()),
        ("an event that is an array", br#"{"type":"event_callback","event_id":"Ev3","team_id":"T0WAYFOLD","event":[]}"#.to_vec()),
        ("an event of odd types", br#"{"type":"event_callback","event_id":"Ev4","team_id":"T0WAYFOLD","event":{"type":"message","text":5,"user":[],"ts":{},"channel":null}}"#.to_vec()),
        ("an event of a message without a place", br#"{"type":"event_callback","event_id":"Ev5","team_id":"T0WAYFOLD","event":{"type":"app_mention","user":"U0MAYA","text":"hi"}}"#.to_vec()),
        ("an id that is a number", br#"{"type":"event_callback","event_id":7,"team_id":"T0WAYFOLD","event":{"type":"app_mention"}}"#.to_vec()),
        ("a type that is an object", br#"{"type":{"type":"type"}}"#.to_vec()),
        ("20,000 arrays in each other", nested("[", "]")),
        ("20,000 objects in each other", nested("{\"a\":", "}")),
        ("20,000 open brackets", vec![b'['; 20_000]),
        ("a form", b"a=b&c=d".to_vec()),
        ("a form without values", b"&&&===&%".to_vec()),
        ("a form in broken encoding", b"payload=%FF%FE%00%zz%".to_vec()),
        ("an empty payload", in_payload("")),
        ("a payload that is an array", in_payload("[]")),
        ("a payload of nothing", in_payload("{}")),
        ("a payload 20,000 deep", [b"payload=".to_vec(), nested("[", "]")].concat()),
        ("a click without anything clicked", in_payload(r#"{"type":"block_actions","user":{"id":"U0MAYA"},"team":{"id":"T0WAYFOLD"}}"#)),
        ("a click with odd types", in_payload(r#"{"type":"block_actions","user":"U0MAYA","team":7,"actions":{}}"#)),
        ("a command without a command", b"team_id=T0WAYFOLD&user_id=U0MAYA&trigger_id=1".to_vec()),
        ("a command from nobody", b"command=/penny&team_id=T0WAYFOLD&channel_id=C0SALES&trigger_id=2".to_vec()),
    ]
}

#[tokio::test]
async fn signed_garbage_is_answered_and_breaks_nothing() {
    let app = TestApp::start([Step::says("Still here.")]).await;
    for path in [EVENTS, INTERACTIONS, COMMANDS, "/slack/options"] {
        for (what, body) in garbage() {
            let answered = app.post_signed(path, body).await;
            assert!(answered.status < 500, "{what} at {path}: {answered:?}");
        }
    }
    assert_eq!(app.count("select from core.turns").await, 0);
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "still there?").await.unwrap();
    let answer = maya.waits_for_answer(&said.thread()).await.unwrap();
    assert!(answer.text.contains("Still here."), "{answer:?}");
    app.stop().await;
}

#[tokio::test]
async fn what_is_malformed_is_not_to_be_sent_again() {
    let app = TestApp::start([]).await;
    let answered = app.post_signed(EVENTS, "[1]").await;
    assert_eq!(answered.status, 400);
    assert_eq!(answered.headers["x-slack-no-retry"], "1");
    app.stop().await;
}

/// Envelopes in which anything may be anything.
fn arbitrary_event() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
        prop_oneof![
            "message",
            "app_mention",
            "event_callback",
            "T0WAYFOLD",
            "U0MAYA"
        ]
        .prop_map(Into::into),
    ];
    let field = prop_oneof![
        "type",
        "event",
        "event_id",
        "team_id",
        "user",
        "text",
        "ts",
        "channel",
        "thread_ts",
        "files",
        "blocks",
        "authorizations",
        "subtype",
        "actions",
        "view",
        "payload",
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::hash_map(field.clone(), inner, 0..8)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

#[tokio::test]
async fn whatever_shape_a_signed_event_has_it_is_never_an_error_of_ours() {
    let app = TestApp::start([]).await;
    let mut runner = TestRunner::deterministic();
    for number in 0..200 {
        let event = arbitrary_event().new_tree(&mut runner).unwrap().current();
        let envelope = serde_json::json!({
            "type": "event_callback", "event_id": format!("Ev{number}"),
            "team_id": "T0WAYFOLD", "api_app_id": "A0PENNY", "event": event,
        });
        for body in [
            event.to_string(),
            envelope.to_string(),
            format!("payload={event}"),
        ] {
            for path in [EVENTS, INTERACTIONS, COMMANDS] {
                let answered = app.post_signed(path, body.clone()).await;
                assert!(answered.status < 500, "{body} at {path}: {answered:?}");
            }
        }
    }
    app.stop().await;
}
