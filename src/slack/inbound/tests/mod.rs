//! Payloads as Slack sends them, odd ones included, and what they are taken to mean.

mod interactions;

use super::*;
use crate::base::ids::{ChannelId, EnterpriseId, TeamId, UserId};
use proptest::prelude::*;
use serde_json::{Value, json};

fn penny() -> UserId {
    "UPENNY".into()
}

fn wrapped(event: Value) -> Vec<u8> {
    json!({
        "token": "x", "team_id": "T1", "api_app_id": "A1", "type": "event_callback",
        "event_id": "Ev1", "event_time": 1_790_000_000, "event": event,
        "authorizations": [{"enterprise_id": null, "team_id": "T1", "user_id": "UPENNY",
                            "is_bot": true, "is_enterprise_install": false}],
        "is_ext_shared_channel": false, "event_context": "4-abc",
    })
    .to_string()
    .into_bytes()
}

fn meaning(event: Value) -> Inbound {
    let body = wrapped(event);
    let envelope = EventEnvelope::parse(&body).unwrap();
    classify(Event::parse(envelope.event), &penny())
}

fn message(fields: Value) -> Value {
    let mut message = json!({
        "type": "message", "channel": "C1", "channel_type": "channel", "user": "U1",
        "text": "hello", "ts": "1790000000.000100",
    });
    for (name, value) in fields.as_object().unwrap() {
        message[name] = value.clone();
    }
    message
}

#[test]
fn a_mention_starts_a_conversation_at_its_own_message() {
    let Inbound::Mention(heard) = meaning(json!({
        "type": "app_mention", "user": "U1", "text": "<@UPENNY> hi <@U2>", "ts": "1.1",
        "channel": "C1", "event_ts": "1.1", "team": "T1", "assistant_thread": {"action_token": "x"},
    })) else {
        panic!("not a mention");
    };
    assert_eq!(heard.thread, "1.1".into());
    assert!(heard.starts_thread());
    assert_eq!(heard.mentions, [penny(), "U2".into()]);
}

#[test]
fn the_message_twin_of_a_mention_means_the_same() {
    let text = "<@UPENNY> hi";
    assert!(matches!(
        meaning(message(json!({ "text": text }))),
        Inbound::Mention(_)
    ));
    let reply = message(json!({ "text": text, "thread_ts": "1789000000.000100" }));
    let Inbound::Mention(heard) = meaning(reply) else {
        panic!("not a mention");
    };
    assert_eq!(heard.thread, "1789000000.000100".into());
}

#[test]
fn only_what_is_said_in_reach_of_penny_is_heard() {
    let cases = [
        (json!({}), "NotAddressed"),
        (json!({"thread_ts": "1.0"}), "ThreadReply"),
        (
            json!({"thread_ts": "1.0", "text": "<@U2> what do you say?"}),
            "Overheard",
        ),
        (
            json!({"thread_ts": "1.0", "text": "ask <@U2>"}),
            "ThreadReply",
        ),
        (
            json!({"channel": "D1", "channel_type": "im"}),
            "DirectMessage",
        ),
        (
            json!({"channel": "D1", "channel_type": "im", "text": "<@U2> owns it"}),
            "DirectMessage",
        ),
        (
            json!({"channel": "G1", "channel_type": "mpim"}),
            "DirectMessage",
        ),
        (
            json!({"channel": "G1", "channel_type": "mpim", "text": "<@U2> hi"}),
            "ForSomebodyElse",
        ),
        (
            json!({"channel": "G1", "channel_type": "mpim", "text": "<@U2> and <@UPENNY>"}),
            "DirectMessage",
        ),
        (
            json!({"channel_type": "group", "text": "so, <@UPENNY>?"}),
            "Mention",
        ),
        (
            json!({"subtype": "file_share", "channel_type": "im", "text": ""}),
            "DirectMessage",
        ),
        (
            json!({"subtype": "thread_broadcast", "thread_ts": "1.0"}),
            "ThreadReply",
        ),
        (
            json!({"subtype": "thread_broadcast", "thread_ts": "1.0", "text": "so, <@UPENNY>?"}),
            "Mention",
        ),
    ];
    for (fields, expected) in cases {
        let meant = format!("{:?}", meaning(message(fields.clone())));
        assert!(meant.contains(expected), "{fields}: {meant}");
    }
}

#[test]
fn apps_edits_and_notices_never_start_a_turn() {
    let in_dm = |fields: Value| {
        let mut message = message(fields);
        message["channel_type"] = "im".into();
        message["text"] = "<@UPENNY> hi".into();
        meaning(message)
    };
    assert_eq!(
        in_dm(json!({"bot_id": "B1"})),
        Inbound::Ignored(Ignored::Bot)
    );
    assert_eq!(
        in_dm(json!({"user": "UPENNY"})),
        Inbound::Ignored(Ignored::Bot)
    );
    for subtype in [
        "message_changed",
        "message_deleted",
        "channel_join",
        "bot_message",
        "me_message",
        "channel_topic",
        "invented_yesterday",
    ] {
        assert_eq!(
            in_dm(json!({ "subtype": subtype })),
            Inbound::Ignored(Ignored::Subtype),
            "{subtype}"
        );
    }
    assert_eq!(
        in_dm(json!({"user": null})),
        Inbound::Ignored(Ignored::Subtype)
    );
    assert_eq!(
        in_dm(json!({"hidden": true})),
        Inbound::Ignored(Ignored::Subtype)
    );
}

#[test]
fn a_turn_is_stopped_by_the_button_and_by_words() {
    let Inbound::Stop(button) = meaning(json!({
        "type": "agent_session_stopped", "channel": "C1", "user": "U1", "thread_ts": "1.0",
        "streaming_message_ts": ["2.0"], "event_ts": "3.0",
    })) else {
        panic!("the button does not stop");
    };
    assert_eq!(
        (button.said_in, button.streaming),
        (None, vec!["2.0".into()])
    );

    let Inbound::Stop(words) = meaning(message(json!({
        "text": "<@UPENNY> stop!", "thread_ts": "1.0",
    }))) else {
        panic!("the words do not stop");
    };
    assert_eq!(words.thread, "1.0".into());
    assert!(words.said_in.is_some());
    assert_eq!(
        meaning(message(json!({"text": "stop"}))),
        Inbound::Ignored(Ignored::NotAddressed)
    );
}

#[test]
fn every_other_event_that_penny_subscribes_to_is_understood() {
    let cases = [
        (
            json!({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}),
            "home_tab: true",
        ),
        (
            json!({"type": "app_home_opened", "user": "U1", "tab": "messages"}),
            "home_tab: false",
        ),
        (
            json!({"type": "agent_session_title_changed", "channel": "C1", "thread_ts": "1.0", "title": "Deals"}),
            "Deals",
        ),
        (
            json!({"type": "member_joined_channel", "user": "UPENNY", "channel": "C1", "inviter": "U1"}),
            "Joined",
        ),
        (
            json!({"type": "member_joined_channel", "user": "U7", "channel": "C1"}),
            "SomebodyJoined",
        ),
        (json!({"type": "app_uninstalled"}), "Uninstalled"),
        (
            json!({"type": "tokens_revoked", "tokens": {"bot": ["UPENNY"], "oauth": []}}),
            "Uninstalled",
        ),
        (
            json!({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}),
            "NotAboutPenny",
        ),
        (
            json!({"type": "assistant_thread_started", "assistant_thread": {
            "user_id": "U1", "channel_id": "D1", "thread_ts": "1.0", "context": {}}}),
            "PaneOpened",
        ),
        (
            json!({"type": "invented_tomorrow", "user": {"id": "U1"}}),
            "UnknownKind",
        ),
        (json!({"type": 7}), "UnknownKind"),
        (json!([]), "UnknownKind"),
        (json!("message"), "UnknownKind"),
        (
            json!({"type": "message", "channel": ["C1"], "ts": "1.0"}),
            "UnknownKind",
        ),
    ];
    for (event, expected) in cases {
        let meant = format!("{:?}", meaning(event.clone()));
        assert!(meant.contains(expected), "{event}: {meant}");
    }
}

#[test]
fn fields_of_unexpected_shapes_do_not_hide_a_message() {
    let odd = message(json!({
        "channel_type": "im", "files": [7, {"id": "F1", "size": "big", "url_private": "https://x"}],
        "thread_ts": 5, "edited": false, "hidden": null, "bot_id": null, "app_context": [],
        "blocks": [{"type": "invented"}], "metadata": {"event_payload": 3}, "attachments": "x",
    }));
    let Inbound::DirectMessage(heard) = meaning(odd) else {
        panic!("not heard");
    };
    assert_eq!(heard.files.len(), 1);
    assert_eq!(heard.files[0].id, "F1");
    assert_eq!(heard.thread, heard.ts);
}

#[test]
fn an_org_wide_install_is_found_by_its_enterprise() {
    let body = json!({
        "type": "event_callback", "event_id": "Ev1", "team_id": "T7", "enterprise_id": "E1",
        "event": {"type": "app_uninstalled"},
        "authorizations": [{"team_id": null, "enterprise_id": "E1", "user_id": "W1",
                            "is_enterprise_install": true}],
    })
    .to_string();
    let envelope = EventEnvelope::parse(body.as_bytes()).unwrap();
    let expected = Installation {
        team: Some(TeamId::from("T7")),
        enterprise: Some(EnterpriseId::from("E1")),
        org_wide: true,
    };
    assert_eq!(envelope.installation, expected);
    assert_eq!(envelope.authorized_user, Some("W1".into()));

    let by_authorization = wrapped(json!({"type": "app_uninstalled"}));
    let mut value: Value = serde_json::from_slice(&by_authorization).unwrap();
    value["team_id"] = "TOTHER".into();
    let body = value.to_string();
    let envelope = EventEnvelope::parse(body.as_bytes()).unwrap();
    assert_eq!(envelope.installation.team, Some("T1".into()));
}

#[test]
fn url_verification_and_rate_limit_notices_are_told_from_events() {
    assert!(matches!(
        Callback::parse(br#"{"type":"url_verification","token":"t","challenge":"c3"}"#).unwrap(),
        Callback::UrlVerification { challenge } if challenge == "c3"
    ));
    assert!(matches!(
        Callback::parse(br#"{"type":"app_rate_limited","team_id":"T1","minute_rate_limited":17}"#)
            .unwrap(),
        Callback::RateLimited { minute: 17, .. }
    ));
    assert!(matches!(
        Callback::parse(br#"{"type":"next_years_callback","event":null}"#).unwrap(),
        Callback::Unknown { .. }
    ));
}

#[test]
fn garbage_is_an_error_and_never_a_panic() {
    let deep = |open: &str, close: &str| [open.repeat(20_000), close.repeat(20_000)].concat();
    let deep_event = format!(
        r#"{{"type":"event_callback","event_id":"Ev1","event":{}}}"#,
        deep("[", "]")
    );
    let bodies: Vec<Vec<u8>> = vec![
        b"".into(),
        b"null".into(),
        b"[]".into(),
        b"[1,2]".into(),
        b"7".into(),
        b"\"x\"".into(),
        b"{".into(),
        b"{\"type\":\"event_callback\"}".into(),
        b"{\"type\":\"event_callback\",\"event_id\":\"Ev1\"}".into(),
        b"\xff\xfe{}".into(),
        b"{\"type\":\"url_verification\",\"unread\":\"\xff\"}".into(),
        deep("[", "]").into(),
        deep("{\"a\":", "}").into(),
        deep_event.into(),
    ];
    for body in bodies {
        assert!(Callback::parse(&body).is_err());
    }
    for form in [
        "",
        "payload",
        "payload=",
        "payload=%5B%5D",
        "payload=%FF",
        "x=1",
        "payload=%7B",
    ] {
        assert!(Interaction::parse(form.as_bytes()).is_err(), "{form}");
        assert!(SlashCommand::parse(form.as_bytes()).is_err(), "{form}");
    }
    let deep_form = format!("payload={}", deep("[", "]"));
    assert_eq!(
        Interaction::parse(deep_form.as_bytes()),
        Err(Malformed::TooDeep)
    );
    assert_eq!(Interaction::parse(b"payload=\xff"), Err(Malformed::NotText));
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Callback::parse(&bytes);
        let _ = Interaction::parse(&bytes);
        let _ = SlashCommand::parse(&bytes);
    }

    #[test]
    fn a_message_survives_any_field_of_any_shape(
        field in "(files|thread_ts|subtype|bot_id|team|edited|app_context|text|hidden|user_team)",
        value in prop_oneof![
            Just(json!(null)), Just(json!(7)), Just(json!([])), Just(json!({})), Just(json!(true)),
            Just(json!([[{"a": [null]}]])), "[a-z<@>]{0,8}".prop_map(Value::from),
        ],
    ) {
        let meant = meaning(message(json!({ "channel_type": "im", field: value })));
        prop_assert!(!matches!(meant, Inbound::Ignored(Ignored::UnknownKind)));
    }
}
